// Samples whose outputs all have one sign: they force the gradients of the next layer's weights to one sign.
#pragma once

#include <hillock/arrays/views/view.hpp>
#include <hillock/diagnostics/counting/element_function.hpp>
#include <hillock/per.hpp>
#include <hillock/simd/batch.hpp>

#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// Counts the samples of a view whose outputs all have one sign (zeros and NaNs have none).
template <class V, class X>
class CoherentSamples {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  /// The outputs are f of the elements, or the elements themselves where f is null.
  CoherentSamples(const X& x, Per per, const ElementFunction<T>* f) noexcept
      : x_(x), units_are_rows_(per == Per::row), f_(f) {}

  /// Examines a sample's units until both signs are found, which in a healthy layer are among the first.
  HILLOCK_NOINLINE std::int64_t count() {
    if constexpr (X::is_loadable) {
      if (x_.step(units_are_rows_) == 1) return samples_in_lanes();
      if (x_.step(!units_are_rows_) == 1 && units() >= width) return units_in_lanes();
    }
    return rest(0);
  }

 private:
  const X& x_;
  bool units_are_rows_;
  const ElementFunction<T>* f_;

  Index samples() const noexcept { return units_are_rows_ ? x_.shape().cols : x_.shape().rows; }
  Index units() const noexcept { return units_are_rows_ ? x_.shape().rows : x_.shape().cols; }

  HILLOCK_INLINE V outputs(V x) const noexcept {
    if (HILLOCK_LIKELY(f_ == nullptr)) return sealed(x);
    return computed(x);
  }
  HILLOCK_NOINLINE V computed(V x) const noexcept {
    alignas(V) T in[V::size], y[V::size];
    x.store(in);
    f_->forward(f_->f, in, nullptr, width, 1, y);
    return V::load(y);
  }

  /// Samples that are neighbours in memory have a lane each.
  std::int64_t samples_in_lanes() {
    std::int64_t coherent = 0;
    const Index next_unit = x_.step(!units_are_rows_);
    Index sample = 0;
    for (; sample + width <= samples(); sample += width) {
      V has_positive = 0, has_negative = 0, lacks = 1;
      for (Index unit = 0; unit < units(); ++unit) {
        const V y = outputs(V::load(x_.data() + sample + unit * next_unit));
        has_positive = select(y > V(0), 1, has_positive);
        has_negative = select(y < V(0), 1, has_negative);
        lacks = V(1) - has_positive * has_negative;
        if (!any(lacks > V(0))) break;
      }
      T lanes[static_cast<std::size_t>(width)];
      lacks.store(lanes);
      for (const T lane : lanes) coherent += lane > 0;
    }
    return coherent + rest(sample);
  }

  /// Units that are neighbours in memory have a lane each.
  std::int64_t units_in_lanes() {
    std::int64_t coherent = 0;
    const T* from = x_.data();
    const Index next = x_.step(units_are_rows_), all_units = units();
    for (Index sample = 0; sample < samples(); ++sample, from += next) {
      const V first = outputs(V::load(from));
      if (HILLOCK_LIKELY(any(first > V(0)) && any(first < V(0)))) continue;
      bool has_positive = false, has_negative = false;
      for (Index unit = 0; unit < all_units && !(has_positive && has_negative); unit += width) {
        const V y =
            outputs(V::load(from + (unit + width <= all_units ? unit : all_units - width)));
        has_positive |= any(y > V(0));
        has_negative |= any(y < V(0));
      }
      coherent += !(has_positive && has_negative);
    }
    return coherent;
  }

  /// The samples from `sample` on, whose units are read through a buffer.
  HILLOCK_NOINLINE std::int64_t rest(Index sample) {
    std::int64_t coherent = 0;
    T buffer[detail::buffer_size];
    for (; sample < samples(); ++sample) {
      bool has_positive = false, has_negative = false;
      for (Index unit = 0; unit < units() && !(has_positive && has_negative); unit += width) {
        const Index n = units() - unit < width ? units() - unit : width;
        const T* from = units_are_rows_ ? x_.read(unit, sample, n, false, buffer)
                                        : x_.read(sample, unit, n, true, buffer);
        const V y = outputs(n == width ? V::load(from)
                                       : V::load_first(from, static_cast<std::size_t>(n)));
        has_positive |= any(y > V(0));
        has_negative |= any(y < V(0));
      }
      coherent += !(has_positive && has_negative);
    }
    return coherent;
  }
};

/// Returns how many samples of x have outputs of one sign.
template <class V, class X>
std::int64_t coherent_samples(const X& x, Per per,
                              const ElementFunction<typename V::value_type>* f) {
  return CoherentSamples<V, X>(x, per, f).count();
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
