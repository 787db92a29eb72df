// Uses every public part of hillock once for each element type, so that its templates are
// instantiated. For units that are compiled in unusual surroundings: all warnings, other people's
// macros, without exceptions.
#pragma once

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <sstream>
#include <type_traits>
#include <vector>

namespace everything {

// Not named as a template parameter usually is, because surroundings may define such a name as a
// macro.
template <class Element_>
using Array_ = Eigen::Array<Element_, Eigen::Dynamic, Eigen::Dynamic>;

/// A function of single elements, by every verb and as expressions.
template <class Function_, class Array__>
void use_pointwise(const Function_& f, const Array__& z) {
  using Element_ = typename Array__::Scalar;
  Array__ y = f(z), d = f.derivative(z), dx = f.backward(z, y);
  hillock::forward(f, z, y);
  hillock::derivative(f, z, d);
  hillock::forward_and_derivative(f, z, y, d);
  hillock::backward(f, z, y, dx);
  hillock::forward(f, z.topRows(1), y.topRows(1));
  hillock::forward(f, z, y, hillock::threads(2));
  hillock::forward(f, z.data(), y.data(), z.size());
  static_cast<void>(f(Element_(1)));
  static_cast<void>(f.derivative(Element_(1)));
}

/// The catalogue's functions, of one accuracy. PReLU, whose slopes are an array, is used along an
/// axis.
template <hillock::Accuracy accuracy, class Array__>
void use_every_pointwise(const Array__& z) {
  hillock::for_each_activation<accuracy>([&](const char*, const auto& f) {
    if constexpr (hillock::detail::is_pointwise<std::decay_t<decltype(f)>>) use_pointwise(f, z);
  });
}

template <class Array__>
void use_along_an_axis(const Array__& z, hillock::Per per) {
  Array__ y = z;
  const hillock::Softmax softmax{per};
  y = softmax(z);
  y = softmax.backward(z, y);
  y = softmax.backward_from_output(z, y);
  y = softmax.jacobian(z.col(0).eval());
  const hillock::LogSoftmax log_softmax{per};
  y = log_softmax(z);
  y = log_softmax.backward(z, y);
  y = log_softmax.backward_from_output(z, y);
  static_cast<void>(hillock::logsumexp(z, per));
  const hillock::CrossEntropy loss{per};
  const std::vector<int> labels(static_cast<std::size_t>(z.cols()));
  static_cast<void>(loss(z, labels));
  static_cast<void>(loss.losses(z, labels));
  y = loss.backward(z, labels);
  static_cast<void>(loss.forward_and_backward(z, labels, y));
  y = hillock::CrossEntropy{per, hillock::Reduction::sum, -100}.backward(z, labels);
  hillock::forward(hillock::relu, z, y, hillock::streaming);
  hillock::forward(softmax, z, y, hillock::cached);
  hillock::forward(softmax, z, y, hillock::accumulate);
  hillock::backward(softmax, z, z, y, hillock::accumulate);
  log_softmax.backward_from_output(z, z, y, hillock::accumulate);
  const hillock::Maxout maxout{2, per};
  const Array__ largest = maxout(z);
  y = maxout.backward(z, largest);
  static_cast<void>(maxout.derivative(z));
  const hillock::PReLU prelu{Eigen::ArrayXd::Constant(z.rows(), 0.25), per};
  y = prelu(z);
  y = prelu.derivative(z);
  y = prelu.backward(z, y);
  y = prelu.backward_from_output(z, y);
  static_cast<void>(prelu.slope_gradient(z, y));
}

/// Gated units, and the gradients by parameters.
template <class Array__>
void use_two_arrays(const Array__& gate, const Array__& value) {
  Array__ u = hillock::SwiGLU()(gate, value), du = u, both(2 * gate.rows(), gate.cols());
  hillock::SwiGLU().backward(gate, value, u, u, du);
  hillock::ClampedSwiGLU().forward(gate, value, u, hillock::accumulate);
  both << gate, value;
  u = hillock::GLU()(both, hillock::Halves::value_first, hillock::Per::column);
  hillock::GLU().backward(both, hillock::Halves::interleaved, hillock::Per::column, du, both);
  static_cast<void>(hillock::elu.alpha_gradient(gate, value));
  static_cast<void>(hillock::celu.alpha_gradient(gate, value));
  static_cast<void>(hillock::swish.beta_gradient(gate, value));
  static_cast<void>(hillock::softplus.beta_gradient(gate, value));
  static_cast<void>(hillock::leaky_relu.slope_gradient(gate, value));
  static_cast<void>(hillock::lecun_tanh.b_gradient(gate, value));
  static_cast<void>(hillock::xielu.alpha_n_gradient(gate, value));
}

/// f' from f(x), and ranges.
template <class Function_, class Array__>
void use_from_output(const Function_& f, const Array__& y) {
  Array__ d = f.derivative_from_output(y), dx = f.backward_from_output(y, d);
  hillock::derivative_from_output(f, y, d);
  hillock::backward_from_output(f, y, d, dx, hillock::accumulate);
  std::vector<typename Array__::Scalar> values(4), results(4);
  hillock::forward(f, values, results);
  hillock::backward_from_output(f, results, values, results);
}

template <class Array__>
void use_outputs_and_losses(const Array__& z) {
  use_from_output(hillock::sigmoid, z);
  use_from_output(hillock::tanh, z);
  use_from_output(hillock::relu, z);
  use_from_output(hillock::leaky_relu, z);
  use_from_output(hillock::elu, z);
  use_from_output(hillock::selu, z);
  use_from_output(hillock::celu, z);
  use_from_output(hillock::softplus, z);
  const hillock::BinaryCrossEntropy loss{hillock::Reduction::sum, 2};
  Array__ dz = loss.losses(z, z);
  static_cast<void>(loss(z, z));
  static_cast<void>(loss.forward_and_backward(z, z, dz));
  dz = loss.backward(z, z);
  loss.backward(z, z, dz, hillock::threads(2));
  static_cast<void>(hillock::gain(hillock::tanh) + hillock::gradient_gain(hillock::exact::tanh));
}

template <class Monitor_, class Array__>
void use_monitor(Monitor_ monitor, const Array__& z) {
  monitor.observe(z);
  Monitor_ other = monitor;
  monitor.merge(other);
  static_cast<void>(monitor.state());
  static_cast<void>(monitor.report());
}

template <class Array__>
void use_diagnostics(const Array__& z, hillock::Per per) {
  static_cast<void>(hillock::saturated_fraction(hillock::sigmoid, z));
  static_cast<void>(hillock::dead_fraction(hillock::relu, z, per));
  use_monitor(hillock::UnitMonitor(hillock::relu, z.rows(), per), z);
  use_monitor(hillock::UnitMonitor(hillock::sigmoid, z.rows(), per), z);
  use_monitor(hillock::UnitMonitor(hillock::elu, z.rows(), per), z);
  use_monitor(hillock::UnitMonitor(hillock::swish, z.rows(), per), z);
  use_monitor(hillock::UnitMonitor(hillock::PReLU{Eigen::ArrayXd::Constant(z.rows(), 0.25), per},
                                   z.rows(), per),
              z);
  use_monitor(hillock::SoftmaxMonitor(hillock::Softmax{per}, z.rows()), z);
  use_monitor(hillock::MaxoutMonitor(hillock::Maxout{2, per}, z.rows() / 2), z);
  hillock::GradientFlow flow({"first"});
  flow.observe(0, z);
  hillock::UnitMonitor monitor(hillock::relu, z.rows(), per);
  monitor.observe(z);
  hillock::NetworkReport network;
  network.add("layer", monitor.report()).add(flow.report());
  std::ostringstream text;
  text << network << network.to_csv() << network.to_json() << monitor.report()
       << monitor.report().to_csv() << monitor.report().to_json();
  static_cast<void>(network.findings());
  static_cast<void>(hillock::presets::sagemaker_dead_relu().evaluate(monitor.report()).fires);
}

/// Everything, of arrays of one element type.
template <class Element_>
void use_arrays_of() {
  const Array_<Element_> z = Array_<Element_>::Constant(4, 4, Element_(0.5F));
  use_every_pointwise<hillock::Accuracy::fast>(z);
  if constexpr (!std::is_same_v<Element_, double>) use_every_pointwise<hillock::Accuracy::exact>(z);
  use_two_arrays(z, z);
  use_outputs_and_losses(z);
  for (const hillock::Per per : {hillock::Per::column, hillock::Per::row}) {
    use_along_an_axis(z, per);
    use_diagnostics(z, per);
  }
}

/// Everything there is.
inline void use_everything() {
  use_arrays_of<float>();
  use_arrays_of<double>();
  use_arrays_of<Eigen::half>();
}

}  // namespace everything
