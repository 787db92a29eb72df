// f and f' of functions with a trainable parameter for each unit, such as PReLU.
#pragma once

#include <hillock/arrays/elementwise/broadcast.hpp>
#include <hillock/diagnostics/counting/element_function.hpp>
#include <hillock/per.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The loops of such a function. Its operations have the parameter as a broadcast input
/// (arrays/elementwise/broadcast.hpp): the parameter is bound to them where all elements share it,
/// and is read for each element where it differs.
template <class F, class T>
struct ParameterLoops {
  using V = detail::simd::Batch<T, detail::ArchitectureOf<F>>;
  using Index = Eigen::Index;
  template <detail::Quantity Q>
  using Broadcast = typename F::template BroadcastOperation<Q, T>;

  /// Computes with a parameter that all elements share, to which `shared` points.
  static HILLOCK_LOOP void both_bound(const void* shared, const T* x, const T*, Index step,
                                      Index batches, T* y, T* slopes) {
    const auto op = Broadcast<detail::Quantity::forward_and_derivative>().bound_to(
        *static_cast<const T*>(shared));
    transform_strided<V>(op, std::array{x}, step, batches, std::array{y, slopes});
  }
  static HILLOCK_LOOP void both(const void*, const T* x, const T* parameters, Index step,
                                Index batches, T* y, T* slopes) {
    const auto op = Broadcast<detail::Quantity::forward_and_derivative>().with_any_numbers();
    transform_strided<V>(op, std::array{x, parameters}, step, batches, std::array{y, slopes});
  }
};

/// The outputs of a view. They are computed when they are read, at most a batch per call.
template <class F, class X>
class OutputsOfView {
  using V = detail::simd::Batch<typename X::T, detail::ArchitectureOf<F>>;
  using Slopes = detail::BroadcastInput<F::accuracy, V>;
  using Index = Eigen::Index;

 public:
  using T = typename X::T;
  static constexpr bool is_loadable = false;
  /// All elements share the parameter `shared`, unless `slopes` has parameters along an axis.
  OutputsOfView(const X& x, const Slopes* slopes, T shared) noexcept
      : x_(x), slopes_(slopes), shared_(shared) {}

  detail::Shape shape() const noexcept { return x_.shape(); }
  static Index step(bool) noexcept { return 0; }
  HILLOCK_LOOP const T* read(Index row, Index col, Index n, bool along_row, T* buffer) const {
    const auto count = static_cast<std::size_t>(n);
    alignas(V) T parameters[V::size];
    const T* const x = x_.read(row, col, n, along_row, buffer);
    if (slopes_ != nullptr) slopes_->read(row, col, n, along_row, parameters);
    const V slope = slopes_ != nullptr ? V::load_first(parameters, count) : V(shared_);
    const auto op =
        typename F::template BroadcastOperation<detail::Quantity::forward, T>().with_any_numbers();
    op(std::array{sealed(V::load_first(x, count)), slope})[0].store(buffer);
    return buffer;
  }

 private:
  const X& x_;
  const Slopes* slopes_;
  T shared_;
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
