// Every verb of every function of single elements over the sweep, and the calls with one number.
#pragma once

#include <bits/inputs.hpp>
#include <bits/results.hpp>

#include <hillock/hillock.hpp>

#include <type_traits>

namespace bit_record {

/// The parameter of a function, as it is named in the lines.
struct Parameter {
  const char* name;
  double value;
};

template <hillock::Accuracy A>
constexpr const char* name_of_tier() {
  return A == hillock::Accuracy::fast ? "fast" : "exact";
}

template <class T>
class Pointwise {
 public:
  Pointwise(Results& results, const char* tier)
      : results_(results), tier_(tier), x_(sweep<T>()), dy_(sweep_gradients<T>()) {}

  template <class F>
  void add(const F& f, Scope scope, const std::string& function) {
    const std::size_t n = x_.size();
    const std::string name = function + ' ' + Format<T>::name;
    std::vector<T> y(n), d(n), both_y(n), both_d(n), dx(n);
    hillock::forward(f, x_.data(), y.data(), n);
    hillock::derivative(f, x_.data(), d.data(), n);
    hillock::forward_and_derivative(f, x_.data(), both_y.data(), both_d.data(), n);
    hillock::backward(f, x_.data(), dy_.data(), dx.data(), n);
    const auto add_line = [&](const char* verb, std::uint64_t checksum) {
      results_.add(scope, tier_, name + ' ' + verb, "", checksum);
    };
    add_line("forward", checksum_of(y));
    add_line("derivative", checksum_of(d));
    Checksum both;
    both.add_numbers(both_y);
    both.add_numbers(both_d);
    add_line("forward_and_derivative", both.value());
    add_line("backward", checksum_of(dx));
    if constexpr (std::is_invocable_v<const F&, T>) require_equal_scalars(f, name, y, d, dx);
  }

 private:
  Results& results_;
  const char* tier_;
  const std::vector<T>& x_;
  std::vector<T> dy_;

  /// One number at a time, of one in 61.
  template <class F>
  void require_equal_scalars(const F& f, const std::string& name, const std::vector<T>& y,
                             const std::vector<T>& d, const std::vector<T>& dx) {
    Checksum expected, computed;
    for (std::size_t i = 0; i < x_.size(); i += 61) {
      expected.add_number(y[i]);
      computed.add_number(f(x_[i]));
      expected.add_number(d[i]);
      computed.add_number(f.derivative(x_[i]));
      expected.add_number(dx[i]);
      computed.add_number(f.backward(x_[i], dy_[i]));
    }
    results_.require_equal(tier_ + (' ' + name), "one number at a time", expected.value(),
                           computed.value());
  }
};

/// With parameters: the first of them is the default.
template <class F, class T>
void add_with_parameters(Pointwise<T>& pointwise, Scope of_default, const std::string& function,
                         std::initializer_list<Parameter> parameters) {
  Scope scope = of_default;
  for (const Parameter& parameter : parameters) {
    pointwise.add(F(parameter.value), scope, function + '(' + parameter.name + ')');
    scope = Scope::instruction_set;
  }
}

/// Accuracy::exact is correctly rounded with the default parameters, which makes the same bits
/// everywhere.
template <hillock::Accuracy A, class T>
void add_functions(Results& results) {
  constexpr Scope scope =
      A == hillock::Accuracy::exact ? Scope::everywhere : Scope::instruction_set;
  Pointwise<T> pointwise(results, name_of_tier<A>());
  pointwise.add(hillock::Identity<A>(), scope, "identity");
  pointwise.add(hillock::Step<A>(), scope, "step");
  pointwise.add(hillock::Sigmoid<A>(), scope, "sigmoid");
  pointwise.add(hillock::Tanh<A>(), scope, "tanh");
  pointwise.add(hillock::ReLU<A>(), scope, "relu");
  add_with_parameters<hillock::LeakyReLU<A>>(
      pointwise, scope, "leaky_relu",
      {{"0.01", 0.01}, {"0", 0}, {"-0.5", -0.5}, {"1e-30", 1e-30}, {"3e38", 3e38}});
  add_with_parameters<hillock::PReLU<A>>(pointwise, scope, "prelu",
                                         {{"0.25", 0.25}, {"-2", -2}, {"1.5", 1.5}});
  add_with_parameters<hillock::ELU<A>>(
      pointwise, scope, "elu",
      {{"1", 1}, {"0.5", 0.5}, {"-1", -1}, {"0x1p127", 0x1p127}, {"0x1p-140", 0x1p-140}});
  add_with_parameters<hillock::Swish<A>>(
      pointwise, scope, "swish",
      {{"1", 1}, {"1.702", 1.702}, {"-0.7", -0.7}, {"1e4", 1e4}, {"1e-30", 1e-30}, {"0", 0}});
}

}  // namespace bit_record
