// A parameter that training has lost: it was finite when the function was made, and is not any
// more. Every result that depends on the parameter must be NaN, for every way of calling.
#pragma once

#include <support/call_paths.hpp>

namespace support {

enum class Touches { negative_inputs, every_input };

/// f's results for x where `parameter` is NaN or infinite; of an x that it does not touch f is the
/// identity.
template <class T, class F>
void check_invalid_parameter(F f, double F::*parameter, Touches touches) {
  constexpr Index n = 23;
  Eigen::Array<T, Dynamic, 1> x(n), y(n), d(n);
  for (Index i = 0; i < n; ++i) x[i] = T(i % 2 == 0 ? i : -i) / 8;
  x[2] = -T(0);
  x[4] = Special<T>::infinity;
  x[5] = -Special<T>::infinity;
  x[6] = Special<T>::largest;
  x[7] = Special<T>::quiet_nan;
  std::size_t compared = 0, wrong = 0;
  const auto compare = [&](T got, T at, T untouched_result) {
    const bool is_touched = touches == Touches::every_input || !(at > 0);
    const bool is_right = is_touched ? std::isnan(got) : same_bits(got, untouched_result);
    ++compared;
    if (!is_right) ++wrong;
  };
  const auto compare_all = [&](const auto& value, const auto& derivative) {
    for (Index i = 0; i < n; ++i) {
      compare(value[i], x[i], x[i]);
      compare(derivative[i], x[i], T(1));
    }
  };
  for (const double lost :
       {Special<double>::quiet_nan, Special<double>::infinity, -Special<double>::infinity}) {
    f.*parameter = lost;
    for (Index i = 0; i < n; ++i) {
      compare(f(x[i]), x[i], x[i]);
      compare(f.derivative(x[i]), x[i], T(1));
      compare(f.backward(x[i], T(1)), x[i], T(1));
    }
    y = f(x);
    d = f.derivative(x);
    compare_all(y, d);
    y = x.unaryExpr(f) * T(1);
    d = f.backward(x, Eigen::Array<T, Dynamic, 1>::Ones(n));
    compare_all(y, d);
    hillock::forward(f, x, y);
    hillock::derivative(f, x, d);
    compare_all(y, d);
    hillock::forward_and_derivative(f, x, y, d);
    compare_all(y, d);
  }
  CHECK(wrong == 0);
  CHECK(compared == 3 * 11 * n);
}

}  // namespace support
