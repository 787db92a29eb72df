// Gated units: value f(gate), for any activation f. Feed-forward blocks of transformers use GLU,
// ReGLU, GEGLU, SwiGLU or ClampedSwiGLU in place of one activation.
#pragma once

#include <hillock/activations/gelu.hpp>
#include <hillock/activations/gelu_tanh.hpp>
#include <hillock/activations/relu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/swish.hpp>
#include <hillock/verbs.hpp>

#include <tuple>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Where the gate and the value lie in one array that has both, along an axis. It has no default,
/// because others differ: PyTorch's glu has the value first, ONNX's SwiGLU and most transformers'
/// fused weights have the gate first, and some interleave the two.
enum class Halves {
  gate_first,   ///< first all gates, then all values
  value_first,  ///< first all values, then all gates
  interleaved   ///< gate, value, gate, value ...
};

namespace detail {

/// The gradients by the gate and by the value.
template <class V>
struct GateAndValue {
  V gate;
  V value;
};

/// Takes gate and value as they are.
struct Unclamped {
  template <class V>
  HILLOCK_INLINE V gate(const V& given) const noexcept {
    return given;
  }
  template <class V>
  HILLOCK_INLINE V value(const V& given) const noexcept {
    return given;
  }
  template <class V>
  HILLOCK_INLINE GateAndValue<V> gradients(const V&, const V&,
                                           const GateAndValue<V>& gradient) const noexcept {
    return gradient;
  }
};

/// Clamps the gate from above and the value on both sides, and adds 1 to the value. Beyond a clamp
/// the gradient is 0.
class Clamped {
 public:
  constexpr explicit Clamped(double limit) noexcept : limit_(limit) {}

  template <class V>
  HILLOCK_INLINE V gate(const V& given) const noexcept {
    return not_above(given, V(limit<V>()));
  }
  template <class V>
  HILLOCK_INLINE V value(const V& given) const noexcept {
    return not_below(not_above(given, V(limit<V>())), V(-limit<V>())) + 1;
  }
  template <class V>
  HILLOCK_INLINE GateAndValue<V> gradients(const V& given_gate, const V& given_value,
                                           const GateAndValue<V>& gradient) const noexcept {
    return {zero_where(given_gate > limit<V>(), gradient.gate),
            zero_where(abs(given_value) > limit<V>(), gradient.value)};
  }

 private:
  template <class V>
  constexpr typename V::value_type limit() const noexcept {
    return static_cast<typename V::value_type>(limit_);
  }
  double limit_;
};

/// The operation Op of the clamped gate: what forward and backward of a gated unit share.
template <class Op, class Clamp>
class OfClampedGate : public Op {
 public:
  constexpr OfClampedGate(const Op& op, const Clamp& clamp) noexcept : Op(op), clamp_(clamp) {}

  template <class V, std::size_t I>
  HILLOCK_INLINE auto operator()(const std::array<V, I>& in) const noexcept {
    return Op::operator()(gate(in));
  }
  template <class V, std::size_t I>
  HILLOCK_INLINE auto reduce(const std::array<V, I>& in) const noexcept {
    return Op::reduce(gate(in));
  }
  template <class V, std::size_t I, class Reduced>
  HILLOCK_INLINE auto exponentiate(const std::array<V, I>& in,
                                   const Reduced& reduced) const noexcept {
    return Op::exponentiate(gate(in), reduced);
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE auto finish(const std::array<V, I>& in, const Exponential& e) const noexcept {
    return Op::finish(gate(in), e);
  }

 protected:
  Clamp clamp_;

 private:
  template <class V, std::size_t I>
  HILLOCK_INLINE std::array<V, 1> gate(const std::array<V, I>& in) const noexcept {
    return {clamp_.gate(in[0])};
  }
};

/// Computes value f(gate) from gate and value; Op is the operation of f.
template <class Op, class Clamp>
class GatedForward : public OfClampedGate<Op, Clamp> {
  using Base = OfClampedGate<Op, Clamp>;

 public:
  using Base::Base;

  template <class V, std::size_t I>
  HILLOCK_INLINE std::array<V, 1> operator()(const std::array<V, I>& in) const noexcept {
    return product(in, Base::operator()(in));
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE std::array<V, 1> finish(const std::array<V, I>& in,
                                         const Exponential& e) const noexcept {
    return product(in, Base::finish(in, e));
  }

 private:
  template <class V, std::size_t I>
  HILLOCK_INLINE std::array<V, 1> product(const std::array<V, I>& in,
                                          const std::array<V, 1>& f) const noexcept {
    return {this->clamp_.value(in[1]) * f[0]};
  }
};

/// Computes the gradients by gate and value, from gate, value and the gradient of the result; Op is
/// the operation of f and f'.
template <class Op, class Clamp>
class GatedBackward : public OfClampedGate<Op, Clamp> {
  using Base = OfClampedGate<Op, Clamp>;

 public:
  using Base::Base;

  template <class V, std::size_t I>
  HILLOCK_INLINE std::array<V, 2> operator()(const std::array<V, I>& in) const noexcept {
    return gradients(in, Base::operator()(in));
  }
  template <class V, std::size_t I, class Exponential>
  HILLOCK_INLINE std::array<V, 2> finish(const std::array<V, I>& in,
                                         const Exponential& e) const noexcept {
    return gradients(in, Base::finish(in, e));
  }

 private:
  /// both: f and f' of the gate.
  template <class V, std::size_t I>
  HILLOCK_INLINE std::array<V, 2> gradients(const std::array<V, I>& in,
                                            const std::array<V, 2>& both) const noexcept {
    const V du = in[2];
    const auto result = this->clamp_.gradients(
        in[0], in[1], GateAndValue<V>{du * (this->clamp_.value(in[1]) * both[1]), du * both[0]});
    return {result.gate, result.value};
  }
};

template <class X>
using IfDense = std::enable_if_t<is_dense<X>, int>;

/// The calls of a gated unit. Derived has activation(), which is f, and clamp().
template <class Derived>
class GatedUnit {
 public:
  /// Returns value f(gate): an Array or a Matrix, as the gate is. The two arrays have one shape and
  /// one element type; std::invalid_argument otherwise.
  template <class Gate, class Value>
  [[nodiscard]] auto operator()(const Gate& gate, const Value& value) const {
    static_assert(CheckElements<Gate>::passed && CheckSameElement<Gate, Value>::passed);
    Plain<Gate> u(as_dense(gate).rows(), as_dense(gate).cols());
    forward(gate, value, u);
    return u;
  }

  /// u = value f(gate). u is not resized; it may be gate or value itself. The policy is
  /// hillock::accumulate or hillock::threads(n). Throws std::invalid_argument, before anything is
  /// written, if the shapes differ or the memory overlaps in part. Allocates nothing.
  template <class Gate, class Value, class U, class Policy = Overwrite, IfDense<Value> = 0>
  void forward(const Gate& gate, const Value& value, U&& u, Policy policy = {}) const {
    static_assert(CheckArguments<Gate, U>::passed && CheckArguments<Value, U>::passed);
    const auto& from_gate = evaluated(as_dense(gate));
    const auto& from_value = evaluated(as_dense(value));
    forward_views(policy, input_view(from_gate), input_view(from_value),
                  output_view(mutable_dense(u)));
  }

  /// dgate = du value f'(gate) and dvalue = du f(gate), in one pass: the gradients of a loss whose
  /// gradient by the result is du. dgate and dvalue may each be any of the inputs itself, but not
  /// overlap each other. Errors and policy as forward.
  template <class Gate, class Value, class DU, class DGate, class DValue, class Policy = Overwrite,
            IfDense<Value> = 0>
  void backward(const Gate& gate, const Value& value, const DU& du, DGate&& dgate, DValue&& dvalue,
                Policy policy = {}) const {
    static_assert(CheckArguments<Gate, DGate>::passed && CheckArguments<Value, DValue>::passed &&
                  CheckArguments<DU, DGate>::passed && CheckSameElement<Gate, Value>::passed);
    const auto& from_gate = evaluated(as_dense(gate));
    const auto& from_value = evaluated(as_dense(value));
    const auto& from_du = evaluated(as_dense(du));
    backward_views(policy, input_view(from_gate), input_view(from_value), input_view(from_du),
                   output_view(mutable_dense(dgate)), output_view(mutable_dense(dvalue)));
  }

  /// The same for one array that holds gates and values: along Per::column the upper rows are one
  /// half of each column, along Per::row the left columns one half of each row. both and dboth lie
  /// in memory; u and du have half as many rows (columns).
  template <class Both>
  [[nodiscard]] auto operator()(const Both& both, Halves halves, Per axis) const {
    static_assert(CheckElements<Both>::passed);
    const bool per_column = axis == Per::column;
    PlainOfAnyShape<Both> u(per_column ? both.rows() / 2 : both.rows(),
                            per_column ? both.cols() : both.cols() / 2);
    forward(both, halves, axis, u);
    return u;
  }
  template <class Both, class U, class Policy = Overwrite>
  void forward(const Both& both, Halves halves, Per axis, U&& u, Policy policy = {}) const {
    static_assert(CheckArguments<Both, U>::passed);
    const auto& from = in_memory(both);
    const auto view = input_view(from);
    require_pairs("forward", view.shape(), axis);
    forward_views(policy, half_of(view, halves, axis, true), half_of(view, halves, axis, false),
                  output_view(mutable_dense(u)));
  }
  template <class Both, class DU, class DBoth, class Policy = Overwrite>
  void backward(const Both& both, Halves halves, Per axis, const DU& du, DBoth&& dboth,
                Policy policy = {}) const {
    static_assert(CheckArguments<Both, DBoth>::passed && CheckArguments<DU, DBoth>::passed);
    static_assert(has_direct_access<DenseType<std::remove_reference_t<DBoth>>>,
                  "hillock: dboth must lie in memory: an array, a matrix, a block or a Map");
    const auto& from = in_memory(both);
    const auto& from_du = evaluated(as_dense(du));
    const auto view = input_view(from);
    const auto out = output_view(mutable_dense(dboth));
    require_pairs("backward", view.shape(), axis);
    require_same_shape("Gated::backward", "both", view.shape(), "dboth", out.shape());
    backward_views(policy, half_of(view, halves, axis, true), half_of(view, halves, axis, false),
                   input_view(from_du), half_of(out, halves, axis, true),
                   half_of(out, halves, axis, false));
  }

 private:
  const Derived& derived() const noexcept { return static_cast<const Derived&>(*this); }

  template <class Policy, class Gate, class Value, class U>
  void forward_views(const Policy& policy, const Gate& gate, const Value& value, const U& u) const {
    using F = std::decay_t<decltype(derived().activation())>;
    static_assert(CheckPolicy<F, Policy>::passed);
    using Op = ForwardOperation<F, typename Gate::Element>;
    const auto clamp = derived().clamp();
    evaluate<typename F::Architecture>(
        "Gated::forward", policy,
        GatedForward<Op, std::decay_t<decltype(clamp)>>(Op(derived().activation()), clamp),
        std::tuple(Named{"u", u}), std::tuple(Named{"gate", gate}, Named{"value", value}));
  }
  template <class Policy, class Gate, class Value, class DU, class DGate, class DValue>
  void backward_views(const Policy& policy, const Gate& gate, const Value& value, const DU& du,
                      const DGate& dgate, const DValue& dvalue) const {
    using F = std::decay_t<decltype(derived().activation())>;
    static_assert(CheckPolicy<F, Policy>::passed);
    using Op = BothOperation<F, typename Gate::Element>;
    const auto clamp = derived().clamp();
    evaluate<typename F::Architecture>(
        "Gated::backward", policy,
        GatedBackward<Op, std::decay_t<decltype(clamp)>>(Op(derived().activation()), clamp),
        std::tuple(Named{"dgate", dgate}, Named{"dvalue", dvalue}),
        std::tuple(Named{"gate", gate}, Named{"value", value}, Named{"du", du}));
  }

  /// Returns the array itself, or a plain array of an expression's elements.
  template <class Both>
  static decltype(auto) in_memory(const Both& both) {
    if constexpr (has_direct_access<DenseType<Both>>)
      return as_dense(both);
    else
      return Plain<Both>(as_dense(both));
  }

  static void require_pairs(const char* verb, Shape shape, Per axis) {
    const Index length = axis == Per::column ? shape.rows : shape.cols;
    if (length % 2 != 0)
      refuse(std::string("hillock::Gated::") + verb + ": both is " + to_string(shape) +
             ", expected an even number of " + (axis == Per::column ? "rows" : "columns"));
  }

  template <class E>
  static StridedView<E> half_of(const StridedView<E>& both, Halves halves, Per axis,
                                bool is_gate) noexcept {
    const bool per_column = axis == Per::column;
    const Shape all = both.shape();
    const Shape half{per_column ? all.rows / 2 : all.rows, per_column ? all.cols : all.cols / 2};
    Index row_step = both.step(false), col_step = both.step(true);
    Index& step = per_column ? row_step : col_step;
    const bool is_first = is_gate != (halves == Halves::value_first);
    const Index apart = halves == Halves::interleaved ? 1 : per_column ? half.rows : half.cols;
    E* const first = both.data() + (is_first ? 0 : apart * step);
    if (halves == Halves::interleaved) step *= 2;
    return {first, half, row_step, col_step, both.is_row_major()};
  }
};

}  // namespace detail

/// Gated unit: u = value f(gate), element by element, for any activation f of single elements. Two
/// arrays of one shape, always in the order gate, value; or one array with both (Halves).
/// Gradients    by the value du f(gate), by the gate du value f'(gate), in one pass.
/// Calls        gated(gate, value) returns u; gated.forward(gate, value, u) and
///              gated.backward(gate, value, du, dgate, dvalue) write to arrays, in place too; the
///              verbs hillock::forward and hillock::backward take the same arguments. With
///              gated(both, Halves::gate_first, Per::column) and its like one array holds both.
/// Edge values  products by IEEE arithmetic: infinity times 0 is NaN. f's kinks are f's.
/// Accuracy     f's bound, and one rounding more for u and dvalue, two more for dgate. In the exact
///              tier f and f' are correctly rounded.
/// Source       Dauphin, Fan, Auli, Grangier, arXiv:1612.08083 (2016); Shazeer, "GLU variants
///              improve Transformer", arXiv:2002.05202 (2020).
template <class F>
class Gated : public detail::GatedUnit<Gated<F>> {
  static_assert(detail::is_pointwise<F>,
                "hillock: Gated needs an activation of single elements with its own parameters: "
                "Gated<hillock::Swish<>>");

 public:
  constexpr Gated() = default;
  constexpr explicit Gated(const F& f) noexcept : f_(f) {}

  constexpr const F& activation() const noexcept { return f_; }
  constexpr detail::Unclamped clamp() const noexcept { return {}; }

 private:
  F f_{};
};
template <class F>
Gated(const F&) -> Gated<F>;

/// value sigmoid(gate). (PyTorch's glu takes one array, the value first: Halves::value_first.)
using GLU = Gated<Sigmoid<>>;
/// value relu(gate).
using ReGLU = Gated<ReLU<>>;
/// value gelu(gate), with the normal distribution itself.
using GEGLU = Gated<GELU<>>;
/// value gelu_tanh(gate), which is another function: others name it gelu_new, gelu_pytorch_tanh.
using GEGLUTanh = Gated<GELUTanh<>>;
/// value swish(gate), with beta = 1.
using SwiGLU = Gated<Swish<>>;

/// SwiGLU with clamps: u = (v + 1) g sigmoid(alpha g), where g = min(gate, limit) and v is the
/// value clamped to [-limit, limit].
/// Gradients    as Gated's, with u's formula; 0 by the gate and by the value where they are beyond
///              their clamps (at a limit itself they are not).
/// Parameters   alpha (1.702 by default), limit (7): finite, the limit not negative
///              (std::invalid_argument otherwise).
/// Accuracy     as Gated<Swish>'s.
/// Source       OpenAI, gpt-oss (2025).
class ClampedSwiGLU : public detail::GatedUnit<ClampedSwiGLU> {
 public:
  constexpr explicit ClampedSwiGLU(double alpha = 1.702, double limit = 7)
      : f_(alpha), limit_(detail::nonnegative_parameter("ClampedSwiGLU", "limit", limit)) {}

  constexpr const Swish<>& activation() const noexcept { return f_; }
  constexpr detail::Clamped clamp() const noexcept { return detail::Clamped(limit_); }

 private:
  Swish<> f_;
  double limit_;
};

/// u = value f(gate), as gated.forward(gate, value, u).
template <class Unit, class Gate, class Value, class U>
void forward(const detail::GatedUnit<Unit>& gated, const Gate& gate, const Value& value, U&& u) {
  gated.forward(gate, value, u);
}
/// dgate = du value f'(gate) and dvalue = du f(gate), as gated.backward(...).
template <class Unit, class Gate, class Value, class DU, class DGate, class DValue>
void backward(const detail::GatedUnit<Unit>& gated, const Gate& gate, const Value& value,
              const DU& du, DGate&& dgate, DValue&& dvalue) {
  gated.backward(gate, value, du, dgate, dvalue);
}

namespace exact {
using GLU = hillock::Gated<Sigmoid>;
using ReGLU = hillock::Gated<ReLU>;
using GEGLU = hillock::Gated<GELU>;
using GEGLUTanh = hillock::Gated<GELUTanh>;
using SwiGLU = hillock::Gated<Swish>;
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
