// The activations as they are written by hand: one line of Eigen, and xsimd's functions put
// together. The fastest usual form of each is taken; none of them is asked for accuracy in the
// tails, and some have none there.
#pragma once

#include <Eigen/Core>
#include <cmath>
#include <xsimd/xsimd.hpp>

namespace peers {

template <class X>
using ScalarOf = typename X::Scalar;
template <class V>
using LaneOf = typename V::value_type;

struct Identity {
  template <class X>
  auto eigen(const X& x) const {
    return x.matrix().array();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return X::Ones(x.rows(), x.cols());
  }
  template <class V>
  V batch(const V& x) const {
    return x;
  }
  template <class V>
  V batch_derivative(const V&) const {
    return V(1);
  }
};

struct Step {
  template <class X>
  auto eigen(const X& x) const {
    return (x > 0).template cast<ScalarOf<X>>();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return X::Zero(x.rows(), x.cols());
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::select(x > V(0), V(1), V(0));
  }
  template <class V>
  V batch_derivative(const V&) const {
    return V(0);
  }
};

struct Sigmoid {
  template <class X>
  auto eigen(const X& x) const {
    return x.logistic();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    const auto s = x.logistic();
    return s * (1 - s);
  }
  template <class V>
  V batch(const V& x) const {
    return V(1) / (V(1) + xsimd::exp(-x));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V s = batch(x);
    return s * (V(1) - s);
  }
};

struct Tanh {
  template <class X>
  auto eigen(const X& x) const {
    return x.tanh();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return 1 - x.tanh().square();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::tanh(x);
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V t = xsimd::tanh(x);
    return V(1) - t * t;
  }
};

struct ReLU {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(0);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (x > 0).template cast<ScalarOf<X>>();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::max(x, V(0));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select(x > V(0), V(1), V(0));
  }
};

struct LeakyReLU {
  double slope;

  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(static_cast<ScalarOf<X>>(slope) *
                      x);  // select() is not vectorised in Eigen 3.4
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x > 0).select(X::Ones(x.rows(), x.cols()),
                          X::Constant(x.rows(), x.cols(), static_cast<T>(slope)));
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::max(x, V(static_cast<LaneOf<V>>(slope)) * x);
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select(x > V(0), V(1), V(static_cast<LaneOf<V>>(slope)));
  }
};

/// Slopes as elements of an array.
struct Slopes {
  Eigen::ArrayXf floats;
  Eigen::ArrayXd doubles = floats.cast<double>();

  template <class T>
  const auto& as() const {
    if constexpr (sizeof(T) == 4)
      return floats;
    else
      return doubles;
  }
};

/// One slope per row.
struct PReLUPerRow {
  Slopes slopes;

  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(x.colwise() * slopes.as<ScalarOf<X>>());
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (x > 0).select(X::Ones(x.rows(), x.cols()),
                          slopes.as<ScalarOf<X>>().replicate(1, x.cols()));
  }
};

/// One slope per column.
struct PReLUPerColumn {
  Slopes slopes;

  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(x.rowwise() * slopes.as<ScalarOf<X>>().transpose());
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (x > 0).select(X::Ones(x.rows(), x.cols()),
                          slopes.as<ScalarOf<X>>().transpose().replicate(x.rows(), 1));
  }
};

struct ReLU6 {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(0).cwiseMin(6);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (x > 0 && x < 6).template cast<ScalarOf<X>>();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::min(xsimd::max(x, V(0)), V(6));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select((x > V(0)) & (x < V(6)), V(1), V(0));
  }
};

struct HardTanh {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(-1).cwiseMin(1);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (x > -1 && x < 1).template cast<ScalarOf<X>>();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::min(xsimd::max(x, V(-1)), V(1));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select((x > V(-1)) & (x < V(1)), V(1), V(0));
  }
};

struct HardSigmoid {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return (x + 3).cwiseMax(0).cwiseMin(6) * T(1 / 6.0);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x > -3 && x < 3).template cast<T>() * T(1 / 6.0);
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::min(xsimd::max(x + V(3), V(0)), V(6)) * V(T(1 / 6.0));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select((x > V(-3)) & (x < V(3)), V(T(1 / 6.0)), V(0));
  }
};

struct HardSwish {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return x * (x + 3).cwiseMax(0).cwiseMin(6) * T(1 / 6.0);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x > -3).template cast<T>() * ((2 * x + 3) * T(1 / 6.0)).cwiseMin(T(1.5)) -
           T(0.5) * (x >= 3).template cast<T>();
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return x * xsimd::min(xsimd::max(x + V(3), V(0)), V(6)) * V(T(1 / 6.0));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    const V slope = (x + x + V(3)) * V(T(1 / 6.0));
    return xsimd::select(x <= V(-3), V(0), xsimd::select(x >= V(3), V(1), slope));
  }
};

struct HardShrink {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return x * (x.abs() > T(0.5)).template cast<T>();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x.abs() > T(0.5)).template cast<T>();
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select(xsimd::abs(x) > V(T(0.5)), x, V(0));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select(xsimd::abs(x) > V(T(0.5)), V(1), V(0));
  }
};

struct SoftShrink {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return x - x.cwiseMax(T(-0.5)).cwiseMin(T(0.5));
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x.abs() > T(0.5)).template cast<T>();
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return x - xsimd::min(xsimd::max(x, V(T(-0.5))), V(T(0.5)));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select(xsimd::abs(x) > V(T(0.5)), V(1), V(0));
  }
};

struct Threshold {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return x * (x > 1).template cast<T>();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x > 1).template cast<T>();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::select(x > V(1), x, V(0));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select(x > V(1), V(1), V(0));
  }
};

struct SquaredReLU {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(0).square();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return 2 * x.cwiseMax(0);
  }
  template <class V>
  V batch(const V& x) const {
    const V rectified = xsimd::max(x, V(0));
    return rectified * rectified;
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return V(2) * xsimd::max(x, V(0));
  }
};

struct LeakyHardTanh {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return T(0.01) * x + T(0.99) * x.cwiseMax(-1).cwiseMin(1);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return T(0.01) + T(0.99) * (x > -1 && x <= 1).template cast<T>();
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return V(T(0.01)) * x + V(T(0.99)) * xsimd::min(xsimd::max(x, V(-1)), V(1));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select((x > V(-1)) & (x <= V(1)), V(1), V(T(0.01)));
  }
};

struct ELU {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(0) + (x.cwiseMin(0).exp() - 1);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return x.cwiseMin(0).exp();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::select(x > V(0), x, xsimd::expm1(x));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select(x > V(0), V(1), xsimd::exp(x));
  }
};

struct Swish {
  template <class X>
  auto eigen(const X& x) const {
    return x * x.logistic();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    const auto s = x.logistic();
    return s * (1 + x * (1 - s));
  }
  template <class V>
  V batch(const V& x) const {
    return x / (V(1) + xsimd::exp(-x));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V s = V(1) / (V(1) + xsimd::exp(-x));
    return s * (V(1) + x * (V(1) - s));
  }
};

struct GELU {
  template <class X>
  auto eigen(const X& x) const {
    return x.unaryExpr([](ScalarOf<X> each) { return each * distribution(each); });
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return x.unaryExpr([](ScalarOf<X> each) {
      return distribution(each) + each * std::exp(each * each / -2) * ScalarOf<X>(density_at_zero);
    });
  }
  template <class V>
  V batch(const V& x) const {
    return x * distribution(x);
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return distribution(x) + x * xsimd::exp(x * x / V(-2)) * V(LaneOf<V>(density_at_zero));
  }

 private:
  static constexpr double density_at_zero = 0.3989422804014327;
  static constexpr double inverse_root = 0.7071067811865476;
  template <class T, class = std::enable_if_t<std::is_floating_point_v<T>>>
  static T distribution(T x) {
    return (1 + std::erf(x * T(inverse_root))) / 2;
  }
  template <class T>
  static xsimd::batch<T> distribution(const xsimd::batch<T>& x) {
    using V = xsimd::batch<T>;
    return (V(1) + xsimd::erf(x * V(T(inverse_root)))) * V(0.5);
  }
};

struct GELUTanh {
  template <class X>
  auto eigen(const X& x) const {
    return x * (1 + cubic(x).tanh()) / 2;
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    const auto t = cubic(x).tanh();
    return (1 + t + x * (1 - t.square()) * (T(c1) + T(3 * c3) * x.square())) / 2;
  }
  template <class V>
  V batch(const V& x) const {
    return x * (V(1) + xsimd::tanh(batch_cubic(x))) * V(0.5);
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V t = xsimd::tanh(batch_cubic(x));
    return (V(1) + t + x * (V(1) - t * t) * (V(LaneOf<V>(c1)) + V(LaneOf<V>(3 * c3)) * x * x)) *
           V(0.5);
  }

 private:
  static constexpr double c1 = 0.7978845608028654;
  static constexpr double c3 = c1 * 0.044715;
  template <class X>
  static auto cubic(const X& x) {
    return x * (ScalarOf<X>(c1) + ScalarOf<X>(c3) * x.square());
  }
  template <class V>
  static V batch_cubic(const V& x) {
    return x * (V(LaneOf<V>(c1)) + V(LaneOf<V>(c3)) * x * x);
  }
};

struct Softplus {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMax(0) + (-x.abs()).exp().log1p();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return x.logistic();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::max(x, V(0)) + xsimd::log1p(xsimd::exp(-xsimd::abs(x)));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return V(1) / (V(1) + xsimd::exp(-x));
  }
};

struct LogSigmoid {
  template <class X>
  auto eigen(const X& x) const {
    return x.cwiseMin(0) - (-x.abs()).exp().log1p();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (-x).logistic();
  }
  template <class V>
  V batch(const V& x) const {
    return xsimd::min(x, V(0)) - xsimd::log1p(xsimd::exp(-xsimd::abs(x)));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return V(1) / (V(1) + xsimd::exp(x));
  }
};

struct Mish {
  template <class X>
  auto eigen(const X& x) const {
    return x * x.exp().log1p().tanh();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    const auto t = x.exp().log1p().tanh();
    return t + x * x.logistic() * (1 - t.square());
  }
  template <class V>
  V batch(const V& x) const {
    return x * xsimd::tanh(xsimd::log1p(xsimd::exp(x)));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V e = xsimd::exp(x), t = xsimd::tanh(xsimd::log1p(e));
    return t + x * e / (V(1) + e) * (V(1) - t * t);
  }
};

struct SELU {
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return T(lambda) * x.cwiseMax(0) + T(lambda_alpha) * (x.cwiseMin(0).exp() - 1);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x > 0).select(X::Constant(x.rows(), x.cols(), T(lambda)), T(lambda_alpha) * x.exp());
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select(x > V(0), V(T(lambda)) * x, V(T(lambda_alpha)) * xsimd::expm1(x));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    return xsimd::select(x > V(0), V(T(lambda)), V(T(lambda_alpha)) * xsimd::exp(x));
  }

 private:
  static constexpr double lambda = 1.0507009873554805;
  static constexpr double lambda_alpha = 1.7580993408473769;
};

struct Softsign {
  template <class X>
  auto eigen(const X& x) const {
    return x / (1 + x.abs());
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (1 + x.abs()).square().inverse();
  }
  template <class V>
  V batch(const V& x) const {
    return x / (V(1) + xsimd::abs(x));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V sum = V(1) + xsimd::abs(x);
    return V(1) / (sum * sum);
  }
};

struct CELU {
  double alpha = 1;
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return x.cwiseMax(0) + T(alpha) * ((x.cwiseMin(0) / T(alpha)).exp() - 1);
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return (x.cwiseMin(0) / ScalarOf<X>(alpha)).exp();
  }
  template <class V>
  V batch(const V& x) const {
    const V a = LaneOf<V>(alpha);
    return xsimd::select(x > V(0), x, a * xsimd::expm1(x / a));
  }
  template <class V>
  V batch_derivative(const V& x) const {
    return xsimd::select(x > V(0), V(1), xsimd::exp(x / V(LaneOf<V>(alpha))));
  }
};

struct TanhShrink {
  template <class X>
  auto eigen(const X& x) const {
    return x - x.tanh();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    return x.tanh().square();
  }
  template <class V>
  V batch(const V& x) const {
    return x - xsimd::tanh(x);
  }
  template <class V>
  V batch_derivative(const V& x) const {
    const V t = xsimd::tanh(x);
    return t * t;
  }
};

struct ScaledTanh {
  double a = 1.7159;
  double b = 2.0 / 3;
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return T(a) * (T(b) * x).tanh();
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return T(a * b) * (1 - (T(b) * x).tanh().square());
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    return V(T(a)) * xsimd::tanh(V(T(b)) * x);
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    const V t = xsimd::tanh(V(T(b)) * x);
    return V(T(a * b)) * (V(1) - t * t);
  }
};

struct XIELU {
  double alpha = 0.8;  // both alphas
  double beta = 0.5;
  double eps = -1e-6;
  template <class X>
  auto eigen(const X& x) const {
    using T = ScalarOf<X>;
    return (x > 0).select(T(alpha) * x.square(), T(alpha) * (x.cwiseMin(T(eps)).expm1() - x)) +
           T(beta) * x;
  }
  template <class X>
  auto eigen_derivative(const X& x) const {
    using T = ScalarOf<X>;
    return (x > 0).select(T(2 * alpha) * x, T(alpha) * x.cwiseMin(T(eps)).expm1()) + T(beta);
  }
  template <class V>
  V batch(const V& x) const {
    using T = LaneOf<V>;
    const V a = T(alpha), b = T(beta);
    return xsimd::select(x > V(0), a * x * x, a * (xsimd::expm1(xsimd::min(x, V(T(eps)))) - x)) +
           b * x;
  }
  template <class V>
  V batch_derivative(const V& x) const {
    using T = LaneOf<V>;
    const V a = T(alpha), b = T(beta);
    return xsimd::select(x > V(0), (a + a) * x, a * xsimd::expm1(xsimd::min(x, V(T(eps))))) + b;
  }
};

/// Two pieces, consecutive in a column.
struct MaxoutPerColumn {
  template <class X, class Y>
  void eigen(const X& x, Y&& y) const {
    using T = ScalarOf<X>;
    using Every = Eigen::InnerStride<2>;
    using Strided = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>, 0, Every>;
    const auto half = x.size() / 2;
    y.reshaped() = Strided(x.data(), half).cwiseMax(Strided(x.data() + 1, half));
  }
};

/// Two pieces, consecutive in a row.
struct MaxoutPerRow {
  template <class X, class Y>
  void eigen(const X& x, Y&& y) const {
    for (Eigen::Index j = 0; j < y.cols(); ++j) y.col(j) = x.col(2 * j).cwiseMax(x.col(2 * j + 1));
  }
};

struct SoftmaxPerColumn {
  template <class X, class Y>
  void eigen(const X& x, Y& y) const {
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      y.col(j) = (x.col(j) - x.col(j).maxCoeff()).exp();
      y.col(j) /= y.col(j).sum();
    }
  }
  template <class P, class DP, class DX>
  void eigen_backward(const P& p, const DP& dp, DX& dx) const {
    for (Eigen::Index j = 0; j < p.cols(); ++j)
      dx.col(j) = p.col(j) * (dp.col(j) - (p.col(j) * dp.col(j)).sum());
  }
};

struct SoftmaxPerRow {
  template <class X, class Y>
  void eigen(const X& x, Y& y) const {
    using Column = Eigen::Array<ScalarOf<X>, Eigen::Dynamic, 1>;
    const Column top = x.rowwise().maxCoeff();
    y = (x.colwise() - top).exp();
    const Column sum = y.rowwise().sum();
    y.colwise() /= sum;
  }
  template <class P, class DP, class DX>
  void eigen_backward(const P& p, const DP& dp, DX& dx) const {
    using Column = Eigen::Array<ScalarOf<P>, Eigen::Dynamic, 1>;
    const Column mean = (p * dp).rowwise().sum();
    dx = p * (dp.colwise() - mean);
  }
};

struct LogSoftmaxPerColumn {
  template <class X, class Y>
  void eigen(const X& x, Y& y) const {
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      const auto top = x.col(j).maxCoeff();
      y.col(j) = x.col(j) - (top + std::log((x.col(j) - top).exp().sum()));
    }
  }
  template <class P, class DP, class DX>
  void eigen_backward(const P& y, const DP& dy, DX& dx) const {
    for (Eigen::Index j = 0; j < y.cols(); ++j)
      dx.col(j) = dy.col(j) - y.col(j).exp() * dy.col(j).sum();
  }
};

struct CrossEntropyPerColumn {
  template <class X, class Labels, class D>
  double eigen(const X& x, const Labels& labels, D& d) const {
    double loss = 0;
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      const Eigen::Index label = labels[static_cast<std::size_t>(j)];
      const auto top = x.col(j).maxCoeff();
      d.col(j) = (x.col(j) - top).exp();
      const auto sum = d.col(j).sum();
      d.col(j) /= sum * static_cast<ScalarOf<X>>(x.cols());
      d(label, j) -= 1 / static_cast<ScalarOf<X>>(x.cols());
      loss += static_cast<double>(std::log(sum) + (top - x(label, j)));
    }
    return loss / static_cast<double>(x.cols());
  }
};

struct BinaryCrossEntropy {
  template <class X, class Targets, class D>
  double eigen(const X& x, const Targets& targets, D& d) const {
    using T = ScalarOf<X>;
    const T inverse = 1 / static_cast<T>(x.size());
    const T loss = (x.max(T(0)) - x * targets + (-x.abs()).exp().log1p()).sum();
    d = ((1 + (-x).exp()).inverse() - targets) * inverse;
    return static_cast<double>(loss * inverse);
  }
};

struct LogSoftmaxPerRow {
  template <class X, class Y>
  void eigen(const X& x, Y& y) const {
    using Column = Eigen::Array<ScalarOf<X>, Eigen::Dynamic, 1>;
    const Column top = x.rowwise().maxCoeff();
    const Column total = top + (x.colwise() - top).exp().rowwise().sum().log();
    y = x.colwise() - total;
  }
  template <class P, class DP, class DX>
  void eigen_backward(const P& y, const DP& dy, DX& dx) const {
    using Column = Eigen::Array<ScalarOf<P>, Eigen::Dynamic, 1>;
    const Column sum = dy.rowwise().sum();
    dx = dy - y.exp().colwise() * sum;
  }
};

}  // namespace peers
