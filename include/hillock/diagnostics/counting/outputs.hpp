// f and f' of the elements that are observed.
#pragma once

#include <hillock/diagnostics/counting/lane_counter.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// f of a batch.
template <class F, class T>
struct ForwardOf {
  detail::ForwardOperation<F, T> operation;
  explicit ForwardOf(const F& f) noexcept : operation(f) {}

  template <class V>
  HILLOCK_INLINE V operator()(const V& x) const noexcept {
    return operation(std::array{x})[0];
  }
};

/// What is counted of batches of inputs besides themselves: f, and where it was asked f', one batch after
/// the other.
template <class Outputs, class T>
struct Results {
  Outputs outputs;
  const T* slopes;
};

/// f and f' of elements at an address: computed, for a pointwise activation.
template <class F, class T>
class ComputedValues {
  using Index = Eigen::Index;
  using Forward = ForwardOf<F, T>;
  using Both = detail::BothOperation<F, T>;
  using Outputs =
      std::conditional_t<detail::is_one_operation<F>, ComputedOutputs<Forward>, LoadedOutputs<T>>;

 public:
  explicit ComputedValues(const F& f) noexcept : forward_(f), both_(f) {}

  static constexpr bool are_kept = Outputs::are_loaded;
  Outputs outputs() const noexcept { return {forward_}; }

  /// Of n batches, number i at x + i step. What has to be kept in memory is in y and slopes.
  template <class V>
  HILLOCK_INLINE Results<Outputs, T> results(const T* x, Index step, Index n, bool asks_slopes,
                                             T* y, T* slopes) const noexcept {
    if (asks_slopes) store<V>(both_, x, step, n, std::array{y, slopes});
    if constexpr (Outputs::are_loaded) {
      if (!asks_slopes) store<V>(forward_.operation, x, step, n, std::array{y});
      return {{y}, slopes};
    } else {
      return {{forward_}, slopes};
    }
  }
  /// Of the first `count` elements of a batch, which are in `input`.
  template <class V>
  Results<Outputs, T> first_results(const T*, std::size_t, const T* input, bool asks_slopes, T* y,
                                    T* slopes) const noexcept {
    return results<V>(input, 0, 1, asks_slopes, y, slopes);
  }
  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> first(const T*, V x, std::size_t) const noexcept {
    const std::array<V, 2> y = both_(std::array{x});
    return {y[0], y[1]};
  }

 private:
  Forward forward_;
  Both both_;

  template <class V, class Op, std::size_t N>
  static HILLOCK_INLINE void store(const Op& op, const T* x, Index step, Index n,
                                   const std::array<T*, N>& to) noexcept {
    const std::array from{x};
    if constexpr (Op::schedule != detail::Schedule::at_once) {
      detail::transform_in_steps<V>(op, from, step, to, n);
    } else {
      for (Index i = 0; i < n; ++i)
        detail::store_batches(op(detail::load_batches<V>(from, i * step)), to,
                              i * static_cast<Index>(V::size));
    }
  }
};

/// The same looked up in arrays laid out as x is, for a function that is not pointwise.
template <class T>
class StoredValues {
  using Index = Eigen::Index;

 public:
  StoredValues(const T* x, const T* y, const T* derivative) noexcept
      : x_(x), y_(y), derivative_(derivative) {}

  static constexpr bool are_kept = true;

  template <class V>
  Results<LoadedOutputs<T>, T> results(const T* x, Index, Index, bool, T*, T*) const noexcept {
    return {{y_ + (x - x_)}, derivative_ + (x - x_)};
  }
  template <class V>
  Results<LoadedOutputs<T>, T> first_results(const T* x, std::size_t count, const T*, bool, T* y,
                                             T* slopes) const noexcept {
    const auto both = first(x, V(0), count);
    both.forward.store(y);
    both.derivative.store(slopes);
    return {{y}, slopes};
  }
  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> first(const T* at, V, std::size_t count) const noexcept {
    return {V::load_first(y_ + (at - x_), count), V::load_first(derivative_ + (at - x_), count)};
  }

 private:
  const T *x_, *y_, *derivative_;
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
