// From which size on results are streamed, from given answers of cpuid: no test machine is all of
// these processors.
#include <support/catch.hpp>

#include <hillock/simd/machine.hpp>

#include <cstring>

#if defined(HILLOCK_FAMILY_X86)
namespace {

namespace machine = hillock::detail::simd::machine;
using machine::CpuidAnswer;

/// A processor of this name and family, whose question about its caches has this answer.
struct Processor {
  const char* vendor;
  std::uint32_t family_bits;
  CpuidAnswer third_cache;

  CpuidAnswer operator()(std::uint32_t leaf, std::uint32_t subleaf) const {
    CpuidAnswer answer{};
    if (leaf == 0) {
      std::memcpy(&answer.ebx, vendor, 4);
      std::memcpy(&answer.edx, vendor + 4, 4);
      std::memcpy(&answer.ecx, vendor + 8, 4);
    } else if (leaf == 1) {
      answer.eax = family_bits;
    } else if (leaf == 0x8000001d && subleaf == 3) {
      answer = third_cache;
    }
    return answer;
  }
};

/// A third-level cache of 16 ways and lines of 64 bytes.
constexpr CpuidAnswer cache_of(std::uint32_t mebibytes) {
  return {0x163, 0x03c0003f, mebibytes * 1024 - 1, 0};
}

constexpr std::size_t mebibyte = std::size_t{1} << 20;

TEST_CASE("a Zen streams results of half of its third-level cache and more", "[simd]") {
  const auto from = [](const Processor& processor) { return machine::bytes_to_stream(processor); };
  CHECK(from({"AuthenticAMD", 0x00a10f11, cache_of(32)}) == 16 * mebibyte);  // Zen 4, a server
  CHECK(from({"AuthenticAMD", 0x00b00f21, cache_of(32)}) == 16 * mebibyte);  // Zen 5, a server
  CHECK(from({"AuthenticAMD", 0x00a60f12, cache_of(96)}) == 48 * mebibyte);  // with a second layer
  CHECK(from({"AuthenticAMD", 0x00800f11, cache_of(8)}) == 4 * mebibyte);    // Zen
  CHECK(from({"HygonGenuine", 0x00900f01, cache_of(8)}) == 4 * mebibyte);
}

TEST_CASE("a Zen whose hypervisor hides the cache has the usual one", "[simd]") {
  CHECK(machine::bytes_to_stream(Processor{"AuthenticAMD", 0x00a10f11, {}}) == 16 * mebibyte);
  // The answer describes a second-level cache.
  const CpuidAnswer second{0x143, 0x01c0003f, 0x7ff, 0};
  CHECK(machine::bytes_to_stream(Processor{"AuthenticAMD", 0x00a10f11, second}) == 16 * mebibyte);
}

TEST_CASE("every other processor stores as usual", "[simd]") {
  const auto from = [](const Processor& processor) { return machine::bytes_to_stream(processor); };
  CHECK(from({"GenuineIntel", 0x000806f8, cache_of(32)}) == SIZE_MAX);  // Sapphire Rapids
  CHECK(from({"GenuineIntel", 0x00090672, cache_of(32)}) == SIZE_MAX);  // Alder Lake
  CHECK(from({"AuthenticAMD", 0x00600f20, cache_of(8)}) == SIZE_MAX);   // Piledriver, before Zen
  CHECK(from({"AuthenticAMD", 0x000006a0, cache_of(8)}) == SIZE_MAX);   // family 6: an Athlon
  CHECK(from({"CentaurHauls", 0x000006fe, cache_of(8)}) == SIZE_MAX);
}

TEST_CASE("this processor answers", "[simd]") {
  const CpuidAnswer vendor = machine::cpuid(0, 0);
  CHECK(vendor.eax >= 1);
  CHECK(vendor.ebx != 0);
  CHECK(machine::bytes_to_stream() >= mebibyte);
}

}  // namespace
#else
TEST_CASE("no result is large enough for streaming where there is no such store", "[simd]") {
  CHECK(hillock::detail::simd::machine::bytes_to_stream() == SIZE_MAX);
}
#endif
