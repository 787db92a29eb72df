// Batch<T, Arch>: as many T as a register of Arch holds, with the operations kernels are written in.
//
// This is the only file that spells xsimd. It takes loads, stores, + - * /, sqrt, comparisons,
// select and bit operations from there and hides what differs between xsimd 8 and 14. Three things
// are done here, once:
//
// 1. Contraction. Compilers merge a product and a sum into a fused multiply-add where they like,
//    g++ across intrinsics too, and differently in a vector loop and beside it. Every product here
//    is sealed by an empty asm, so an fma is there where a kernel says fma and nowhere else: the
//    same bits at every width and in every context. On plain x86-64 too, which has no fma: after a
//    #pragma GCC target("fma") g++ has one, and no header is told, because g++ reads the macros of
//    a file to its end before it obeys the pragma.
// 2. -ffast-math and its parts. Every sum is sealed as well then, and a division is written as the
//    instruction: error-free steps survive, and g++ does not replace the division by an estimate
//    that is NaN for infinity. clang defines a macro for the whole and for -ffinite-math-only
//    alone: there divisions are always the instruction, and sums pass clang's own barrier, which
//    costs nothing where nothing may be reordered.
// 3. Fused multiply-add at every width: xsimd 8.1 has none for AVX-512, and turns its 128-bit one
//    off beside AVX.
#pragma once

#include <hillock/simd/machine.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

// g++ 12 warns of an uninitialised __Y inside its own AVX-512 intrinsics once they are inlined here
// (PR 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include <xsimd/xsimd.hpp>

#if !defined(XSIMD_VERSION_MAJOR) || XSIMD_VERSION_MAJOR < 8
#error "hillock needs xsimd 8 or newer"
#endif

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// A template argument of every batch, so that exp, log1p and their like in namespace kernels are
/// found unqualified. (A base class would do that too, but an empty base changes how g++ passes a
/// batch on aarch64, and it says so.)
namespace detail {
namespace kernels {
struct Operand;
}  // namespace kernels
}  // namespace detail

namespace detail {
namespace simd {

namespace machine {

template <class Arch>
inline constexpr std::size_t register_bytes =
    sizeof(typename xsimd::batch<float, Arch>::register_type);

// The first (best) architecture whose registers have the size, or the smallest size there is.
template <std::size_t Bytes, class List>
struct ArchOfSize {
  using type = void;
};
template <std::size_t Bytes, template <class...> class List, class First, class... Rest>
struct ArchOfSize<Bytes, List<First, Rest...>>
    : std::conditional_t<register_bytes<First> == Bytes, std::enable_if<true, First>,
                         ArchOfSize<Bytes, List<Rest...>>> {};

template <class List>
inline constexpr std::size_t smallest_register = 0;
template <template <class...> class List, class First>
inline constexpr std::size_t smallest_register<List<First>> = register_bytes<First>;
template <template <class...> class List, class First, class Second, class... Rest>
inline constexpr std::size_t smallest_register<List<First, Second, Rest...>> =
    register_bytes<First> < smallest_register<List<Second, Rest...>>
        ? register_bytes<First>
        : smallest_register<List<Second, Rest...>>;

}  // namespace machine

/// The architecture with registers of this many bytes; void where there is none.
template <std::size_t Bytes>
using ArchOfSize = typename machine::ArchOfSize<Bytes, xsimd::supported_architectures>::type;

/// The widest registers: what the verbs loop with.
using NativeArch = xsimd::default_arch;
/// The narrowest: what a scalar call takes one lane of.
using NarrowArch = ArchOfSize<machine::smallest_register<xsimd::supported_architectures>>;

namespace machine {

// Registers of one size, seen as another type. (xsimd's own name for this takes other arguments in
// each version.)
template <class To, class From>
HILLOCK_INLINE To reinterpreted(const From& from) noexcept {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(static_cast<void*>(&to), static_cast<const void*>(&from), sizeof(To));
  return to;
}

}  // namespace machine

template <class T, class Arch = NativeArch, class Operand = kernels::Operand>
class Batch;

/// One truth value a lane.
template <class T, class Arch>
class Mask {
 public:
  using Raw = xsimd::batch_bool<T, Arch>;
  HILLOCK_INLINE Mask(const Raw& raw) noexcept : raw_(raw) {}
  HILLOCK_INLINE const Raw& raw() const noexcept { return raw_; }

  friend HILLOCK_INLINE Mask operator&(Mask a, Mask b) noexcept { return Raw(a.raw_ & b.raw_); }
  friend HILLOCK_INLINE Mask operator|(Mask a, Mask b) noexcept { return Raw(a.raw_ | b.raw_); }
  friend HILLOCK_INLINE Mask operator!(Mask a) noexcept { return Raw(!a.raw_); }
  /// Whether any lane is true. For skipping work whose result no lane would take; never for
  /// choosing a formula.
  friend HILLOCK_INLINE bool any(Mask a) noexcept { return xsimd::any(a.raw_); }
  /// condition ? a : b, lane by lane. (A friend of the mask, so that a and b may both be numbers.)
  friend HILLOCK_INLINE Batch<T, Arch> select(Mask condition, Batch<T, Arch> a,
                                              Batch<T, Arch> b) noexcept {
    return xsimd::batch<T, Arch>(xsimd::select(condition.raw_, a.raw(), b.raw()));
  }

 private:
  Raw raw_;
};

/// The lanes' bit patterns as unsigned integers.
template <class T, class Arch>
class Bits {
 public:
  using value_type = machine::BitsOf<T>;
  using Raw = xsimd::batch<value_type, Arch>;
  Bits() = default;
  HILLOCK_INLINE Bits(const Raw& raw) noexcept : raw_(raw) {}
  HILLOCK_INLINE Bits(value_type value) noexcept : raw_(value) {}
  static HILLOCK_INLINE Bits load(const value_type* from) noexcept {
    return Raw::load_unaligned(from);
  }
  HILLOCK_INLINE void store(value_type* to) const noexcept { raw_.store_unaligned(to); }
  HILLOCK_INLINE const Raw& raw() const noexcept { return raw_; }

  friend HILLOCK_INLINE Bits operator&(Bits a, Bits b) noexcept { return Raw(a.raw_ & b.raw_); }
  friend HILLOCK_INLINE Bits operator|(Bits a, Bits b) noexcept { return Raw(a.raw_ | b.raw_); }
  friend HILLOCK_INLINE Bits operator^(Bits a, Bits b) noexcept { return Raw(a.raw_ ^ b.raw_); }
  friend HILLOCK_INLINE Bits operator+(Bits a, Bits b) noexcept { return Raw(a.raw_ + b.raw_); }
  friend HILLOCK_INLINE Bits operator-(Bits a, Bits b) noexcept { return Raw(a.raw_ - b.raw_); }
  friend HILLOCK_INLINE Bits operator<<(Bits a, int count) noexcept { return Raw(a.raw_ << count); }
  friend HILLOCK_INLINE Bits operator>>(Bits a, int count) noexcept { return Raw(a.raw_ >> count); }

#if HILLOCK_TABLE_BITS
  /// In every lane the entry of the table that its lowest table_bits<float> bits name.
  friend HILLOCK_INLINE Bits looked_up(
      const std::uint32_t (&table)[std::size_t{1} << HILLOCK_TABLE_BITS], Bits index) noexcept {
    using Register = typename Raw::register_type;
    return Raw(machine::looked_up(table, static_cast<Register>(index.raw_)));
  }
#endif

 private:
  Raw raw_;
};

/// As many T as a register of Arch holds. A number converts to a batch that holds it in every lane.
template <class T, class Arch, class Operand>
class Batch {
  static_assert(is_element<T>, "hillock computes in float and double");

 public:
  using value_type = T;
  using arch = Arch;
  using Raw = xsimd::batch<T, Arch>;
  using Register = typename Raw::register_type;
  static constexpr std::size_t size = Raw::size;

  Batch() = default;
  HILLOCK_INLINE Batch(const Raw& raw) noexcept : raw_(raw) {}
  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  HILLOCK_INLINE Batch(Number number) noexcept : raw_(static_cast<T>(number)) {}

  /// From a register, or from any other type that holds one, such as another library's packet.
  template <class Packet>
  static HILLOCK_INLINE Batch from_register(const Packet& packet) noexcept {
    return Raw(machine::reinterpreted<Register>(packet));
  }
  template <class Packet>
  HILLOCK_INLINE Packet to_register() const noexcept {
    return machine::reinterpreted<Packet>(reg());
  }

  static HILLOCK_INLINE Batch load(const T* from) noexcept { return Raw::load_unaligned(from); }
  HILLOCK_INLINE void store(T* to) const noexcept { raw_.store_unaligned(to); }
  /// The first `count` elements, 1 <= count <= size. The other lanes repeat the first element, so
  /// that they raise no floating-point exception that the elements themselves do not.
  static HILLOCK_INLINE Batch load_first(const T* from, std::size_t count) noexcept {
    if constexpr (size <= 4) {
      return load_first(from, count, std::make_index_sequence<size>());
    } else {
      T lanes[size];
      for (std::size_t i = 0; i < size; ++i) lanes[i] = from[0];
      for (std::size_t i = 1; i < size; ++i) {
        if (i == count) break;  // nothing that is vectorised: masks cost more than the few elements
        lanes[i] = from[i];
      }
      return load(lanes);
    }
  }
  // Sealed: where not every lane is read, clang computes the others from undefined constants, and
  // 0 / 0 in a lane that nobody looks at raises FE_INVALID.
  HILLOCK_INLINE void store_first(T* to, std::size_t count) const noexcept {
    T lanes[size];
    sealed(*this).store(lanes);
    for (std::size_t i = 0; i < size; ++i) {
      if (i == count) break;
      to[i] = lanes[i];
    }
  }
  HILLOCK_INLINE T first() const noexcept {
    T lanes[size];
    sealed(*this).store(lanes);
    return lanes[0];
  }

  HILLOCK_INLINE const Raw& raw() const noexcept { return raw_; }
  HILLOCK_INLINE Register reg() const noexcept { return static_cast<Register>(raw_); }

  friend HILLOCK_INLINE Batch operator+(Batch a, Batch b) noexcept { return sum(a.raw_ + b.raw_); }
  friend HILLOCK_INLINE Batch operator-(Batch a, Batch b) noexcept { return sum(a.raw_ - b.raw_); }
  friend HILLOCK_INLINE Batch operator*(Batch a, Batch b) noexcept {
    return sealed(Batch(Raw(a.raw_ * b.raw_)));
  }
  friend HILLOCK_INLINE Batch operator/(Batch a, Batch b) noexcept {
#if HILLOCK_HAS_EXACT_OPERATIONS
    return Raw(machine::divided(a.reg(), b.reg()));
#else
    return Raw(a.raw_ / b.raw_);
#endif
  }
  friend HILLOCK_INLINE Batch operator-(Batch a) noexcept {
    return from_bits(bits(a) ^ sign_bit());
  }
  friend HILLOCK_INLINE Batch operator+(Batch a) noexcept { return a; }

  friend HILLOCK_INLINE Mask<T, Arch> operator<(Batch a, Batch b) noexcept {
    return a.raw_ < b.raw_;
  }
  friend HILLOCK_INLINE Mask<T, Arch> operator>(Batch a, Batch b) noexcept {
    return a.raw_ > b.raw_;
  }
  friend HILLOCK_INLINE Mask<T, Arch> operator<=(Batch a, Batch b) noexcept {
    return a.raw_ <= b.raw_;
  }
  friend HILLOCK_INLINE Mask<T, Arch> operator>=(Batch a, Batch b) noexcept {
    return a.raw_ >= b.raw_;
  }
  friend HILLOCK_INLINE Mask<T, Arch> operator==(Batch a, Batch b) noexcept {
    return a.raw_ == b.raw_;
  }
  // Not xsimd's: in 8.1 a NaN is not unequal to itself on AVX and AVX-512.
  friend HILLOCK_INLINE Mask<T, Arch> operator!=(Batch a, Batch b) noexcept {
    return !Mask<T, Arch>(a.raw_ == b.raw_);
  }

  /// +0 where the condition holds, else a: one and-not where a mask is a register of bits. (Of a
  /// select with a zero g++ 12 makes three instructions.)
  friend HILLOCK_INLINE Batch zero_where(Mask<T, Arch> condition, Batch a) noexcept {
#if HILLOCK_FAST_MATH
    // A zero that clang does not know: of x <= 0 it would make a maximum, which keeps -0.
    return select(condition, sealed(Batch(0)), a);
#else
    if constexpr (sizeof(typename Mask<T, Arch>::Raw) == sizeof(Raw)) {
      const Bits<T, Arch> mask =
          machine::reinterpreted<typename Bits<T, Arch>::Raw>(condition.raw());
      return from_bits(bits(a) & (mask ^ static_cast<machine::BitsOf<T>>(~machine::BitsOf<T>{0})));
    } else {
      return select(condition, 0, a);
    }
#endif
  }
  /// a b + c, rounded once where the instruction set has that (has_fma), else twice.
  friend HILLOCK_INLINE Batch fma(Batch a, Batch b, Batch c) noexcept {
#if HILLOCK_HAS_FMA
    return sum(Raw(machine::fused(a.reg(), b.reg(), c.reg())));
#else
    return a * b + c;
#endif
  }
  /// c - a b, rounded as fma.
  friend HILLOCK_INLINE Batch subtracted_product(Batch c, Batch a, Batch b) noexcept {
#if HILLOCK_HAS_FMA
    return sum(Raw(machine::fused_from(c.reg(), a.reg(), b.reg())));
#else
    return c - a * b;
#endif
  }
  friend HILLOCK_INLINE Batch sqrt(Batch a) noexcept {
#if HILLOCK_HAS_EXACT_OPERATIONS
    return Raw(machine::square_root(a.reg()));
#else
    return Raw(xsimd::sqrt(a.raw_));
#endif
  }
  friend HILLOCK_INLINE Batch abs(Batch a) noexcept {
    return from_bits(bits(a) & magnitude_bits());
  }
  /// -|a|.
  friend HILLOCK_INLINE Batch negative_magnitude(Batch a) noexcept {
    return from_bits(bits(a) | sign_bit());
  }
  friend HILLOCK_INLINE Batch copysign(Batch magnitude, Batch sign) noexcept {
    return from_bits((bits(magnitude) & magnitude_bits()) | (bits(sign) & sign_bit()));
  }
  /// Where the compiler may assume that there is no NaN, the bits are asked.
  friend HILLOCK_INLINE Mask<T, Arch> is_nan(Batch a) noexcept {
#if HILLOCK_FAST_MATH
    constexpr machine::BitsOf<T> infinity = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;
    const Bits<T, Arch> above = Bits<T, Arch>(infinity) - (bits(sealed(a)) & magnitude_bits());
    return sealed(from_bits((above & sign_bit()) | bits(Batch(1)))) < Batch(0);
#else
    return !Mask<T, Arch>(a.raw_ == a.raw_);
#endif
  }
  /// Not is_nan: where the compiler may not assume anything, one comparison.
  friend HILLOCK_INLINE Mask<T, Arch> is_number(Batch a) noexcept {
#if HILLOCK_FAST_MATH
    return !is_nan(a);
#else
    return a.raw_ == a.raw_;
#endif
  }
  /// y, or x where x is NaN.
  friend HILLOCK_INLINE Batch nan_or(Batch x, Batch y) noexcept {
#if HILLOCK_FAST_MATH
    return select(is_nan(x), x, y);
#else
    return select(x == x, y, x);
#endif
  }
  /// y, of which a comparison of x alone would make NaN where x is NaN: said once more where the
  /// compiler may turn the comparison round (clang does, in and-not of x <= 0).
  friend HILLOCK_INLINE Batch nan_kept(Batch x, Batch y) noexcept {
#if HILLOCK_FAST_MATH
    return select(is_nan(x), x, y);
#else
    static_cast<void>(x);
    return y;
#endif
  }
  /// The larger and the smaller; NaN if either is NaN, the first of two. (xsimd's own answer
  /// differs by version.)
  friend HILLOCK_INLINE Batch max(Batch a, Batch b) noexcept {
    return select(is_nan(a) | (a > b), a, b);
  }
  friend HILLOCK_INLINE Batch min(Batch a, Batch b) noexcept {
    return select(is_nan(a) | (a < b), a, b);
  }

  /// x, but not below (above) the limit; a NaN stays.
  friend HILLOCK_INLINE Batch not_below(Batch x, Batch limit) noexcept {
#if HILLOCK_HAS_EXTREMES
    return Raw(machine::larger(limit.reg(), x.reg()));
#else
    return select(x < limit, limit, x);
#endif
  }
  friend HILLOCK_INLINE Batch not_above(Batch x, Batch limit) noexcept {
#if HILLOCK_HAS_EXTREMES
    return Raw(machine::smaller(limit.reg(), x.reg()));
#else
    return select(x > limit, limit, x);
#endif
  }
  /// The larger; a where they are equal, as -0 and +0 are, and either where one is NaN.
  friend HILLOCK_INLINE Batch larger_or_first(Batch a, Batch b) noexcept {
#if HILLOCK_HAS_EXTREMES && defined(__SSE2__)
    return Raw(machine::larger(b.reg(), a.reg()));
#else
    return select(b > a, b, a);  // aarch64's maximum of -0 and +0 is +0
#endif
  }
  /// a for s above 0, b for s below; for a zero or a NaN either, so they must agree there.
  friend HILLOCK_INLINE Batch by_sign(Batch s, Batch a, Batch b) noexcept {
#if HILLOCK_HAS_BLEND
    return Raw(machine::blended(a.reg(), b.reg(), s.reg()));
#else
    return select(s < 0, b, a);
#endif
  }

  /// The same value, of which the compiler knows nothing.
  friend HILLOCK_INLINE Batch sealed(Batch a) noexcept {
    Register value = a.reg();
    HILLOCK_SEAL(value);
    return Raw(value);
  }
  /// Whether two are the same number bit for bit: -0 is not +0, and a NaN is itself. (Not the other
  /// way round: xsimd 8.1 takes six instructions to negate a mask of AVX2.)
  friend HILLOCK_INLINE Mask<T, Arch> have_same_bits(Batch a, Batch b) noexcept {
    return machine::reinterpreted<typename Mask<T, Arch>::Raw>(bits(a).raw() == bits(b).raw());
  }
  friend HILLOCK_INLINE Mask<T, Arch> bits_differ(Batch a, Batch b) noexcept {
    return !have_same_bits(a, b);
  }
  /// Whether a number is subnormal or 0, and whether it is 0, by the bits.
  friend HILLOCK_INLINE Mask<T, Arch> is_below_normal(Batch a) noexcept {
    constexpr machine::BitsOf<T> infinity = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;
    return have_same_bits(from_bits(bits(a) & Bits<T, Arch>(infinity)), Batch(0));
  }
  friend HILLOCK_INLINE Mask<T, Arch> is_zero(Batch a) noexcept {
    return have_same_bits(from_bits(bits(a) & magnitude_bits()), Batch(0));
  }
  /// By its bits: where the compiler may assume that there is no infinity, none must be named.
  friend HILLOCK_INLINE Mask<T, Arch> is_minus_infinity(Batch a) noexcept {
    constexpr machine::BitsOf<T> infinity = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;
    return have_same_bits(sealed(a), sealed(from_bits(Bits<T, Arch>(infinity) | sign_bit())));
  }
  friend HILLOCK_INLINE Bits<T, Arch> bits(Batch a) noexcept {
    return machine::reinterpreted<typename Bits<T, Arch>::Raw>(a.raw_);
  }
  static HILLOCK_INLINE Batch from_bits(Bits<T, Arch> pattern) noexcept {
    return machine::reinterpreted<Raw>(pattern.raw());
  }
  static HILLOCK_INLINE Bits<T, Arch> sign_bit() noexcept {
    return machine::BitsOf<T>{1} << (8 * sizeof(T) - 1);
  }
  static HILLOCK_INLINE Bits<T, Arch> magnitude_bits() noexcept {
    return static_cast<machine::BitsOf<T>>(~(machine::BitsOf<T>{1} << (8 * sizeof(T) - 1)));
  }

 private:
  // From registers: what was just written to memory in pieces would be waited for, 10 ns for 2 elements.
  template <std::size_t... I>
  static HILLOCK_INLINE Batch load_first(const T* from, std::size_t count,
                                         std::index_sequence<I...>) noexcept {
    return Raw{from[I < count ? I : 0]...};  // a list in xsimd 8, arguments in later ones
  }

  static HILLOCK_INLINE Batch sum(const Raw& raw) noexcept {
    if constexpr (machine::seals_sums)
      return sealed(Batch(raw));
    else
      return Raw(HILLOCK_FENCED(static_cast<Register>(raw)));
  }

  Raw raw_;
};

/// counts + 1 in the lanes where the condition holds.
template <class T, class Arch>
HILLOCK_INLINE Bits<T, Arch> counted(Mask<T, Arch> condition, Bits<T, Arch> counts) noexcept {
  using Raw = typename Bits<T, Arch>::Raw;
  if constexpr (sizeof(condition.raw()) == sizeof(Raw)) {
    // All ones is -1: a subtraction counts.
    return counts - Bits<T, Arch>(machine::reinterpreted<Raw>(condition.raw()));
#if defined(__AVX512F__)
  } else if constexpr (sizeof(Raw) == sizeof(__m512i)) {
    using Register = typename Raw::register_type;
    using Lanes = std::conditional_t<sizeof(T) == 4, __mmask16, __mmask8>;
    return Raw(machine::counted(machine::reinterpreted<Lanes>(condition.raw()),
                                static_cast<Register>(counts.raw())));
#endif
  } else {
    using V = Batch<T, Arch>;
    return bits(select(condition, V::from_bits(counts + Bits<T, Arch>(1)), V::from_bits(counts)));
  }
}

/// counts + 1 in the lanes where x, which is no NaN, is above a limit without a sign, not -0 either. The
/// patterns of such numbers have their order, and more units of a processor compare integers.
template <class T, class Arch>
HILLOCK_INLINE Bits<T, Arch> counted_above(Batch<T, Arch> x, Batch<T, Arch> limit,
                                           Bits<T, Arch> counts) noexcept {
  using Signed = xsimd::batch<std::int32_t, Arch>;
  using Result = xsimd::batch_bool<std::int32_t, Arch>;
  if constexpr (sizeof(T) == 4 && sizeof(Result) == sizeof(Signed)) {
    const Result above =
        machine::reinterpreted<Signed>(x.raw()) > machine::reinterpreted<Signed>(limit.raw());
    // Sealed: of two counts g++ makes a sum first, for which it lacks a register.
    return bits(sealed(Batch<T, Arch>::from_bits(
        counts - Bits<T, Arch>(machine::reinterpreted<typename Bits<T, Arch>::Raw>(above)))));
  } else {
    return counted(x > limit, counts);
  }
}

/// The lower and the upper lanes of a batch of floats, as doubles.
template <class Arch>
HILLOCK_INLINE Batch<double, Arch> widened_low(Batch<float, Arch> x) noexcept {
  return typename Batch<double, Arch>::Raw(machine::widened_low(x.reg()));
}
template <class Arch>
HILLOCK_INLINE Batch<double, Arch> widened_high(Batch<float, Arch> x) noexcept {
  return typename Batch<double, Arch>::Raw(machine::widened_high(x.reg()));
}
/// A batch of floats from its lower and upper lanes, each rounded once.
template <class Arch>
HILLOCK_INLINE Batch<float, Arch> narrowed(Batch<double, Arch> low,
                                           Batch<double, Arch> high) noexcept {
  return typename Batch<float, Arch>::Raw(machine::narrowed(low.reg(), high.reg()));
}

/// The same two, right for subnormal floats also where the processor takes them for 0 (see
/// subnormal_from): lane by lane, for the few batches that hold any.
template <class Arch>
struct LowerAndUpper {
  Batch<double, Arch> low;
  Batch<double, Arch> high;
};
template <class Arch>
LowerAndUpper<Arch> widened_as_it_is(Batch<float, Arch> x) noexcept {
  constexpr std::size_t half = Batch<double, Arch>::size;
  float lanes[2 * half];
  double wide[2 * half];
  sealed(x).store(lanes);
  for (std::size_t i = 0; i < 2 * half; ++i) wide[i] = widened_as_it_is(lanes[i]);
  return {Batch<double, Arch>::load(wide), Batch<double, Arch>::load(wide + half)};
}
template <class Arch>
Batch<float, Arch> narrowed_as_it_is(Batch<double, Arch> low, Batch<double, Arch> high) noexcept {
  constexpr std::size_t half = Batch<double, Arch>::size;
  double wide[2 * half];
  float lanes[2 * half];
  low.store(wide);
  high.store(wide + half);
  sealed(narrowed(low, high)).store(lanes);
  for (std::size_t i = 0; i < 2 * half; ++i) {
    std::uint64_t pattern;
    std::memcpy(&pattern, &wide[i], sizeof pattern);
    constexpr std::uint64_t smallest_normal = 0x3810000000000000;  // 2^-126
    if ((pattern & ~(std::uint64_t{1} << 63)) < smallest_normal) lanes[i] = subnormal_from(wide[i]);
  }
  return Batch<float, Arch>::load(lanes);
}

/// A batch with a packet's element type and size: the packet's own registers where Arch has them.
template <class T, std::size_t Bytes>
using BatchOfSize = Batch<T, ArchOfSize<Bytes>>;

template <class V>
inline constexpr bool is_batch = false;
template <class T, class Arch>
inline constexpr bool is_batch<Batch<T, Arch>> = true;

/// What a program can print of the machine it was compiled for.
constexpr int xsimd_version() noexcept {
  return XSIMD_VERSION_MAJOR * 10000 + XSIMD_VERSION_MINOR * 100 + XSIMD_VERSION_PATCH;
}
inline const char* architecture_name() noexcept { return NativeArch::name(); }

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
