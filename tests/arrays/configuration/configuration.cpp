// Compiled with Eigen's configuration macros, which users may set: the numbers are those written
// down here, whatever the macros say, and nothing warns.
#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <cmath>
#include <cstdio>
#include <initializer_list>

namespace {

using Eigen::Index;
using hillock::Per;
using Numbers = std::initializer_list<std::initializer_list<double>>;

int compared = 0, wrong = 0;

void expect(const char* what, double got, double expected) {
  ++compared;
  if (std::abs(got - expected) <= 1e-6 * std::abs(expected)) return;
  ++wrong;
  std::printf("%s: %.9g, expected %.9g\n", what, got, expected);
}

template <class X>
void expect(const char* what, const Eigen::DenseBase<X>& array, Numbers expected) {
  const X& got = array.derived();
  expect(what, static_cast<double>(got.rows()), static_cast<double>(expected.size()));
  expect(what, static_cast<double>(got.cols()), static_cast<double>(expected.begin()->size()));
  if (wrong > 0) return;
  Index i = 0;
  for (const auto& row : expected) {
    Index j = 0;
    for (const double number : row) expect(what, static_cast<double>(got.coeff(i, j++)), number);
    ++i;
  }
}

const Numbers tanh_of_z = {{-0.96402758, -0.761594156, -0.462117157, 0},
                           {0.244918662, 0.462117157, 0.761594156, 0.96402758},
                           {-0.995054754, 0.995054754, -0.124353002, 0.999999775}};
const Numbers tanh_derivative = {{0.0706508249, 0.419974342, 0.786447733, 1},
                                 {0.940014849, 0.786447733, 0.419974342, 0.0706508249},
                                 {0.00986603717, 0.00986603717, 0.984536331, 4.50140598e-07}};

template <class Array>
void check_verbs(const Array& z) {
  Array y(3, 4), d(3, 4);
  hillock::forward_and_derivative(hillock::tanh, z, y, d);
  expect("tanh", y, tanh_of_z);
  expect("tanh'", d, tanh_derivative);
  hillock::forward(hillock::relu, z.row(2), y.row(0));  // elements with steps between them
  hillock::forward(hillock::relu, z.col(1), d.col(2));
  expect("relu of a row", y.row(0), {{0, 3, 0, 8}});
  expect("relu of a column", d.col(2), {{0}, {0.5}, {3}});
  hillock::backward(hillock::elu, z, z, y);
  expect("elu, backward", y,
         {{-0.270670566, -0.367879441, -0.30326533, 0},
          {0.25, 0.5, 1, 2},
          {-0.149361205, 3, -0.110312113, 8}});
  y.array() = 2 * hillock::swish(z.array()) + 1;
  expect("2 swish + 1", y,
         {{0.523188312, 0.462117157, 0.622459331, 1},
          {1.28108825, 1.62245933, 2.46211716, 4.52318831},
          {0.715444761, 6.71544476, 0.882802343, 16.9946344}});
  d = hillock::tanh(z);
  expect("tanh, assigned", d, tanh_of_z);
}

void check_along_an_axis(const Eigen::ArrayXXf& z) {
  const Eigen::ArrayXXf by_row = hillock::Softmax{Per::row}(z);
  const Eigen::ArrayXXf by_column = hillock::Softmax{Per::column}(z);
  expect("softmax by row", by_row,
         {{0.0641476854, 0.174371488, 0.287489981, 0.473990846},
          {0.0984675679, 0.12643486, 0.208455843, 0.566641729},
          {1.65847667e-05, 0.00669077241, 0.000293972023, 0.992998671}});
  expect("softmax by column", by_column,
         {{0.092118224, 0.0166445186, 0.144161174, 0.000334521213},
          {0.873993375, 0.0745955571, 0.646085556, 0.00247179601},
          {0.0338884008, 0.908759924, 0.20975327, 0.997193683}});
  expect("logsumexp", hillock::logsumexp(z, Per::column),
         {{0.384682483, 3.09567433, 1.43682334, 8.00281026}});
  const Eigen::ArrayXXf most = hillock::Maxout{2, Per::row}(z);
  expect("maxout", most, {{-1, 0}, {0.5, 2}, {3, 8}});
}

void check_prelu(const Eigen::ArrayXXf& z) {
  const Eigen::Array3d of_rows(0.5, -1, 0.25);
  const Eigen::Array4d of_columns(0.5, -1, 0.25, 2);
  const hillock::PReLU rows{of_rows, Per::row}, columns{of_columns, Per::column};
  const Eigen::ArrayXXf y = rows(z), other = columns(z), slope = columns.derivative(z);
  const Eigen::ArrayXXf ones = Eigen::ArrayXXf::Ones(3, 4);
  expect("prelu by row", y, {{-1, -0.5, -0.25, 0}, {0.25, 0.5, 1, 2}, {-0.75, 3, -0.03125, 8}});
  expect("prelu by column", other, {{-1, 1, -0.125, 0}, {0.25, 0.5, 1, 2}, {-1.5, 3, -0.03125, 8}});
  expect("prelu' by column", slope, {{0.5, -1, 0.25, 2}, {1, 1, 1, 1}, {0.5, 1, 0.25, 1}});
  expect("prelu, slope gradient by row", rows.slope_gradient(z, ones), {{-3.5}, {0}, {-3.125}});
  expect("prelu, slope gradient by column", columns.slope_gradient(z, ones),
         {{-5}, {-1}, {-0.625}, {0}});
  // A monitor reports, for each unit, the largest input, and how many samples were active.
  hillock::UnitMonitor monitor(rows, 3, Per::row);
  monitor.observe(z);
  const hillock::UnitReport report = monitor.report();
  const double largest[] = {0, 2, 8}, smallest[] = {-1, 0.25, -0.75},
               mean[] = {-0.875, 0.9375, 1.96875};
  for (std::size_t i = 0; i < 3; ++i) {
    expect("largest input", report.units[i].largest_input, largest[i]);
    expect("smallest output", report.units[i].smallest_output, smallest[i]);
    expect("mean input", report.units[i].mean_input(), mean[i]);
  }
}

}  // namespace

int main() {
  Eigen::ArrayXXf z(3, 4);
  z << -2, -1, -0.5F, 0, 0.25F, 0.5F, 1, 2, -3, 3, -0.125F, 8;
  check_verbs(z);
  check_verbs<Eigen::Array<float, 3, 4>>(z);
  check_along_an_axis(z);
  check_prelu(z);
  std::printf("%d numbers compared, %d wrong\n", compared, wrong);
  return wrong > 0 || compared < 200;
}
