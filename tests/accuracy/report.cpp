#include <accuracy/report.hpp>

#include <cstdio>
#include <sstream>

namespace accuracy {
namespace {

std::string version(int number, int parts) {
  std::ostringstream text;
  text << number / 10000 << '.' << number / 100 % 100;
  if (parts == 3) text << '.' << number % 100;
  return text.str();
}

template <class W>
std::string hexadecimal(W value) {
  char text[64];
  if constexpr (sizeof(W) > sizeof(double))
    std::snprintf(text, sizeof text, "%La", value);
  else
    std::snprintf(text, sizeof text, "%a", static_cast<double>(value));
  return text;
}

/// A float's own bits, which is how one looks for it.
template <class T>
std::string place(T x) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*g (0x%0*llx)", Format<T>::Limits::max_digits10,
                static_cast<double>(Format<T>::wide(x)), static_cast<int>(2 * sizeof(T)),
                static_cast<unsigned long long>(Format<T>::bits(x)));
  return text;
}

template <class T>
void print_part(const char* name, const Worst<T>& worst, const Bound& bound, bool is_judged) {
  std::printf("    %-2s max %s ULP", name, ulp_to_string(worst.ulp).c_str());
  if (worst.ulp > 0)
    std::printf(" at %s: %s for %s", place(worst.x).c_str(),
                hexadecimal(Format<T>::wide(worst.computed)).c_str(),
                hexadecimal(worst.truth).c_str());
  if (worst.epsilons_at_root > 0)
    std::printf(", by the root beyond that bound %.3f epsilon", worst.epsilons_at_root);
  if (is_judged) std::printf("; bound %s", to_string(bound).c_str());
  if (is_judged && worst.beyond_bound > 0)
    std::printf("; FAILED at %llu points", static_cast<unsigned long long>(worst.beyond_bound));
  if (worst.wrong > 0)
    std::printf("; FAILED: %llu not correctly rounded, first %s: %s",
                static_cast<unsigned long long>(worst.wrong), place(worst.wrong_x).c_str(),
                hexadecimal(Format<T>::wide(worst.wrong_computed)).c_str());
  if (worst.not_judged > 0)
    std::printf("; rounding not judged at %llu points: no MPFR",
                static_cast<unsigned long long>(worst.not_judged));
  std::printf("\n");
}

}  // namespace

std::string to_string(const Bound& bound) {
  std::ostringstream text;
  text << bound.ulp;
  if (bound.epsilons_at_root > 0)
    text << ", or " << bound.epsilons_at_root << " epsilon by the root";
  return text.str();
}

std::string ulp_to_string(double ulp) {
  char text[32];
  if (std::isinf(ulp)) return "NaN";  // or, where that is judged, a zero's lost sign
  if (ulp >= 1e5)
    std::snprintf(text, sizeof text, "%.1e", ulp);
  else if (ulp >= 100)
    std::snprintf(text, sizeof text, "%.0f", std::ceil(ulp));
  else
    // Above a half every digit tells how far from correctly rounded it is.
    std::snprintf(
        text, sizeof text, "%.*f", ulp > 0.5 && ulp < 0.51 ? 5 : 2,
        ulp > 0.5 && ulp < 0.51 ? std::ceil(ulp * 1e5) / 1e5 : std::ceil(ulp * 100) / 100);
  return text;
}

template <class T>
std::string full_name(const Subject<T>& subject) {
  std::ostringstream text;
  text << subject.function;
  if (*subject.parameter != '\0') text << ' ' << subject.parameter << ' ' << subject.value;
  return text.str();
}

void print_build(const Options& options) {
  const Build b = build();
  std::printf("%s, %zu floats, %zu doubles; xsimd %s, Eigen %s; %s%s%s; %s\n", b.instruction_set,
              b.float_lanes, b.double_lanes, version(b.xsimd_version, 3).c_str(),
              version(b.eigen_version, 3).c_str(), b.compiler,
              b.is_optimised ? "" : ", not optimised", b.is_fast_math ? ", -ffast-math" : "",
              options.exhaustive
                  ? "exhaustive"
                  : ("2^32 / " + std::to_string(options.stride) + " points").c_str());
  std::fflush(stdout);
}

template <class T>
void print_result(const Subject<T>& subject, const SweepResult<T>& result) {
  const bool is_judged = std::isfinite(subject.forward_bound.ulp);
  std::printf("%s %s, %s, %s, %llu points\n", subject.library, full_name(subject).c_str(),
              Format<T>::name, is_judged ? name_of(subject.tier) : "measured",
              static_cast<unsigned long long>(result.points));
  print_part("f", result.forward, subject.forward_bound, is_judged);
  if (subject.derivative != nullptr)
    print_part("f'", result.derivative, subject.derivative_bound, is_judged);
  for (std::size_t i = 0; i < property_count; ++i) {
    const Finding<T>& finding = result.findings.of[i];
    if (finding.failed > 0)
      std::printf("    FAILED: %s: %llu of %llu, first %s\n", name_of(static_cast<Property>(i)),
                  static_cast<unsigned long long>(finding.failed),
                  static_cast<unsigned long long>(finding.checked), place(finding.x).c_str());
  }
  if (must_be_correctly_rounded(subject))
    std::printf("    checksum 0x%016llx\n", static_cast<unsigned long long>(result.checksum));
  std::fflush(stdout);
}

template <class T>
bool passed(const Subject<T>& subject, const SweepResult<T>& result) {
  if (!std::isfinite(subject.forward_bound.ulp)) return true;
  for (const Finding<T>& finding : result.findings.of)
    if (finding.failed > 0) return false;
  for (const Worst<T>* worst : {&result.forward, &result.derivative})
    if (worst->beyond_bound > 0 || worst->wrong > 0) return false;
  return true;
}

template void print_result(const Subject<float>&, const SweepResult<float>&);
template void print_result(const Subject<double>&, const SweepResult<double>&);
template bool passed(const Subject<float>&, const SweepResult<float>&);
template bool passed(const Subject<double>&, const SweepResult<double>&);
template std::string full_name(const Subject<float>&);
template std::string full_name(const Subject<double>&);

}  // namespace accuracy
