// usage: bits FILE             compares the bits of every result with the checksums in FILE
//        bits --record FILE    writes the checksums of this build's instruction set into FILE
//        bits --list           prints every part of every checksum
// Exit status: 0 all are equal; 1 some differ; 2 wrong usage; 77 FILE has none of this build's
// instruction set, and what is the same everywhere is equal.
#include <bits/recorded_file.hpp>

#include <cstdio>
#include <cstring>
#include <exception>

namespace {

/// The name that the lines have for what this program was compiled for. Without a fused
/// multiply-add the results are those of plain x86-64.
constexpr const char* instruction_set =
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && \
    defined(__AVX512DQ__) && defined(__AVX512VL__)
    "v4";
#elif defined(__AVX512F__)
    "partial_avx512";
#elif defined(__AVX2__) && defined(__FMA__)
    "v3";
#elif defined(__FMA__) || defined(__FMA4__)
    "fma_without_avx2";
#elif defined(__x86_64__) || defined(_M_X64)
    "plain";
#elif defined(__ARM_FEATURE_SVE)
    "sve";
#elif defined(__aarch64__)
    "aarch64";
#else
    "other";
#endif

// Two programs: one of the fast tier for float and double, and of the reports; one of the exact
// tier and of the elements of 16 bits, which takes as long to compile.
void add_all(bit_record::Results& results) {
#if defined(BITS_EXACT_AND_NARROW)
  add_pointwise_fast_narrow(results);
  add_pointwise_exact(results);
  add_pointwise_exact_half(results);
  add_pointwise_exact_bfloat16(results);
  add_softmax_narrow(results);
  add_softmax_exact(results);
  add_log_softmax_narrow(results);
  add_log_softmax_exact(results);
  add_cross_entropy_narrow(results);
  add_cross_entropy_exact(results);
#else
  add_pointwise_fast(results);
  add_ways(results);
  add_prelu(results);
  add_softmax(results);
  add_log_softmax(results);
  add_log_softmax_double(results);
  add_cross_entropy(results);
  add_maxout(results);
  add_monitors(results);
  add_monitors_of_other_types(results);
  add_network_reports(results);
#endif
}

int compare_with(const char* path) {
  bit_record::Results results(false);
  add_all(results);
  const auto file = bit_record::RecordedFile::read(path);
  const std::size_t differences = compare(results, file, instruction_set);
  std::printf("%zu checksums and %zu comparisons, %zu differences, instruction set %s\n",
              results.lines().size(), results.comparisons(), differences, instruction_set);
  if (differences > 0) return 1;
  if (file.has(instruction_set)) return 0;
  std::printf(
      "No bits are recorded for this instruction set: only those compared that are the same "
      "everywhere.\n");
  return 77;
}

void record_in(const char* path) {
  bit_record::Results results(false);
  add_all(results);
  record(results, path, instruction_set);
  std::printf("Recorded %zu checksums, instruction set %s.\n", results.lines().size(),
              instruction_set);
}

void list() {
  bit_record::Results results(true);
  add_all(results);
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count == 3 && std::strcmp(arguments[1], "--record") == 0) {
      record_in(arguments[2]);
      return 0;
    }
    if (count == 2 && std::strcmp(arguments[1], "--list") == 0) {
      list();
      return 0;
    }
    if (count == 2 && arguments[1][0] != '-') return compare_with(arguments[1]);
    std::fprintf(stderr, "usage: bits FILE | bits --record FILE | bits --list\n");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bits: %s\n", error.what());
  }
  return 2;
}
