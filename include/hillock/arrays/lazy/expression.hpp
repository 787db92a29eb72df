// Pointwise functions as Eigen functors. They have a call for scalars, and one for packets, which
// turns Eigen's packet into a batch.
//
// Packets and batches wrap the same registers, so the conversion costs nothing. Packets may have
// full, half or quarter width; each is computed at its own width. Arguments and results are sealed,
// because a compiler may otherwise contract a product of the surrounding expression with a sum of
// the kernel: g++ changed 19 % of the results of swish(Z) + B. Elements of 16 bits are widened to
// float first and rounded at the end.
#pragma once

#include <hillock/arrays/views/arguments.hpp>

#include <array>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

/// Returns the first result of op for batches; arguments and result are sealed.
template <class Op, class V, class... Vs>
HILLOCK_INLINE V apply_to_batches(const Op& op, const V& x, const Vs&... more) noexcept {
  return sealed(op(std::array<V, 1 + sizeof...(Vs)>{sealed(x), sealed(more)...})[0]);
}

/// Returns op(x...) for scalars, as one lane of the narrowest batch.
template <class Op, class T, class... Ts>
HILLOCK_INLINE T apply_to_scalar(const Op& op, T x, Ts... more) noexcept {
  static_assert(is_array_element<T>,
                "hillock: the argument must be float, double, Eigen::half or Eigen::bfloat16; "
                "write 1.0f, or cast<float>() an array");
  using V = simd::Batch<ComputeType<T>, simd::NarrowArch>;
  const V y = apply_to_batches(op, widened<T>(V(to_lane(x))), widened<T>(V(to_lane(more)))...);
  return from_lane<T>(rounded<T>(y).first());
}

/// Returns the elements of a packet of 16-bit elements as lanes, from element `at` on.
template <class V, class T, std::size_t Count, class Packet>
HILLOCK_INLINE V lanes_of_packet(const Packet& packet, std::size_t at) noexcept {
  T elements[Count];
  std::memcpy(static_cast<void*>(elements), static_cast<const void*>(&packet), sizeof(Packet));
  float lanes[Count];
  for (std::size_t i = 0; i < Count; ++i) lanes[i] = to_lane(elements[i]);
  if constexpr (Count < V::size)
    return V::load_first(lanes, Count);
  else
    return V::load(lanes + at);
}

/// Returns op(x...) for packets of 16-bit elements, in batches of as many floats or in the widest
/// batches.
template <class T, class Op, class Packet, class... Packets>
Packet apply_to_narrow_packet(const Op& op, const Packet& x, const Packets&... more) noexcept {
  constexpr std::size_t count = sizeof(Packet) / sizeof(T);
  using OfAllLanes = simd::ArchOfSize<count * sizeof(float)>;
  using Other =
      std::conditional_t<(count > simd::Batch<float>::size), simd::NativeArch, simd::NarrowArch>;
  using V = simd::Batch<float, std::conditional_t<std::is_void_v<OfAllLanes>, Other, OfAllLanes>>;
  float lanes[count];
  for (std::size_t at = 0; at < count; at += V::size) {
    const V y = apply_to_batches(op, widened<T>(lanes_of_packet<V, T, count>(x, at)),
                                 widened<T>(lanes_of_packet<V, T, count>(more, at))...);
    if constexpr (count < V::size) {
      rounded<T>(y).store_first(lanes, count);
    } else {
      static_assert(count % V::size == 0, "hillock: no registers for this packet's size");
      rounded<T>(y).store(lanes + at);
    }
  }
  T elements[count];
  for (std::size_t i = 0; i < count; ++i) elements[i] = from_lane<T>(lanes[i]);
  Packet result;
  std::memcpy(static_cast<void*>(&result), static_cast<const void*>(elements), sizeof(Packet));
  return result;
}

/// Returns op(x...) for packets of element type T.
template <class T, class Op, class Packet, class... Packets>
HILLOCK_INLINE Packet apply_to_packet(const Op& op, const Packet& x,
                                      const Packets&... more) noexcept {
  if constexpr (std::is_same_v<Packet, T>) {
    return apply_to_scalar(op, x, more...);
  } else if constexpr (is_narrow<T>) {
    return apply_to_narrow_packet<T>(op, x, more...);
  } else if constexpr (!std::is_void_v<simd::ArchOfSize<sizeof(Packet)>>) {
    using V = simd::BatchOfSize<T, sizeof(Packet)>;
    return apply_to_batches(op, V::from_register(x), V::from_register(more)...)
        .template to_register<Packet>();
  } else {
    // The packet is half a register, as Eigen has on NEON. The upper lanes repeat the first
    // element.
    using V = simd::Batch<T, simd::NarrowArch>;
    constexpr std::size_t count = sizeof(Packet) / sizeof(T);
    static_assert(count < V::size, "hillock: no register of this packet's size");
    const auto widen = [](const auto& packet) HILLOCK_INLINE_LAMBDA {
      T lanes[count];
      std::memcpy(lanes, &packet, sizeof(Packet));
      return V::load_first(lanes, count);
    };
    T lanes[count];
    apply_to_batches(op, widen(x), widen(more)...).store_first(lanes, count);
    Packet result;
    std::memcpy(&result, lanes, sizeof(Packet));
    return result;
  }
}

/// The functor of a lazy expression of one argument. Op takes and returns batches.
template <class Op>
struct UnaryFunctor {
  Op op;
  template <class T>
  HILLOCK_INLINE T operator()(const T& x) const noexcept {
    return apply_to_scalar(op, x);
  }
  template <class Packet>
  HILLOCK_INLINE Packet packetOp(const Packet& x) const noexcept {
    return apply_to_packet<typename Eigen::internal::unpacket_traits<Packet>::type>(op, x);
  }
};

template <class Op>
struct BinaryFunctor {
  Op op;
  template <class T>
  HILLOCK_INLINE T operator()(const T& x, const T& y) const noexcept {
    return apply_to_scalar(op, x, y);
  }
  template <class Packet>
  HILLOCK_INLINE Packet packetOp(const Packet& x, const Packet& y) const noexcept {
    return apply_to_packet<typename Eigen::internal::unpacket_traits<Packet>::type>(op, x, y);
  }
};

/// The cost of an activation for Eigen, in additions. It is so high that Eigen evaluates the
/// function only once where a value is needed twice.
inline constexpr int expression_cost = 30;

/// Returns the lazy expression op(x), an Array or a Matrix as x is.
template <class Op, class X>
auto lazy(const Op& op, const X& x) {
  static_assert(CheckElements<X>::passed);
  return Eigen::CwiseUnaryOp<UnaryFunctor<Op>, const X>(x, UnaryFunctor<Op>{op});
}

/// Returns the lazy expression op(x, y), an Array or a Matrix as x is.
template <class Op, class X, class Y>
auto lazy(const char* where, const Op& op, const X& x, const Y& y) {
  static_assert(CheckElements<X>::passed);
  static_assert(CheckElements<Y>::passed);
  static_assert(CheckSameElement<X, Y>::passed);
  require_same_shape(where, "x", shape_of(x), "dy", shape_of(y));
  using XKind = typename Eigen::internal::traits<X>::XprKind;
  using YKind = typename Eigen::internal::traits<Y>::XprKind;
  using Functor = BinaryFunctor<Op>;
  if constexpr (std::is_same_v<XKind, YKind>) {
    return Eigen::CwiseBinaryOp<Functor, const X, const Y>(x, y, Functor{op});
  } else if constexpr (std::is_same_v<XKind, Eigen::ArrayXpr>) {
    using AsArray = Eigen::ArrayWrapper<const Y>;
    return Eigen::CwiseBinaryOp<Functor, const X, const AsArray>(x, y.array(), Functor{op});
  } else {
    using AsMatrix = Eigen::MatrixWrapper<const Y>;
    return Eigen::CwiseBinaryOp<Functor, const X, const AsMatrix>(x, y.matrix(), Functor{op});
  }
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

namespace Eigen {
namespace internal {
template <class Op>
struct functor_traits<hillock::detail::UnaryFunctor<Op>> {
  enum { Cost = hillock::detail::expression_cost, PacketAccess = true };
};
template <class Op>
struct functor_traits<hillock::detail::BinaryFunctor<Op>> {
  enum { Cost = hillock::detail::expression_cost, PacketAccess = true };
};
}  // namespace internal
}  // namespace Eigen
