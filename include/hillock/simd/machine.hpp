// The operations that hillock needs and xsimd lacks: one file per processor family, which is
// selected here.
//
// A new family is a file in simd/machine/, a line in the selection below, and in
// simd/instruction_set.hpp the macros by which it is known, its name and whether it has a fused
// multiply-add. Nothing else in hillock asks for which processor it is compiled. A family's file
// works on bare registers, with one overload for each type and width that xsimd uses there
// (batch.reg() is such a register), and defines
//
//   HILLOCK_SEAL(value)   an empty asm that claims to change a register or a scalar, so that the
//                         compiler can merge, reorder or assume nothing across it
//   ExceptionMasks        a class that masks the traps of overflow, division by zero and invalid
//                         operations while it lives (environment_exceptions.hpp has a portable one)
//   bytes_to_stream()     the size of results from which on the processor gains by stream(); it is
//                         asked, so this may take some microseconds
//   finish_streaming()    orders the stores of stream() before all later ones
//   prefetch_for_one_use(address)   fetches a cache line that will be read once; the address may be
//                         invalid
//
// and these constants. Each constant says whether the family has the functions declared below it.
// Where it is false, the other files of simd/ use operations of xsimd, or work lane by lane.
// generic.hpp has none of the functions, and is the file to start from.
//
//   simd::has_fma (from HILLOCK_HAS_FMA), has_fence, has_division, has_extremes,
//   extremes_of_equals_are_second, has_blend_by_sign, has_nan_mask, has_classes, has_shifts,
//   has_conversions, has_16_bit_lanes, has_half_conversions, has_shuffles, can_stream,
//   counting_register_bytes, table_bits
//
// Compiled with HILLOCK_GENERIC_MACHINE, hillock uses the generic family on any processor, so that
// it can be tested. It is slower, and the bits are those of a processor without a fused
// multiply-add.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#if defined(HILLOCK_FAMILY_X86)
#include <hillock/simd/machine/x86.hpp>
#elif defined(HILLOCK_FAMILY_ARM64)
#include <hillock/simd/machine/arm64.hpp>
#else
#include <hillock/simd/machine/generic.hpp>
#endif

#include <cstddef>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

// The functions of a family, which overloads them for its registers. The templates here give every
// name a declaration, and a readable error for a call without an overload.

// has_fence: the compiler has a barrier of its own that costs nothing where it may not reorder
// sums.

/// The same value, across which the compiler reorders no sums. (Where HILLOCK_FAST_MATH is set
/// HILLOCK_SEAL does this; clang defines no macro for some of the options that allow it.)
template <class Register>
Register fenced(Register value) = delete;

// simd::has_fma:

/// a b + c, rounded once.
template <class Register>
Register multiply_add(Register a, Register b, Register c) = delete;
/// c - a b, rounded once.
template <class Register>
Register subtract_product(Register c, Register a, Register b) = delete;

// has_division: xsimd, or a compiler option, may replace the quotient or the root by an estimate.

/// a / b, correctly rounded whatever compiler options say.
template <class Register>
Register divide(Register a, Register b) = delete;
/// The square root of a, likewise.
template <class Register>
Register square_root(Register a) = delete;

// has_extremes: one instruction where a comparison and a selection would be two.

/// The larger of the two; b if b is NaN. If a alone is NaN, b or NaN. Where the two are equal (-0
/// and +0 are), extremes_of_equals_are_second says whether the result is always b.
template <class Register>
Register maximum(Register a, Register b) = delete;
/// The smaller of the two, likewise.
template <class Register>
Register minimum(Register a, Register b) = delete;

// has_blend_by_sign: a selection by the sign bit that needs no comparison.

/// a in the lanes where the sign bit of `sign` is 0, b in the others.
template <class Register>
Register blend_by_sign(Register a, Register b, Register sign) = delete;

// has_nan_mask: for the registers whose comparisons give registers of bits, one instruction finds
// what is not a number. (In xsimd 8.1 this takes seven for AVX2.)

/// All bits set in the lanes where x is NaN, none in the others.
template <class Register>
Register nan_mask(Register x) = delete;

// has_classes: one instruction looks up what to put in a lane by the class of its number: NaN,
// zero, positive, negative, infinite.

/// y, or a NaN in the lanes where x is NaN.
template <class Register>
Register nan_or(Register x, Register y) = delete;
/// 1 in the lanes where x is above 0, `otherwise` where it is 0 or below, a NaN where it is NaN.
template <class Register>
Register one_where_positive(Register x, Register otherwise) = delete;

// has_shifts: xsimd 8.1 calls a function for a shift of 64-bit integers on 64-bit ARM.

/// a moved to the left by `count` bits, zeros moving in; the registers are of unsigned integers.
template <class Register>
Register shift_left(Register a, int count) = delete;
/// a moved to the right, likewise.
template <class Register>
Register shift_right(Register a, int count) = delete;

// table_bits > 0: a table of 2^table_bits numbers of 32 bits stays in registers, and one
// instruction looks up an entry of it for every lane.

/// In every lane the entry that the lowest table_bits bits of the index name; the table is aligned
/// to 64 bytes, and the registers are of 32-bit integers.
template <class Register>
Register lookup(const std::uint32_t* table, Register index) = delete;

// counting_register_bytes > 0: for registers of this size, in which a comparison gives one bit per
// lane, one instruction counts lanes.

/// counts + 1 in the lanes whose bit is set; the lanes come as an integer of so many bits.
template <class Lanes, class Register>
Register increment_where(Lanes lanes, Register counts) = delete;

// has_conversions: between a register of floats and two of doubles.

/// The lower half of the floats, as doubles.
template <class Floats>
void widen_low(Floats x) = delete;
/// The upper half of the floats, as doubles.
template <class Floats>
void widen_high(Floats x) = delete;
/// The floats nearest to two registers of doubles, `low` first.
template <class Doubles>
void narrow(Doubles low, Doubles high) = delete;

// has_16_bit_lanes: for the widest registers of floats, few instructions lead from 16-bit elements
// in memory to lanes of 32 bits, and back.

/// Loads as many patterns of 16 bits as the register has lanes. The high halves of the lanes are 0.
template <class Floats>
void load_16_bit_lanes(const std::uint16_t* from, Floats& to) = delete;
/// Stores the low halves of the lanes, whose high halves are 0.
template <class Floats>
void store_16_bit_lanes(std::uint16_t* to, Floats from) = delete;

// has_half_conversions: between halfs in memory and a register of floats, whatever the modes say of
// subnormal numbers.

/// Loads as many halfs as the register has floats, and widens them.
template <class Floats>
void load_halves(const std::uint16_t* from, Floats& to) = delete;
/// Rounds floats to the nearest halfs, ties to even, and stores them.
template <class Floats>
void store_halves(std::uint16_t* to, Floats from) = delete;

// has_shuffles: the narrowest registers are blocks, of which wider ones hold several, and every
// operation is done in each block. The last four functions are for wider registers only.

/// Transposes a square of N registers (or as many squares as a register has blocks).
template <std::size_t N, class Register>
void transpose(Register (&r)[N]) = delete;
/// Splits the pairs that a and b hold in memory order: in each block, the first elements go to a
/// and the second ones to b.
template <class Register>
void split_pairs(Register& a, Register& b) = delete;
/// Undoes split_pairs.
template <class Register>
void merge_pairs(Register& a, Register& b) = delete;
/// Loads block i from from + i * step.
template <class T, class Register>
void load_blocks(const T* from, std::ptrdiff_t step, Register& r) = delete;
/// Stores block I.
template <int I, class T, class Register>
void store_block(T* to, Register r) = delete;
/// Returns a register of split_pairs in the order that the pairs had in memory: split_pairs puts
/// half a block from each of its two registers side by side.
template <class Register>
Register in_memory_order(Register r) = delete;
/// Undoes in_memory_order.
template <class Register>
Register in_split_order(Register r) = delete;

// can_stream: there are stores that go past the caches.

/// Stores a register past the caches; `to` is aligned to its size.
template <class T, class Register>
void stream(T* to, Register value) = delete;

}  // namespace machine

/// Tables that Batch<T>::lookup takes have 2^table_bits<T> entries; there are none where it is
/// 0.
template <class T>
inline constexpr int table_bits = sizeof(T) == 4 ? machine::table_bits : 0;

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
