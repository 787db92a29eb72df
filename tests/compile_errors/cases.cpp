// Compiled once for each case, with CASE_<name> defined. CASE_right_use compiles: the others fail for their own reason.
#include <hillock/activations/sigmoid.hpp>

#include <vector>

void use(Eigen::ArrayXf& z, Eigen::ArrayXf& y, Eigen::ArrayXd& other, std::vector<float>& values) {
  const Eigen::ArrayXf fixed = z;
  const Eigen::Map<const Eigen::ArrayXf> map(fixed.data(), fixed.size());
#if defined(CASE_right_use)
  y = hillock::sigmoid(map);
  hillock::forward(hillock::sigmoid, fixed, y.head(4));
  y[0] = hillock::sigmoid(values[0]);
  hillock::forward(hillock::sigmoid, other.cast<float>(), y);
  hillock::forward(hillock::exact::sigmoid, other.cast<float>(), y);
  y = hillock::sigmoid(z.cast<Eigen::half>()).cast<float>();
#elif defined(CASE_integer_scalar)
  values[0] = static_cast<float>(hillock::sigmoid(1));
#elif defined(CASE_integer_array)
  y = hillock::sigmoid(z.cast<int>()).cast<float>();
#elif defined(CASE_const_output)
  hillock::forward(hillock::sigmoid, z, fixed);
#elif defined(CASE_const_map_output)
  Eigen::Map<const Eigen::ArrayXf> view(fixed.data(), fixed.size());
  hillock::forward(hillock::sigmoid, z, view);
#elif defined(CASE_expression_output)
  hillock::forward(hillock::sigmoid, z, y + 1);
#elif defined(CASE_mixed_elements)
  hillock::forward(hillock::sigmoid, z, other);
#elif defined(CASE_mixed_narrow_elements)
  Eigen::Array<Eigen::bfloat16, Eigen::Dynamic, 1> narrow(z.size());
  hillock::forward(hillock::sigmoid, z.cast<Eigen::half>(), narrow);
#elif defined(CASE_mixed_gradient)
  y = hillock::sigmoid.backward(z, other);
#elif defined(CASE_mixed_scalars)
  values[0] = hillock::sigmoid.backward(1.0f, 1.0);
#elif defined(CASE_not_an_array)
  hillock::forward(hillock::sigmoid, values, y);
#elif defined(CASE_exact_double)
  other = hillock::exact::sigmoid(other);
#elif defined(CASE_exact_double_scalar)
  other[0] = hillock::exact::sigmoid.derivative(1.0);
#elif defined(CASE_exact_double_verb)
  hillock::backward(hillock::exact::sigmoid, other, other, other);
#else
#error "no such case"
#endif
  static_cast<void>(map);
}
