// PReLU with a slope for each row or column, and the gradients of slopes.
#include <bits/axis.hpp>

namespace bit_record {
namespace {

using hillock::Accuracy;
using hillock::PReLU;

/// Slopes between 0 and 1, or of both signs and any size.
Eigen::ArrayXd slopes_of(std::uint64_t seed, Index count, Contents contents) {
  Eigen::ArrayXd slopes(count);
  for (Index i = 0; i < count; ++i) {
    const auto index = 0x40000000u + seed * 1000003 + static_cast<std::uint64_t>(i);
    const double slope = random_number<double>(index, -6, -1);
    slopes[i] = contents == Contents::extreme ? 8 * slope : slope < 0 ? -slope : slope;
  }
  return slopes;
}

template <Accuracy A, class T>
class PReLULines {
 public:
  explicit PReLULines(Results& results) : results_(results) {}

  void add() {
    for (const Per axis : {Per::column, Per::row})
      for_each_shape(axis, [&](auto... of) { add_passes(of...); });
  }

 private:
  Results& results_;

  void add_passes(Shape shape, Per axis, Contents contents, std::uint64_t seed,
                  const std::string& part) {
    const PReLU<A> prelu(slopes_of(seed, axis == Per::row ? shape.rows : shape.cols, contents),
                         axis);
    const Array<T> z = logits<T>(shape, axis, contents, seed);
    const Array<T> dy = gradients<T>(shape, axis, contents, seed);
    const auto line = [&](const std::string& of, const char* verb) {
      return "prelu(" + of + ") " + Format<T>::name + ' ' + verb;
    };
    const auto add_line = [&](const char* verb, const auto& compute, const auto&... inputs) {
      add_of_arrays<A, T>(results_, Scope::instruction_set, line(name_of(axis), verb), part, shape,
                          compute, inputs...);
    };
    add_line(
        "forward", [&](auto& to, const auto& from) { hillock::forward(prelu, from, to); }, z);
    add_line(
        "derivative", [&](auto& to, const auto& from) { hillock::derivative(prelu, from, to); }, z);
    add_line(
        "forward_of_both",
        [&](auto& to, const auto& from) {
          Array<T> d(shape.rows, shape.cols);
          hillock::forward_and_derivative(prelu, from, to, d);
        },
        z);
    add_line(
        "derivative_of_both",
        [&](auto& to, const auto& from) {
          Array<T> y(shape.rows, shape.cols);
          hillock::forward_and_derivative(prelu, from, y, to);
        },
        z);
    add_line(
        "backward",
        [&](auto& to, const auto& from, const auto& gradient) {
          hillock::backward(prelu, from, gradient, to);
        },
        z, dy);
    if constexpr (A == Accuracy::fast) {
      add_slope_gradient(line(name_of(axis), "slope_gradient"), part, prelu, z, dy);
      add_slope_gradient(line("shared", "slope_gradient"), part, PReLU<A>(0.25), z, dy);
    }
  }

  /// Sums in double, in an order of their own for each storage order: each is a part.
  void add_slope_gradient(const std::string& line, const std::string& part, const PReLU<A>& prelu,
                          const Array<T>& z, const Array<T>& dy) {
    const auto add_part = [&](const char* order, const auto& x, const auto& gradient) {
      const Eigen::ArrayXd slopes = prelu.slope_gradient(x, gradient);
      results_.add(Scope::instruction_set, name_of_tier<A>(), line, part + order,
                   checksum_of_array(slopes));
    };
    add_part(", column-major", z, dy);
    add_part(", row-major", RowMajorArray<T>(z), RowMajorArray<T>(dy));
    add_part(", strided", Strided<T>(z).view(), Strided<T>(dy).view());
  }
};

template <Accuracy A, class T>
void add_lines(Results& results) {
  PReLULines<A, T>(results).add();
}

}  // namespace

void add_prelu(Results& results) {
  add_lines<Accuracy::fast, float>(results);
  add_lines<Accuracy::fast, double>(results);
  add_lines<Accuracy::fast, Eigen::half>(results);
  add_lines<Accuracy::fast, Eigen::bfloat16>(results);
  add_lines<Accuracy::exact, float>(results);
  add_lines<Accuracy::exact, Eigen::half>(results);
  add_lines<Accuracy::exact, Eigen::bfloat16>(results);
}

}  // namespace bit_record
