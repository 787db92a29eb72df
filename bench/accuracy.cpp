#include "accuracy.hpp"

#include <Eigen/Core>
#include <accuracy/points.hpp>
#include <accuracy/reference.hpp>
#include <accuracy/worst.hpp>
#include <cmath>
#include <hillock/hillock.hpp>
#include <map>

namespace bench {
namespace {

double value_of(double parameter) { return parameter; }
template <class Parameters>
double value_of(const Parameters& parameters) {
  return parameters[0];
}

/// The first parameter that the catalogue's function has by default; 1 for one without parameters.
double parameter_of(const std::string& function) {
  double value = 1;
  hillock::for_each_activation([&](const char* name, const auto& f) {
    for (const auto& [parameter, member] : std::decay_t<decltype(f)>::parameters())
      if (function == name) value = value_of(f.*member);
  });
  return value;
}

/// Where swish' crosses zero, any rounding is an error of many ULP, in every library: hillock
/// promises an absolute bound there, and nothing is counted here.
template <class T>
bool is_near_root_of_swish(double, T x) {
  return std::fabs(x + static_cast<T>(1.2784645427610738)) < T(0.25);
}

template <class T>
using Aligned = std::vector<T, Eigen::aligned_allocator<T>>;

template <class T>
struct Sweep {
  Aligned<T> x;
  std::vector<accuracy::Wide<T>> value;
  std::vector<accuracy::Wide<T>> derivative;
};

template <class T>
const Sweep<T>& sweep_of(const std::string& function) {
  static std::map<std::string, Sweep<T>> made;
  const auto [entry, is_new] = made.try_emplace(function);
  Sweep<T>& sweep = entry->second;
  if (is_new) {
    constexpr std::uint64_t stride = 4096;
    for (const auto& segment : accuracy::finite(accuracy::sweep_points<T>(stride, 1)).segments)
      for (std::uint64_t i = 0; i < segment.count; ++i) sweep.x.push_back(segment[i]);
    sweep.x.resize(sweep.x.size() / 64 * 64);  // whole registers, for loops without a remainder
    sweep.value.resize(sweep.x.size());
    sweep.derivative.resize(sweep.x.size());
    accuracy::reference_of<T>(function)(parameter_of(function), sweep.x.data(), sweep.value.data(),
                                        sweep.derivative.data(), sweep.x.size());
  }
  return sweep;
}

}  // namespace

bool has_reference(const std::string& function) {
  return accuracy::reference_of<float>(function) != nullptr;
}

template <class T>
double max_ulp(const std::string& function, bool of_derivative, const peers::Pass<T>& pass) {
  const Sweep<T>& sweep = sweep_of<T>(function);
  const std::size_t n = sweep.x.size();
  static Aligned<T> ones, y, d;
  ones.assign(n, T(1));
  y.resize(n);
  d.resize(n);
  pass({sweep.x.data(), ones.data(), y.data(), d.data(), static_cast<std::ptrdiff_t>(n), 1});
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const bool has_root = of_derivative && function == "swish";
  const accuracy::Bound unbounded{infinity, has_root ? infinity : 0};
  bool (*const is_near_root)(double, T) = has_root ? &is_near_root_of_swish<T> : nullptr;
  accuracy::Worst<T> worst;
  accuracy::compare<T>(sweep.x.data(), of_derivative ? d.data() : y.data(),
                       of_derivative ? sweep.derivative.data() : sweep.value.data(), n, unbounded,
                       parameter_of(function), is_near_root, worst);
  return worst.ulp;
}
template double max_ulp<float>(const std::string&, bool, const peers::Pass<float>&);
template double max_ulp<double>(const std::string&, bool, const peers::Pass<double>&);

}  // namespace bench
