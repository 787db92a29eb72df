// Compiled once for each case, with CASE_<name> defined. CASE_right_use compiles: the others fail
// for their own reason.
#include <hillock/activations/elu.hpp>
#include <hillock/activations/sigmoid.hpp>
#include <hillock/activations/softmax.hpp>

#if defined(CASE_slope_of_gelu_from_output)
#include <hillock/activations/gelu.hpp>
#include <hillock/from_output.hpp>
#endif
#if defined(CASE_unit_monitor_of_softmax)
#include <hillock/diagnostics/monitors/unit_monitor.hpp>
#endif

#include <list>
#include <vector>

float halved(float x);

struct RightLayer {
  hillock::ELU<> activation{0.5};
};
#if defined(CASE_elu_as_a_member)
struct Layer {
  hillock::ELU activation{0.5};
};
#elif defined(CASE_elu_of_double)
using OfDouble = hillock::ELU<double>;
#endif

void use(Eigen::ArrayXXf& z, Eigen::ArrayXXf& y, Eigen::ArrayXXd& other,
         std::vector<float>& values) {
  const Eigen::ArrayXXf fixed = z;
  const Eigen::Map<const Eigen::ArrayXf> map(fixed.data(), fixed.size());
  Eigen::Map<Eigen::ArrayXf> in_memory(values.data(), 4);
  float raw[4] = {};
#if defined(CASE_right_use)
  y = hillock::sigmoid(fixed);
  hillock::forward(hillock::sigmoid, fixed.row(0), y.row(1));
  hillock::forward(hillock::sigmoid, map.head(4), Eigen::Map<Eigen::ArrayXf>(raw, 4));
  hillock::forward(hillock::sigmoid, map.head(4), Eigen::Ref<Eigen::ArrayXf>(in_memory));
  hillock::forward(hillock::sigmoid, values.data(), raw, 4);
  hillock::forward(hillock::sigmoid, values, values);
  y(0) = hillock::sigmoid(values[0]);
  raw[0] = hillock::sigmoid.backward(1.0F, 1.0F);
  volatile float unknown = 1;
  raw[1] = hillock::sigmoid(unknown);
  hillock::forward(hillock::sigmoid, other.cast<float>(), y);
  hillock::forward(hillock::exact::sigmoid, other.cast<float>(), y);
  y = hillock::sigmoid(z.cast<Eigen::half>()).cast<float>();
  y = hillock::sigmoid.backward(z, other.cast<float>());
  y = hillock::Softmax{hillock::Per::column}(z);
  y = RightLayer().activation(z);
  other = hillock::sigmoid(z.cast<double>());
  other = hillock::sigmoid(z.cast<std::complex<float>>().real().cast<double>());
#elif defined(CASE_integer_scalar)
  y(0) = static_cast<float>(hillock::sigmoid(1));
#elif defined(CASE_integer_array)
  y = hillock::sigmoid(z.cast<int>()).cast<float>();
#elif defined(CASE_integer_array_verb)
  hillock::forward(hillock::sigmoid, z.cast<int>(), y);
#elif defined(CASE_const_output)
  hillock::forward(hillock::sigmoid, z, fixed);
#elif defined(CASE_const_map_output)
  Eigen::Map<const Eigen::ArrayXXf> view(fixed.data(), fixed.rows(), fixed.cols());
  hillock::forward(hillock::sigmoid, z, view);
#elif defined(CASE_expression_output)
  hillock::forward(hillock::sigmoid, z, y + 1);
#elif defined(CASE_temporary_output)
  hillock::forward(hillock::sigmoid, z, Eigen::ArrayXXf(4, 6));
#elif defined(CASE_temporary_gradient)
  hillock::backward(hillock::sigmoid, z, z, Eigen::MatrixXf(4, 6));
#elif defined(CASE_temporary_of_both)
  hillock::forward_and_derivative(hillock::sigmoid, z, y, Eigen::Matrix2f());
#elif defined(CASE_mixed_elements)
  hillock::forward(hillock::sigmoid, z, other);
#elif defined(CASE_mixed_narrow_elements)
  Eigen::Array<Eigen::bfloat16, Eigen::Dynamic, Eigen::Dynamic> narrow(4, 6);
  hillock::forward(hillock::sigmoid, z.cast<Eigen::half>(), narrow);
#elif defined(CASE_mixed_gradient)
  y = hillock::sigmoid.backward(z, other);
#elif defined(CASE_mixed_softmax_gradient)
  y = hillock::Softmax{hillock::Per::row}.backward(z, other);
#elif defined(CASE_mixed_scalars)
  raw[0] = hillock::sigmoid.backward(1.0F, 1.0);
#elif defined(CASE_number_and_array)
  y = hillock::sigmoid.backward(z, 1.0F);
#elif defined(CASE_not_an_array)
  hillock::forward(hillock::sigmoid, std::list<float>(4), y);
#elif defined(CASE_not_an_array_output)
  std::list<float> list(4);
  hillock::forward(hillock::sigmoid, z, list);
#elif defined(CASE_pointers_without_a_count)
  hillock::forward(hillock::sigmoid, values.data(), values.data());
#elif defined(CASE_function_of_a_vector)
  y = hillock::sigmoid(values);
#elif defined(CASE_function_of_a_raw_array)
  y = hillock::sigmoid.derivative(raw);
#elif defined(CASE_softmax_of_a_vector)
  y = hillock::Softmax{hillock::Per::row}(values);
#elif defined(CASE_softmax_of_a_number)
  y(0) = hillock::Softmax{hillock::Per::row}(1.0F);
#elif defined(CASE_function_of_a_text)
  y = hillock::sigmoid("1");
#elif defined(CASE_softmax_without_an_axis)
  y = hillock::Softmax{}(z);
#elif defined(CASE_axis_for_per)
  y = hillock::Softmax{hillock::Axis::column}(z);
#elif defined(CASE_complex_array)
  y = hillock::sigmoid(z.cast<std::complex<float>>()).real();
#elif defined(CASE_complex_number)
  y(0) = hillock::sigmoid(std::complex<float>(1)).real();
#elif defined(CASE_complex_verb)
  hillock::forward(hillock::sigmoid, z.cast<std::complex<float>>(), y);
#elif defined(CASE_long_double)
  y(0) = static_cast<float>(hillock::sigmoid(1.0L));
#elif defined(CASE_long_double_array)
  y = hillock::sigmoid(z.cast<long double>()).cast<float>();
#elif defined(CASE_number_for_a_function)
  hillock::forward(3, z, y);
#elif defined(CASE_pointer_for_a_function)
  hillock::backward(&halved, z, z, y);
#elif defined(CASE_unit_monitor_of_softmax)
  hillock::UnitMonitor(hillock::Softmax{hillock::Per::row}, 4, hillock::Per::row).observe(z);
#elif defined(CASE_exact_double)
  other = hillock::exact::sigmoid(other);
#elif defined(CASE_exact_double_scalar)
  other(0) = hillock::exact::sigmoid.derivative(1.0);
#elif defined(CASE_exact_double_verb)
  hillock::backward(hillock::exact::sigmoid, other, other, other);
#elif defined(CASE_lost_result)
  hillock::sigmoid(z);
#elif defined(CASE_lost_gradient)
  hillock::Softmax{hillock::Per::row}.backward(z, z);
#elif defined(CASE_temporary_range)
  hillock::forward(hillock::sigmoid, values, std::vector<float>(4));
#elif defined(CASE_softmax_gradient_of_a_vector)
  hillock::Softmax{hillock::Per::column}.backward_from_output(values, values, values);
#elif defined(CASE_slope_of_gelu_from_output)
  hillock::derivative_from_output(hillock::gelu, z, z);
#elif !defined(CASE_elu_as_a_member) && !defined(CASE_elu_of_double)
#error "no such case"
#endif
  static_cast<void>(map);
  static_cast<void>(in_memory);
  static_cast<void>(raw);
}
