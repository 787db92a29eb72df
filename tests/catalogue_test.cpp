// The catalogue: every function of single elements by name, with parameters that a program can set
// without knowing the function. tests/layout/four_places.sh checks that no header is missing.
#include <support/catch.hpp>

#include <hillock/hillock.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace {

using Array = Eigen::ArrayXd;
using hillock::Accuracy;

/// A user's own class with two parameters.
struct Affine : hillock::Activation<Affine> {
  double a = 2, b = 1;
  static constexpr auto parameters() {
    return std::array{hillock::Parameter{"a", &Affine::a}, hillock::Parameter{"b", &Affine::b}};
  }
  template <class V>
  V forward_at(const V& x) const {
    return a * x + b;
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, a);
  }
};

template <class F, class X>
X forward_of(const F& f, const X& x) {
  X y(x.size());
  hillock::forward(f, x, y);
  return y;
}

TEST_CASE("the catalogue has each function once, in the order of the names", "[catalogue]") {
  std::vector<std::string> fast, exact;
  hillock::for_each_activation([&](const char* name, const auto&) { fast.push_back(name); });
  hillock::for_each_activation<Accuracy::exact>(
      [&](const char* name, const auto&) { exact.push_back(name); });
  CHECK(fast.size() >= 9);
  CHECK(std::is_sorted(fast.begin(), fast.end()));
  CHECK(std::adjacent_find(fast.begin(), fast.end()) == fast.end());
  CHECK(fast == exact);
}

TEST_CASE("the catalogue's functions are the ready-made objects", "[catalogue]") {
  const Array x = Array::LinSpaced(21, -5, 5);
  std::map<std::string, Array> y;
  std::map<std::string, Eigen::ArrayXf> exact;
  hillock::for_each_activation(
      [&](const char* name, const auto& f) { y[name] = forward_of(f, x); });
  hillock::for_each_activation<Accuracy::exact>([&](const char* name, const auto& f) {
    exact[name] = forward_of(f, Eigen::ArrayXf(x.cast<float>()));
  });
  CHECK((y["celu"] == hillock::celu(x)).all());
  CHECK((y["elu"] == hillock::elu(x)).all());
  CHECK((y["gelu"] == hillock::gelu(x)).all());
  CHECK((y["gelu_tanh"] == hillock::gelu_tanh(x)).all());
  CHECK((y["hard_shrink"] == hillock::hard_shrink(x)).all());
  CHECK((y["hard_sigmoid"] == hillock::hard_sigmoid(x)).all());
  CHECK((y["hard_swish"] == hillock::hard_swish(x)).all());
  CHECK((y["hard_tanh"] == hillock::hard_tanh(x)).all());
  CHECK((y["identity"] == x).all());
  CHECK((y["leaky_hard_tanh"] == hillock::leaky_hard_tanh(x)).all());
  CHECK((y["leaky_relu"] == hillock::leaky_relu(x)).all());
  CHECK((y["log_sigmoid"] == hillock::log_sigmoid(x)).all());
  CHECK((y["mish"] == hillock::mish(x)).all());
  CHECK((y["prelu"] == hillock::PReLU<>{}(x)).all());
  CHECK((y["relu"] == hillock::relu(x)).all());
  CHECK((y["relu6"] == hillock::relu6(x)).all());
  CHECK((y["scaled_tanh"] == hillock::lecun_tanh(x)).all());
  CHECK((y["selu"] == hillock::selu(x)).all());
  CHECK((y["sigmoid"] == hillock::sigmoid(x)).all());
  CHECK((y["soft_shrink"] == hillock::soft_shrink(x)).all());
  CHECK((y["softplus"] == hillock::softplus(x)).all());
  CHECK((y["softsign"] == hillock::softsign(x)).all());
  CHECK((y["squared_relu"] == hillock::squared_relu(x)).all());
  CHECK((y["step"] == hillock::step(x)).all());
  CHECK((y["swish"] == hillock::swish(x)).all());
  CHECK((y["tanh"] == hillock::tanh(x)).all());
  CHECK((y["tanh_shrink"] == hillock::tanh_shrink(x)).all());
  CHECK((y["threshold"] == hillock::threshold(x)).all());
  CHECK((y["thresholded_relu"] == hillock::thresholded_relu(x)).all());
  CHECK((y["xielu"] == hillock::xielu(x)).all());
  CHECK((exact["swish"] == hillock::exact::swish(x.cast<float>())).all());
}

/// The names of the parameters, and the function with all of them set to `value`.
template <class F>
std::string set_all(F& f, double value) {
  std::string names;
  for (const auto& [name, member] : F::parameters()) {
    names += std::string(name) + ' ';
    f.*member = value;
  }
  return names;
}

TEST_CASE("a function's parameters are listed by its type, and can be set", "[catalogue]") {
  const Array x = Array::LinSpaced(21, -5, 5);
  std::map<std::string, std::string> names;
  std::map<std::string, Array> y;
  hillock::for_each_activation([&](const char* name, auto f) {
    names[name] = set_all(f, 0.5);
    y[name] = forward_of(f, x);
  });
  CHECK(names["celu"] == "alpha ");
  CHECK(names["elu"] == "alpha ");
  CHECK(names["hard_shrink"] == "lambda ");
  CHECK(names["hard_sigmoid"] == "slope offset ");
  CHECK(names["hard_swish"].empty());
  CHECK(names["hard_tanh"] == "low high ");
  CHECK(names["leaky_hard_tanh"] == "low high slope_below slope_above ");
  CHECK(names["leaky_relu"] == "slope ");
  CHECK(names["prelu"] == "slope ");
  CHECK(names["relu6"].empty());
  CHECK(names["scaled_tanh"] == "a b ");
  CHECK(names["soft_shrink"] == "lambda ");
  CHECK(names["softplus"] == "beta ");
  CHECK(names["squared_relu"].empty());
  CHECK(names["swish"] == "beta ");
  CHECK(names["threshold"] == "threshold value ");
  CHECK(names["thresholded_relu"] == "threshold ");
  CHECK(names["xielu"] == "alpha_p alpha_n beta eps ");
  for (const char* name : {"gelu", "gelu_tanh", "identity", "log_sigmoid", "mish", "relu", "selu",
                           "sigmoid", "softsign", "step", "tanh", "tanh_shrink"})
    CHECK(names[name].empty());
  CHECK((y["celu"] == hillock::CELU<>{0.5}(x)).all());
  CHECK((y["elu"] == hillock::ELU<>{0.5}(x)).all());
  CHECK((y["leaky_relu"] == hillock::LeakyReLU<>{0.5}(x)).all());
  CHECK((y["prelu"] == hillock::PReLU<>{0.5}(x)).all());
  CHECK((y["scaled_tanh"] == hillock::ScaledTanh<>{0.5, 0.5}(x)).all());
  CHECK((y["softplus"] == hillock::Softplus<>{0.5}(x)).all());
  CHECK((y["swish"] == hillock::Swish<>{0.5}(x)).all());
  Affine own;
  CHECK(set_all(own, 3) == "a b ");
  CHECK((own(x) == 3 * x + 3).all());
}

}  // namespace
