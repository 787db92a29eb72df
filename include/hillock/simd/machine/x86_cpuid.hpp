// Asks an x86 processor what it is, and from which size on it gains by streaming stores.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cpuid.h>

#include <cstddef>
#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {
namespace machine {

/// The four registers of an answer.
struct CpuidAnswer {
  std::uint32_t eax, ebx, ecx, edx;
};

HILLOCK_INLINE CpuidAnswer cpuid(std::uint32_t leaf, std::uint32_t subleaf) noexcept {
  unsigned a, b, c, d;
  __cpuid_count(leaf, subleaf, a, b, c, d);
  return {a, b, c, d};
}

/// Whether the answer to leaf 0 has the name of AMD, or of Hygon, which builds Zen too.
constexpr bool is_of_amd_or_hygon(const CpuidAnswer& vendor) noexcept {
  const auto is = [&vendor](std::uint32_t b, std::uint32_t d, std::uint32_t c) {
    return vendor.ebx == b && vendor.edx == d && vendor.ecx == c;
  };
  return is(0x68747541, 0x69746e65, 0x444d4163) ||  // "AuthenticAMD"
         is(0x6f677948, 0x6e65476e, 0x656e6975);    // "HygonGenuine"
}

/// Returns the family of the answer to leaf 1.
constexpr std::uint32_t family_of(const CpuidAnswer& version) noexcept {
  const std::uint32_t base = version.eax >> 8 & 0xf;
  return base == 0xf ? base + (version.eax >> 20 & 0xff) : base;
}

/// Returns the size in bytes of the third-level cache that an answer to leaf 0x8000001d describes;
/// 0 if it describes another, or none.
constexpr std::size_t third_level_bytes(const CpuidAnswer& cache) noexcept {
  if ((cache.eax >> 5 & 7) != 3) return 0;
  const std::size_t ways = (cache.ebx >> 22) + 1;
  const std::size_t partitions = (cache.ebx >> 12 & 0x3ff) + 1;
  const std::size_t line = (cache.ebx & 0xfff) + 1;
  return ways * partitions * line * (std::size_t{cache.ecx} + 1);
}

/// Returns the size in bytes from which on results are streamed, from what ask(leaf, subleaf)
/// answers: half of the third-level cache of a Zen, and never elsewhere.
///
/// On a Zen 4 with a third-level cache of 32 MiB for each core complex, ReLU of 2^21 floats reaches
/// 9.0 G/s with ordinary stores and 6.9 with streaming stores, of 2^22 floats 5.6 and 5.9, of 2^24
/// floats 2.8 and 3.8 (AVX2). On a Sapphire Rapids with 300 MB they are 2.6 and 1.5, 2.6 and 1.2,
/// and 2.2 and 1.4 (AVX-512), and nobody has measured smaller Intel processors for us, so that all
/// keep the ordinary stores, which a loop by hand has too. `bench/run stores` measures this.
template <class Ask>
std::size_t bytes_to_stream(const Ask& ask) noexcept {
  constexpr std::uint32_t first_zen = 0x17;
  constexpr std::size_t usual_cache = std::size_t{32} << 20;
  if (!is_of_amd_or_hygon(ask(0, 0)) || family_of(ask(1, 0)) < first_zen) return SIZE_MAX;
  // Every Zen's answer number 3 is its third-level cache, if the hypervisor does not hide it.
  const std::size_t bytes = third_level_bytes(ask(0x8000001d, 3));
  return (bytes != 0 ? bytes : usual_cache) / 2;
}

}  // namespace machine
}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
