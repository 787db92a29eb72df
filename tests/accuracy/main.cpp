// How accurate hillock is: over points of every kind, up to all 2^32 floats.
#include <accuracy/checksums.hpp>
#include <accuracy/options.hpp>
#include <accuracy/peers.hpp>
#include <accuracy/readme.hpp>
#include <accuracy/reference.hpp>
#include <accuracy/reference_check.hpp>
#include <accuracy/report.hpp>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <thread>

namespace {

using namespace accuracy;

struct SweepCounts {
  std::size_t sweeps = 0;
  std::size_t failed = 0;
};

template <class T>
bool is_wanted(const Subject<T>& subject, const Options& options) {
  return (options.function.empty() || options.function == subject.function) &&
         (options.type.empty() || options.type == Format<T>::name) &&
         (options.tier.empty() || options.tier == name_of(subject.tier)) &&
         (!options.defaults_only || subject.rank == 0);
}

template <class T>
std::uint64_t stride_of(const Subject<T>& subject, const Options& options, bool are_judged) {
  if (!are_judged) return options.stride;
  if (!options.exhaustive) return subject.rank > 2 ? 4 * options.stride : options.stride;
  if (subject.rank > 2) return 64;
  // The defaults of exact are gone through by their checksums.
  if (subject.tier == Tier::exact) return 8;
  return sizeof(T) == sizeof(float) ? 1 : 32;
}

/// Whether results are numbers: softplus of a tiny beta overflows everywhere.
template <class T>
bool has_finite_values(const Subject<T>& subject) {
  const Reference<T> reference = reference_of<T>(subject.function);
  if (reference == nullptr) return true;
  const T x = 1;
  Wide<T> f, d;
  reference(subject.value, &x, &f, &d, 1);
  return std::isfinite(Format<T>::wide(Format<T>::rounded(f)));
}

/// Whether the properties that every function has were looked at, at every point where they can be.
template <class T>
bool looked_at_properties(const Subject<T>& subject, const SweepResult<T>& result) {
  const auto checked = [&](Property property) { return result.findings[property].checked; };
  // Nothing is known of the range and the slope of a function that properties.cpp does not name.
  const bool has_shape = reference_of<T>(subject.function) != nullptr;
  return checked(Property::same_by_every_verb) == result.points &&
         (!has_shape ||
          (checked(Property::range) == result.points && checked(Property::monotonicity) > 0)) &&
         (build().is_fast_math || !has_finite_values(subject) || checked(Property::exceptions) > 0);
}

template <class T>
void sweep_list(const SubjectList<T>& list, const Options& options, bool are_judged, Table& table,
                SweepCounts& counts) {
  for (const Subject<T>& subject : list) {
    if (!is_wanted(subject, options)) continue;
    // Over every float the checksums say the same, ten times as fast; the table in README.md wants
    // the figures.
    const bool is_by_checksum = options.exhaustive && must_be_correctly_rounded(subject) &&
                                reference_of<T>(subject.function) != nullptr;
    if (is_by_checksum && are_judged && !options.readme) continue;
    const std::uint64_t stride = stride_of(subject, options, are_judged);
    Points<T> points = sweep_points(stride, subject);
    // Peers' results for NaN and infinity are not measured in ULP.
    if (!are_judged) points = finite(points);
    SweepOptions how;
    // The properties of exact's results are those of the true ones; parameters change none.
    how.properties = options.properties && are_judged &&
                     !(options.exhaustive && (subject.tier == Tier::exact || subject.rank > 0));
    const bool has_reference = reference_of<T>(subject.function) != nullptr;
    how.correct_rounding = must_be_correctly_rounded(subject) && are_judged && has_reference;
    if (!has_reference && are_judged)
      std::printf("%s: no formula in reference.cpp; %s\n", subject.function,
                  sizeof(T) == 4 ? "compared with the library's double" : "properties alone");
    how.threads = options.threads;
    const SweepResult<T> result = sweep(subject, points, how);
    ++counts.sweeps;
    const bool is_complete =
        result.points == points.size() &&
        (sizeof(T) != 4 || stride != 1 || !are_judged || result.points == std::uint64_t{1} << 32) &&
        result.points >= (std::uint64_t{1} << 31) / stride;
    if (!is_complete)
      std::printf("FAILED: %llu points\n", static_cast<unsigned long long>(result.points));
    const bool is_examined = !how.properties || looked_at_properties(subject, result);
    if (!is_examined) std::printf("FAILED: a property was not looked at\n");
    if (!is_complete || !is_examined || !passed(subject, result)) ++counts.failed;
    if (!options.readme || options.exhaustive || !passed(subject, result))
      print_result(subject, result);
    table.add(subject, result);
  }
}

int run(const Options& options) {
  if (!options.check_readme.empty()) return check_readme(options.check_readme) ? 0 : 1;
  if (options.check_references) return check_references(options) ? 0 : 1;
  if (options.record) return record_checksums(options) ? 0 : 1;
  if (!options.readme) print_build(options);
  if (options.checksums) return check_checksums(options) ? 0 : 1;
  SweepCounts counts;
  Table table;
  sweep_list(subjects<float>(), options, true, table, counts);
  sweep_list(subjects<double>(), options, true, table, counts);
  if (counts.sweeps == 0) {
    std::fprintf(stderr, "accuracy: no function, type and tier of this name\n");
    return 2;
  }
  if (options.peers || options.readme) sweep_list(peers(), options, false, table, counts);
  if (options.readme) table.print();
  if (!options.readme) std::printf("%zu sweeps, %zu failed\n", counts.sweeps, counts.failed);
  return counts.failed == 0 ? 0 : 1;
}

/// Whether subnormals are flushed already: linking with -ffast-math does that, and then nothing
/// here is a measurement.
bool is_spoilt() {
  volatile float smallest = 0x1p-149F;
  return smallest * 1 == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (is_spoilt()) {
    std::fprintf(stderr, "accuracy: subnormals are flushed; do not link with -ffast-math\n");
    return 2;
  }
  Options options;
  options.threads = std::max(1u, std::thread::hardware_concurrency());
  CLI::App app(
      "Measures the largest errors of hillock's functions and derivatives, and fails beyond their "
      "bounds.");
  app.add_option("--function", options.function, "only this one: sigmoid, tanh, elu ...");
  app.add_option("--type", options.type, "only this element type")
      ->check(CLI::IsMember({"float", "double"}));
  app.add_option("--tier", options.tier, "only this tier")->check(CLI::IsMember({"fast", "exact"}));
  app.add_option("--stride", options.stride, "2^32 / N points each; 1: every float (default: 1024)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 24));
  app.add_flag(
      "--exhaustive", options.exhaustive,
      "every float, and 2^27 doubles, for the default and two more values of each parameter");
  app.add_option("--threads", options.threads, "(default: as many as there are)")
      ->check(CLI::Range(1u, 1024u));
  app.add_flag("--defaults", options.defaults_only, "only the default parameters");
  app.add_flag("!--no-properties", options.properties,
               "errors alone: no ranges, symmetries, exceptions");
  app.add_flag("--peers", options.peers, "measure the installed peers too");
  app.add_flag("--readme", options.readme, "print the table of tests/accuracy/README.md");
  app.add_option("--check-readme", options.check_readme,
                 "compare the bounds in this file's table with the headers'");
  app.add_flag("--check-references", options.check_references, "compare the references with MPFR");
  app.add_flag("--checksums", options.checksums,
               "only compare the exact tier's checksums with the recorded ones");
  app.add_flag("--record", options.record,
               "print the checksums of the correctly rounded results, to be recorded");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (options.readme) options.defaults_only = true;
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "accuracy: %s\n", error.what());
    return 1;
  }
}
