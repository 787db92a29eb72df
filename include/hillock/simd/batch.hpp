// Batch<T, Arch>: as many T as a register of Arch holds, with the operations that kernels are
// written in.
//
// This is the only file that mentions xsimd. It takes loads, stores, + - * /, sqrt, comparisons,
// select and bit operations from xsimd, hides what differs between xsimd 8 and 14, and takes the
// rest from simd/machine.hpp. Three problems are solved here, once:
//
// 1. Contraction. Compilers merge a product and a sum into a fused multiply-add where they like,
//    g++ across intrinsics too, and differently in a vector loop and outside it. Every product here
//    is sealed by an empty asm, so that there is an fma where a kernel says fma and nowhere else:
//    the bits are the same at every width and in every context. Products are sealed on plain
//    x86-64 too, which has no fma: after a #pragma GCC target("fma") g++ has one, and no header can
//    know, because g++ reads the macros of a file to its end before it obeys the pragma.
// 2. -ffast-math and its parts. There every sum is sealed as well, and a division is written as the
//    instruction: error-free steps survive, and g++ does not replace the division by an estimate
//    that is NaN for infinity. clang defines a macro only for -ffast-math as a whole and for
//    -ffinite-math-only: with clang, divisions are always the instruction, and sums pass clang's
//    own barrier, which costs nothing where nothing may be reordered.
// 3. Fused multiply-add at every width. xsimd 8.1 has none for AVX-512, and none of 128 bits where
//    there is AVX.
#pragma once

#include <hillock/simd/machine.hpp>
#include <hillock/simd/numbers.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

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

/// A template argument of every batch, so that argument-dependent look-up finds exp, log1p and the
/// others in namespace kernels. (A base class would do that too, but an empty base changes how g++
/// passes a batch on aarch64, and g++ warns of it.)
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

// The first (best) architecture of the list whose registers have this size; void if none has.
template <std::size_t Bytes, class List>
struct ArchOfSize {
  using type = void;
};
template <std::size_t Bytes, template <class...> class List, class First, class... Rest>
struct ArchOfSize<Bytes, List<First, Rest...>>
    : std::conditional_t<register_bytes<First> == Bytes, std::enable_if<true, First>,
                         ArchOfSize<Bytes, List<Rest...>>> {};

// The size of the narrowest registers in the list.
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

/// The architecture with the widest registers, with which the verbs loop.
using NativeArch = xsimd::default_arch;
/// The architecture with the narrowest registers, of which a scalar call takes one lane.
using NarrowArch = ArchOfSize<machine::smallest_register<xsimd::supported_architectures>>;

namespace machine {

// Returns a register as another type of the same size. (xsimd's own function for this takes other
// arguments in each version.)
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

/// Returns a number that was just loaded, so that the compiler does not load it together with its
/// neighbours: one load of what several stores have just written would wait for all of them.
template <class T>
HILLOCK_INLINE T loaded_alone(T number) noexcept {
  HILLOCK_SEAL(number);
  return number;
}

/// One truth value for each lane.
template <class T, class Arch>
class Mask {
 public:
  using Raw = xsimd::batch_bool<T, Arch>;
  HILLOCK_INLINE Mask(const Raw& raw) noexcept : raw_(raw) {}
  HILLOCK_INLINE const Raw& raw() const noexcept { return raw_; }

  friend HILLOCK_INLINE Mask operator&(Mask a, Mask b) noexcept { return Raw(a.raw_ & b.raw_); }
  friend HILLOCK_INLINE Mask operator|(Mask a, Mask b) noexcept { return Raw(a.raw_ | b.raw_); }
  friend HILLOCK_INLINE Mask operator!(Mask a) noexcept { return Raw(!a.raw_); }
  /// Returns whether any lane is true. It serves to skip work whose result no lane would take, and
  /// never to choose a formula: the bits of a lane must not depend on its neighbours.
  friend HILLOCK_INLINE bool any(Mask a) noexcept { return xsimd::any(a.raw_); }
  /// Returns condition ? a : b, lane by lane. (A friend of the mask, so that a and b may both be
  /// numbers.)
  friend HILLOCK_INLINE Batch<T, Arch> select(Mask condition, Batch<T, Arch> a,
                                              Batch<T, Arch> b) noexcept {
    return xsimd::batch<T, Arch>(xsimd::select(condition.raw_, a.raw(), b.raw()));
  }

 private:
  Raw raw_;
};

/// The bit patterns of the lanes, as unsigned integers.
template <class T, class Arch>
class Bits {
 public:
  using value_type = BitsOf<T>;
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
  friend HILLOCK_INLINE Bits operator<<(Bits a, int count) noexcept {
    if constexpr (machine::has_shifts)
      return Raw(machine::shift_left(static_cast<typename Raw::register_type>(a.raw_), count));
    else
      return Raw(a.raw_ << count);
  }
  friend HILLOCK_INLINE Bits operator>>(Bits a, int count) noexcept {
    if constexpr (machine::has_shifts)
      return Raw(machine::shift_right(static_cast<typename Raw::register_type>(a.raw_), count));
    else
      return Raw(a.raw_ >> count);
  }

  /// Returns in every lane the entry of the table that the lowest table_bits<float> bits of the
  /// index name. Only where table_bits<float> is not 0.
  friend HILLOCK_INLINE Bits
  lookup(const std::uint32_t (&table)[std::size_t{1} << machine::table_bits], Bits index) noexcept {
    using Register = typename Raw::register_type;
    return Raw(machine::lookup(table, static_cast<Register>(index.raw_)));
  }

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

  /// Returns the batch of a register, or of any other type that holds one, such as another
  /// library's packet.
  template <class Packet>
  static HILLOCK_INLINE Batch from_register(const Packet& packet) noexcept {
    return Raw(machine::reinterpreted<Register>(packet));
  }
  /// Returns the register as any type that holds one.
  template <class Packet>
  HILLOCK_INLINE Packet to_register() const noexcept {
    return machine::reinterpreted<Packet>(reg());
  }

  static HILLOCK_INLINE Batch load(const T* from) noexcept { return Raw::load_unaligned(from); }
  HILLOCK_INLINE void store(T* to) const noexcept { raw_.store_unaligned(to); }
  /// Loads the first `count` elements, 1 <= count <= size. The other lanes repeat the first
  /// element, so that they raise no floating-point exception that the elements themselves do not.
  static HILLOCK_INLINE Batch load_first(const T* from, std::size_t count) noexcept {
    if constexpr (size <= 4) {
      return load_first(from, count, std::make_index_sequence<size>());
    } else {
      T lanes[size];
      for (std::size_t i = 0; i < size; ++i) lanes[i] = from[0];
      for (std::size_t i = 1; i < size; ++i) {
        // A loop that is left early is not vectorised: masks would cost more than few elements do.
        if (i == count) break;
        lanes[i] = from[i];
      }
      return load(lanes);
    }
  }
  /// Stores the first `count` lanes. The batch is sealed: where not every lane is read, clang
  /// computes the others from undefined constants, and 0 / 0 in an unread lane raises FE_INVALID.
  HILLOCK_INLINE void store_first(T* to, std::size_t count) const noexcept {
    T lanes[size];
    sealed(*this).store(lanes);
    for (std::size_t i = 0; i < size; ++i) {
      if (i == count) break;
      to[i] = lanes[i];
    }
  }
  /// Whether there are load_16_bit_lanes and store_16_bit_lanes here.
  static constexpr bool has_16_bit_lanes = machine::has_16_bit_lanes && std::is_same_v<T, float>;
  /// Loads patterns of 16 bits into the low halves of the lanes.
  static HILLOCK_INLINE Batch load_16_bit_lanes(const std::uint16_t* from) noexcept {
    Register lanes;
    machine::load_16_bit_lanes(from, lanes);
    return Raw(lanes);
  }
  /// Stores the low halves of the lanes; the high halves are 0.
  HILLOCK_INLINE void store_16_bit_lanes(std::uint16_t* to) const noexcept {
    machine::store_16_bit_lanes(to, reg());
  }
  /// Whether load_halves and store_halves are single instructions here; elsewhere there are none.
  static constexpr bool has_half_conversions =
      machine::has_half_conversions && std::is_same_v<T, float>;
  /// Loads halfs, given by their bits, as floats.
  static HILLOCK_INLINE Batch load_halves(const std::uint16_t* from) noexcept {
    Register floats;
    machine::load_halves(from, floats);
    return Raw(floats);
  }
  /// Stores floats as halfs, rounded to nearest, ties to even.
  HILLOCK_INLINE void store_halves(std::uint16_t* to) const noexcept {
    machine::store_halves(to, reg());
  }

  /// Returns the first lane.
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
    if constexpr (machine::has_division)
      return Raw(machine::divide(a.reg(), b.reg()));
    else
      return Raw(a.raw_ / b.raw_);
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
  // Not xsimd's operator: by xsimd 8.1 a NaN is not unequal to itself on AVX and AVX-512.
  friend HILLOCK_INLINE Mask<T, Arch> operator!=(Batch a, Batch b) noexcept {
    return !Mask<T, Arch>(a.raw_ == b.raw_);
  }

  /// Returns +0 where the condition holds, else a. This is one and-not where a mask is a register
  /// of bits; from a select with a zero g++ 12 makes three instructions.
  friend HILLOCK_INLINE Batch zero_where(Mask<T, Arch> condition, Batch a) noexcept {
#if HILLOCK_FAST_MATH
    // Sealed, so that clang does not know the zero: it would turn x <= 0 into a maximum, which
    // keeps -0.
    return select(condition, sealed(Batch(0)), a);
#else
    if constexpr (has_bit_masks) {
      const Bits<T, Arch> mask =
          machine::reinterpreted<typename Bits<T, Arch>::Raw>(condition.raw());
      return from_bits(bits(a) & (mask ^ static_cast<BitsOf<T>>(~BitsOf<T>{0})));
    } else {
      return select(condition, 0, a);
    }
#endif
  }
  /// Returns a b + c, rounded once where the instruction set can (has_fma), else twice.
  friend HILLOCK_INLINE Batch fma(Batch a, Batch b, Batch c) noexcept {
    if constexpr (has_fma)
      return sum(Raw(machine::multiply_add(a.reg(), b.reg(), c.reg())));
    else
      return a * b + c;
  }
  /// Returns c - a b, rounded as often as fma is.
  friend HILLOCK_INLINE Batch subtracted_product(Batch c, Batch a, Batch b) noexcept {
    if constexpr (has_fma)
      return sum(Raw(machine::subtract_product(c.reg(), a.reg(), b.reg())));
    else
      return c - a * b;
  }
  friend HILLOCK_INLINE Batch sqrt(Batch a) noexcept {
    if constexpr (machine::has_division)
      return Raw(machine::square_root(a.reg()));
    else
      return Raw(xsimd::sqrt(a.raw_));
  }
  friend HILLOCK_INLINE Batch abs(Batch a) noexcept {
    return from_bits(bits(a) & magnitude_bits());
  }
  /// Returns -|a|.
  friend HILLOCK_INLINE Batch negative_magnitude(Batch a) noexcept {
    return from_bits(bits(a) | sign_bit());
  }
  friend HILLOCK_INLINE Batch copysign(Batch magnitude, Batch sign) noexcept {
    return from_bits((bits(magnitude) & magnitude_bits()) | (bits(sign) & sign_bit()));
  }
  /// Returns where a is NaN: by its bits, if the compiler may assume that nothing is NaN.
  friend HILLOCK_INLINE Mask<T, Arch> is_nan(Batch a) noexcept {
#if HILLOCK_FAST_MATH
    const Bits<T, Arch> above =
        Bits<T, Arch>(infinity_bits<T>) - (bits(sealed(a)) & magnitude_bits());
    return sealed(from_bits((above & sign_bit()) | bits(Batch(1)))) < Batch(0);
#else
    return !Mask<T, Arch>(a.raw_ == a.raw_);
#endif
  }
  /// Returns where a is not NaN, by one comparison if the compiler may not assume anything.
  friend HILLOCK_INLINE Mask<T, Arch> is_number(Batch a) noexcept {
#if HILLOCK_FAST_MATH
    return !is_nan(a);
#else
    return a.raw_ == a.raw_;
#endif
  }
  /// Returns y, or a NaN where x is NaN. Where a mask is a register of bits, it is itself a NaN,
  /// the one whose bits are all set: an "or" instead of a selection, which is three operations on
  /// Intel's processors with AVX2.
  friend HILLOCK_INLINE Batch nan_or(Batch x, Batch y) noexcept {
    if constexpr (machine::has_classes)
      return Raw(machine::nan_or(x.reg(), y.reg()));
    else if constexpr (has_bit_masks && machine::has_nan_mask)
      return from_bits(bits(y) | nan_mask(x));
    else
      return select(is_number(x), y, from_bits(static_cast<BitsOf<T>>(~BitsOf<T>{0})));
  }
  /// Returns 1 where x is above 0, `otherwise` where it is 0 or below, NaN where it is NaN.
  friend HILLOCK_INLINE Batch one_where_positive(Batch x, Batch otherwise) noexcept {
    if constexpr (machine::has_classes) {
      return Raw(machine::one_where_positive(x.reg(), otherwise.reg()));
    } else if constexpr (has_bit_masks && machine::has_nan_mask) {
      const auto is_positive = machine::reinterpreted<typename Bits<T, Arch>::Raw>((x > 0).raw());
      const Bits<T, Arch> change = bits(Batch(1)) ^ bits(otherwise);
      return nan_or(x, from_bits((change & is_positive) ^ bits(otherwise)));
    } else {
      return nan_or(x, select(x <= 0, otherwise, 1));
    }
  }
  /// Returns y, which a comparison of x has made NaN already where x is NaN. Under -ffast-math the
  /// compiler may reverse that comparison (clang does, in the and-not of x <= 0), so there the NaN
  /// is selected once more.
  friend HILLOCK_INLINE Batch nan_propagated(Batch x, Batch y) noexcept {
#if HILLOCK_FAST_MATH
    return select(is_nan(x), x, y);
#else
    static_cast<void>(x);
    return y;
#endif
  }
  /// Return the larger and the smaller; NaN if either is NaN, and a if both are. (What xsimd
  /// returns for a NaN differs by version.)
  friend HILLOCK_INLINE Batch max(Batch a, Batch b) noexcept {
    return select(is_nan(a) | (a > b), a, b);
  }
  friend HILLOCK_INLINE Batch min(Batch a, Batch b) noexcept {
    return select(is_nan(a) | (a < b), a, b);
  }

  /// Returns x, or the limit where x is below it; NaN where x is NaN.
  friend HILLOCK_INLINE Batch not_below(Batch x, Batch limit) noexcept {
    if constexpr (machine::has_extremes)
      return Raw(machine::maximum(limit.reg(), x.reg()));
    else
      return select(x < limit, limit, x);
  }
  /// Returns x, or the limit where x is above it; NaN where x is NaN.
  friend HILLOCK_INLINE Batch not_above(Batch x, Batch limit) noexcept {
    if constexpr (machine::has_extremes)
      return Raw(machine::minimum(limit.reg(), x.reg()));
    else
      return select(x > limit, limit, x);
  }
  /// Returns the larger; a where the two are equal, as -0 and +0 are, and either where one is NaN.
  friend HILLOCK_INLINE Batch larger_or_first(Batch a, Batch b) noexcept {
    if constexpr (machine::has_extremes && machine::extremes_of_equals_are_second)
      return Raw(machine::maximum(b.reg(), a.reg()));
    else
      return select(b > a, b, a);
  }
  /// Returns a for s above 0 and b for s below 0. For a zero or a NaN it may be either, so a and b
  /// must agree there.
  friend HILLOCK_INLINE Batch by_sign(Batch s, Batch a, Batch b) noexcept {
    if constexpr (machine::has_blend_by_sign)
      return Raw(machine::blend_by_sign(a.reg(), b.reg(), s.reg()));
    else
      return select(s < 0, b, a);
  }

  /// Returns the same value, of which the compiler knows nothing.
  friend HILLOCK_INLINE Batch sealed(Batch a) noexcept {
    Register value = a.reg();
    HILLOCK_SEAL(value);
    return Raw(value);
  }
  /// Returns where two are the same number bit for bit: -0 is not +0, and a NaN is itself. (This is
  /// the basic operation and bits_differ its negation, because xsimd 8.1 takes six instructions to
  /// negate a mask of AVX2.)
  friend HILLOCK_INLINE Mask<T, Arch> have_same_bits(Batch a, Batch b) noexcept {
    return machine::reinterpreted<typename Mask<T, Arch>::Raw>(bits(a).raw() == bits(b).raw());
  }
  friend HILLOCK_INLINE Mask<T, Arch> bits_differ(Batch a, Batch b) noexcept {
    return !have_same_bits(a, b);
  }
  /// Returns where a number is subnormal or 0, by its bits.
  friend HILLOCK_INLINE Mask<T, Arch> is_below_normal(Batch a) noexcept {
    return have_same_bits(from_bits(bits(a) & Bits<T, Arch>(infinity_bits<T>)), Batch(0));
  }
  /// Returns where a number is 0, by its bits: a subnormal one may be equal to 0.
  friend HILLOCK_INLINE Mask<T, Arch> is_zero(Batch a) noexcept {
    return have_same_bits(from_bits(bits(a) & magnitude_bits()), Batch(0));
  }
  /// Returns where a is -infinity, by its bits: the compiler may assume that nothing is infinite.
  friend HILLOCK_INLINE Mask<T, Arch> is_minus_infinity(Batch a) noexcept {
    return have_same_bits(sealed(a),
                          sealed(from_bits(Bits<T, Arch>(infinity_bits<T>) | sign_bit())));
  }
  friend HILLOCK_INLINE Bits<T, Arch> bits(Batch a) noexcept {
    return machine::reinterpreted<typename Bits<T, Arch>::Raw>(a.raw_);
  }
  static HILLOCK_INLINE Batch from_bits(Bits<T, Arch> pattern) noexcept {
    return machine::reinterpreted<Raw>(pattern.raw());
  }
  static HILLOCK_INLINE Bits<T, Arch> sign_bit() noexcept { return sign_bit_of<T>; }
  static HILLOCK_INLINE Bits<T, Arch> magnitude_bits() noexcept {
    return static_cast<BitsOf<T>>(~sign_bit_of<T>);
  }

 private:
  /// Whether a mask is a register that has every bit set in the lanes where the condition holds.
  static constexpr bool has_bit_masks = sizeof(typename Mask<T, Arch>::Raw) == sizeof(Raw);

  /// Returns all bits set where x is NaN, and none elsewhere.
  static HILLOCK_INLINE Bits<T, Arch> nan_mask(Batch x) noexcept {
    using RawBits = typename Bits<T, Arch>::Raw;
#if HILLOCK_FAST_MATH
    return machine::reinterpreted<RawBits>(is_nan(x).raw());
#else
    return machine::reinterpreted<RawBits>(Raw(machine::nan_mask(x.reg())));
#endif
  }

  // Assembled in registers: a load from memory to which the elements were just written one by one
  // would wait for them, 10 ns for 2 elements.
  template <std::size_t... I>
  static HILLOCK_INLINE Batch load_first(const T* from, std::size_t count,
                                         std::index_sequence<I...>) noexcept {
    // In braces, which are a list for xsimd 8 and arguments for later versions.
    return Raw{from[I < count ? I : 0]...};
  }

  // Returns a sum (or a fused product and sum) so that the compiler does not reorder it.
  static HILLOCK_INLINE Batch sum(const Raw& raw) noexcept {
#if HILLOCK_FAST_MATH
    return sealed(Batch(raw));
#else
    // No function that does nothing for g++: it would change which registers g++ allocates.
    if constexpr (machine::has_fence)
      return Raw(machine::fenced(static_cast<Register>(raw)));
    else
      return Raw(static_cast<Register>(raw));
#endif
  }

  Raw raw_;
};

/// Returns counts + 1 in the lanes where the condition holds, and counts in the others.
template <class T, class Arch>
HILLOCK_INLINE Bits<T, Arch> increment_where(Mask<T, Arch> condition,
                                             Bits<T, Arch> counts) noexcept {
  using Raw = typename Bits<T, Arch>::Raw;
  if constexpr (sizeof(condition.raw()) == sizeof(Raw)) {
    // Where the condition holds the mask is all ones, which is -1: a subtraction counts.
    return counts - Bits<T, Arch>(machine::reinterpreted<Raw>(condition.raw()));
  } else if constexpr (sizeof(Raw) == machine::counting_register_bytes) {
    // Both compilers make an addition and a selection from what is written as such.
    using Register = typename Raw::register_type;
    using Lanes = std::conditional_t<Raw::size == 16, std::uint16_t, std::uint8_t>;
    return Raw(machine::increment_where(machine::reinterpreted<Lanes>(condition.raw()),
                                        static_cast<Register>(counts.raw())));
  } else {
    using V = Batch<T, Arch>;
    return bits(select(condition, V::from_bits(counts + Bits<T, Arch>(1)), V::from_bits(counts)));
  }
}

/// Returns counts + 1 in the lanes where x is above the limit, for x that is not NaN and a limit
/// whose sign bit is 0. The bits of x and of such a limit compare as integers as the numbers do,
/// and processors have more units that compare integers.
template <class T, class Arch>
HILLOCK_INLINE Bits<T, Arch> increment_where_above(Batch<T, Arch> x, Batch<T, Arch> limit,
                                                   Bits<T, Arch> counts) noexcept {
  using Signed = xsimd::batch<std::int32_t, Arch>;
  using Result = xsimd::batch_bool<std::int32_t, Arch>;
  if constexpr (sizeof(T) == 4 && sizeof(Result) == sizeof(Signed)) {
    const Result above =
        machine::reinterpreted<Signed>(x.raw()) > machine::reinterpreted<Signed>(limit.raw());
    // Sealed, because g++ would add up two counts first, and lacks a register for that sum.
    return bits(sealed(Batch<T, Arch>::from_bits(
        counts - Bits<T, Arch>(machine::reinterpreted<typename Bits<T, Arch>::Raw>(above)))));
  } else {
    return increment_where(x > limit, counts);
  }
}

// Widens lane by lane, from lane `first` on.
template <class Arch>
HILLOCK_INLINE Batch<double, Arch> widened_lanes(Batch<float, Arch> x, std::size_t first) noexcept {
  using Wide = Batch<double, Arch>;
  float lanes[2 * Wide::size];
  double wide[Wide::size];
  x.store(lanes);
  for (std::size_t i = 0; i < Wide::size; ++i) wide[i] = static_cast<double>(lanes[first + i]);
  return Wide::load(wide);
}
/// Returns the lower lanes of a batch of floats, as doubles.
template <class Arch>
HILLOCK_INLINE Batch<double, Arch> widened_low(Batch<float, Arch> x) noexcept {
  if constexpr (machine::has_conversions)
    return typename Batch<double, Arch>::Raw(machine::widen_low(x.reg()));
  else
    return widened_lanes(x, 0);
}
/// Returns the upper lanes of a batch of floats, as doubles.
template <class Arch>
HILLOCK_INLINE Batch<double, Arch> widened_high(Batch<float, Arch> x) noexcept {
  if constexpr (machine::has_conversions)
    return typename Batch<double, Arch>::Raw(machine::widen_high(x.reg()));
  else
    return widened_lanes(x, Batch<double, Arch>::size);
}
/// Returns a batch of floats from its lower and upper lanes, each rounded once.
template <class Arch>
HILLOCK_INLINE Batch<float, Arch> narrowed(Batch<double, Arch> low,
                                           Batch<double, Arch> high) noexcept {
  if constexpr (machine::has_conversions) {
    return typename Batch<float, Arch>::Raw(machine::narrow(low.reg(), high.reg()));
  } else {
    constexpr std::size_t half = Batch<double, Arch>::size;
    double wide[2 * half];
    float lanes[2 * half];
    low.store(wide);
    high.store(wide + half);
    for (std::size_t i = 0; i < 2 * half; ++i) lanes[i] = static_cast<float>(wide[i]);
    return Batch<float, Arch>::load(lanes);
  }
}

/// A batch of floats, widened to two batches of doubles.
template <class Arch>
struct LowerAndUpper {
  Batch<double, Arch> low;
  Batch<double, Arch> high;
};
/// Widens a batch of floats, right for subnormal ones also where the processor takes them for 0
/// (see subnormal_from): lane by lane, for the few batches that hold any.
template <class Arch>
LowerAndUpper<Arch> widened_with_subnormals(Batch<float, Arch> x) noexcept {
  constexpr std::size_t half = Batch<double, Arch>::size;
  float lanes[2 * half];
  double wide[2 * half];
  sealed(x).store(lanes);
  for (std::size_t i = 0; i < 2 * half; ++i) wide[i] = widened_with_subnormals(lanes[i]);
  return {Batch<double, Arch>::load(wide), Batch<double, Arch>::load(wide + half)};
}
/// Narrows to a batch of floats in the same way.
template <class Arch>
Batch<float, Arch> narrowed_with_subnormals(Batch<double, Arch> low,
                                            Batch<double, Arch> high) noexcept {
  constexpr std::size_t half = Batch<double, Arch>::size;
  double wide[2 * half];
  float lanes[2 * half];
  low.store(wide);
  high.store(wide + half);
  sealed(narrowed(low, high)).store(lanes);
  for (std::size_t i = 0; i < 2 * half; ++i) {
    constexpr std::uint64_t smallest_normal = 0x3810000000000000;  // 2^-126
    std::uint64_t pattern;
    std::memcpy(&pattern, &wide[i], sizeof pattern);
    if ((pattern & ~sign_bit_of<double>) < smallest_normal) lanes[i] = subnormal_from(wide[i]);
  }
  return Batch<float, Arch>::load(lanes);
}

/// The batch with this element type and size, such as a packet's.
template <class T, std::size_t Bytes>
using BatchOfSize = Batch<T, ArchOfSize<Bytes>>;

template <class V>
inline constexpr bool is_batch = false;
template <class T, class Arch>
inline constexpr bool is_batch<Batch<T, Arch>> = true;

/// The version of xsimd, and the name it has for the architecture: for programs that print them.
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
