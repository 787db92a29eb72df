#include <support/catch.hpp>
#include <support/complaint.hpp>
#include <support/ulp.hpp>

#include <hillock/activations/elu.hpp>
#include <hillock/gated.hpp>
#include <hillock/threads.hpp>

#include <random>

namespace {

using namespace support;
using Eigen::Index;
using hillock::Halves;
using hillock::Per;

template <class T>
using Array = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
using RowMajor = Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

template <class T>
Array<T> normal_like(Index rows, Index cols, unsigned seed) {
  std::mt19937 random(seed);
  Array<T> x(rows, cols);
  for (Index i = 0; i < x.size(); ++i) x(i) = T(static_cast<double>(random() % 20001) / 2000 - 5);
  return x;
}

template <class T>
bool same(const Array<T>& a, const Array<T>& b) {
  if (a.rows() != b.rows() || a.cols() != b.cols()) return false;
  for (Index i = 0; i < a.size(); ++i)
    if (bits_of(a(i)) != bits_of(b(i))) return false;
  return true;
}

/// The same by the activation's own verbs and Eigen's products.
template <class F, class T>
void check_against_parts(const F& f) {
  const hillock::Gated<F> gated(f);
  for (const Index rows : {1, 3, 8, 40})
    for (const Index cols : {1, 7, 33}) {
      const Array<T> gate = normal_like<T>(rows, cols, 1), value = normal_like<T>(rows, cols, 2),
                     du = normal_like<T>(rows, cols, 3);
      const Array<T> y = f(gate), d = f.derivative(gate);
      const Array<T> u = value * y, dvalue = du * y, dgate = du * (value * d);
      CHECK(same<T>(gated(gate, value), u));
      Array<T> got_gate(rows, cols), got_value(rows, cols);
      gated.backward(gate, value, du, got_gate, got_value);
      CHECK(same<T>(got_gate, dgate));
      CHECK(same<T>(got_value, dvalue));
      // Every output in the place of an input.
      Array<T> a = gate, b = value, c = du;
      gated.backward(a, b, c, c, a);
      CHECK(same<T>(c, dgate));
      CHECK(same<T>(a, dvalue));
      a = gate;
      gated.forward(a, b, b);
      CHECK(same<T>(b, u));
      gated.forward(a, value, a);
      CHECK(same<T>(a, u));
    }
}

TEMPLATE_TEST_CASE("a gated unit has the bits of its parts", "[gated]", float, double) {
  check_against_parts<hillock::Swish<>, TestType>(hillock::Swish<>{});
  check_against_parts<hillock::ReLU<>, TestType>(hillock::ReLU<>{});
  check_against_parts<hillock::GELU<>, TestType>(hillock::GELU<>{});
}

TEST_CASE("the named units gate with their functions", "[gated]") {
  const Array<float> gate = normal_like<float>(5, 6, 4), value = normal_like<float>(5, 6, 5);
  CHECK(same<float>(hillock::GLU{}(gate, value), value * hillock::sigmoid(gate)));
  CHECK(same<float>(hillock::ReGLU{}(gate, value), value * hillock::relu(gate)));
  CHECK(same<float>(hillock::GEGLU{}(gate, value), value * hillock::gelu(gate)));
  CHECK(same<float>(hillock::GEGLUTanh{}(gate, value), value * hillock::gelu_tanh(gate)));
  CHECK(same<float>(hillock::SwiGLU{}(gate, value), value * hillock::swish(gate)));
  CHECK(same<float>(hillock::exact::SwiGLU{}(gate, value), value * hillock::exact::swish(gate)));
  CHECK(same<float>(hillock::Gated{hillock::ELU<>{0.5}}(gate, value),
                    value * hillock::ELU<>{0.5}(gate)));
  Array<float> u(5, 6);
  hillock::forward(hillock::SwiGLU{}, gate, value, u);
  CHECK(same<float>(u, value * hillock::swish(gate)));
}

// PyTorch's glu is a sigmoid(b) for the halves a, b; ONNX's SwiGLU has the gate first.
TEST_CASE("one array holds gates and values in three layouts, along either axis", "[gated]") {
  const hillock::SwiGLU swiglu;
  const Index rows = 6, cols = 5;
  const Array<float> gate = normal_like<float>(rows, cols, 6),
                     value = normal_like<float>(rows, cols, 7),
                     du = normal_like<float>(rows, cols, 8);
  const Array<float> u = swiglu(gate, value);
  Array<float> dgate(rows, cols), dvalue(rows, cols);
  swiglu.backward(gate, value, du, dgate, dvalue);
  const auto packed = [&](const Array<float>& g, const Array<float>& v, Halves halves) {
    Array<float> both(2 * rows, cols);
    for (Index i = 0; i < rows; ++i) {
      both.row(halves == Halves::interleaved  ? 2 * i
               : halves == Halves::gate_first ? i
                                              : rows + i) = g.row(i);
      both.row(halves == Halves::interleaved  ? 2 * i + 1
               : halves == Halves::gate_first ? rows + i
                                              : i) = v.row(i);
    }
    return both;
  };
  for (const Halves halves : {Halves::gate_first, Halves::value_first, Halves::interleaved}) {
    const Array<float> both = packed(gate, value, halves), dboth = packed(dgate, dvalue, halves);
    CHECK(same<float>(swiglu(both, halves, Per::column), u));
    CHECK(same<float>(swiglu(both + 0.0F, halves, Per::column), u));
    Array<float> got(2 * rows, cols);
    swiglu.backward(both, halves, Per::column, du, got);
    CHECK(same<float>(got, dboth));
    Array<float> in_place = both;
    swiglu.backward(in_place, halves, Per::column, du, in_place);
    CHECK(same<float>(in_place, dboth));
    // The transpose, of either storage order.
    const RowMajor turned = both.transpose();
    CHECK(same<float>(swiglu(turned, halves, Per::row).transpose(), u));
    Array<float> got_turned(cols, 2 * rows);
    swiglu.backward(turned, halves, Per::row, du.transpose(), got_turned);
    CHECK(same<float>(got_turned.transpose(), dboth));
  }
}

TEST_CASE("a clamped SwiGLU stops at its limits, and so do its gradients", "[gated]") {
  const hillock::ClampedSwiGLU unit;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Eigen::Array<float, 8, 1> gate, value, du;
  gate << 1, 7, 8, 100, -2, -50, nan, 0;
  value << 2, 3, -9, 7, -7, 7.5F, 1, nan;
  du << 1, 2, 3, -1, 0.5F, 1, 1, 1;
  const hillock::Swish<> swish{1.702};
  Eigen::Array<float, 8, 1> u = unit(gate, value), dgate, dvalue;
  unit.backward(gate, value, du, dgate, dvalue);
  for (Index i = 0; i < 6; ++i) {
    const float g = std::min(gate[i], 7.0F), v = std::max(-7.0F, std::min(value[i], 7.0F)) + 1;
    CHECK(bits_of(u[i]) == bits_of(v * swish(g)));
    CHECK(bits_of(dgate[i]) == bits_of(gate[i] > 7 ? 0.0F : du[i] * (v * swish.derivative(g))));
    CHECK(bits_of(dvalue[i]) == bits_of(std::fabs(value[i]) > 7 ? 0.0F : du[i] * swish(g)));
  }
  CHECK((std::isnan(u[6]) && std::isnan(dgate[6]) && std::isnan(dvalue[6])));
  CHECK((std::isnan(u[7]) && std::isnan(dgate[7])));
  CHECK(says(complaint([] { hillock::ClampedSwiGLU{1, -1}; }), {"limit", "-1"}));
}

TEST_CASE("gated units accumulate, share work among threads, and take half precision", "[gated]") {
  const hillock::SwiGLU swiglu;
  const Array<float> gate = normal_like<float>(90, 70, 1), value = normal_like<float>(90, 70, 2),
                     du = normal_like<float>(90, 70, 3);
  Array<float> dgate(90, 70), dvalue(90, 70), a = du, b = value;
  swiglu.backward(gate, value, du, dgate, dvalue);
  swiglu.backward(gate, value, du, a, b, hillock::accumulate);
  CHECK(same<float>(a, du + dgate));
  CHECK(same<float>(b, value + dvalue));
  a.setZero();
  swiglu.backward(gate, value, du, a, b, hillock::threads(3));
  CHECK(same<float>(a, dgate));
  CHECK(same<float>(b, dvalue));
  const Array<Eigen::half> g = gate.cast<Eigen::half>(), v = value.cast<Eigen::half>();
  const Array<float> wide = v.cast<float>() * hillock::swish(g.cast<float>());
  const Array<Eigen::half> u = swiglu(g, v);
  std::size_t wrong = 0;
  for (Index i = 0; i < u.size(); ++i) wrong += u(i) != Eigen::half(wide(i));
  CHECK(wrong == 0);
}

TEST_CASE("gated units name what does not fit, and have written nothing", "[gated]") {
  const hillock::SwiGLU swiglu;
  const Array<float> gate = Array<float>::Ones(3, 4), other = Array<float>::Ones(4, 3);
  Array<float> u = Array<float>::Constant(3, 4, 7), d = u;
  CHECK(says(complaint([&] { swiglu.forward(gate, other, u); }), {"3 x 4", "4 x 3", "value"}));
  CHECK(says(complaint([&] { swiglu.backward(gate, gate, gate, d, d); }), {"dgate", "dvalue"}));
  CHECK(says(complaint([&] { swiglu.forward(gate, Halves::gate_first, Per::column, u); }),
             {"3 x 4", "even number of rows"}));
  CHECK((u == 7).all());
  CHECK((d == 7).all());
}

}  // namespace
