// Maxout, whose results are entries of its arguments, 0 or 1: the same on every machine.
#include <bits/axis.hpp>

namespace bit_record {
namespace {

/// Groups along the axis, and vectors.
struct Groups {
  Index along, vectors;
};
constexpr Groups all_groups[] = {{1, 1}, {1, 67}, {3, 5}, {10, 64}, {33, 19}, {300, 2}};

template <class T>
void add_passes(Results& results, int pieces, Per axis, Groups groups, Contents contents,
                std::uint64_t seed) {
  const bool by_columns = axis == Per::column;
  const Shape output =
      by_columns ? Shape{groups.along, groups.vectors} : Shape{groups.vectors, groups.along};
  const Shape shape = by_columns ? Shape{groups.along * pieces, groups.vectors}
                                 : Shape{groups.vectors, groups.along * pieces};
  const hillock::Maxout<> maxout{pieces, axis};
  const std::string line =
      "maxout(" + std::to_string(pieces) + ',' + name_of(axis) + ") " + Format<T>::name + ' ';
  const std::string part = text_of(shape) + ", " + name_of(contents);
  const Array<T> z = logits<T>(shape, axis, contents, seed);
  const Array<T> dy = gradients<T>(output, axis, contents, seed);
  const auto add_line = [&](const char* verb, Shape of, const auto& compute,
                            const auto&... inputs) {
    add_of_arrays<hillock::Accuracy::fast, T>(results, Scope::everywhere, line + verb, part, of,
                                              compute, inputs...);
  };
  add_line(
      "forward", output, [&](auto& to, const auto& from) { hillock::forward(maxout, from, to); },
      z);
  add_line(
      "derivative", shape,
      [&](auto& to, const auto& from) { hillock::derivative(maxout, from, to); }, z);
  add_line(
      "backward", shape,
      [&](auto& to, const auto& from, const auto& gradient) {
        hillock::backward(maxout, from, gradient, to);
      },
      z, dy);
}

template <class T>
void add_lines(Results& results) {
  std::uint64_t seed = 1;
  for (const int pieces : {2, 3, 5, 9})
    for (const Per axis : {Per::column, Per::row})
      for (const Groups groups : all_groups)
        for (const Contents contents : all_contents)
          add_passes<T>(results, pieces, axis, groups, contents, seed++);
}

}  // namespace

void add_maxout(Results& results) {
  add_lines<float>(results);
  add_lines<double>(results);
  add_lines<Eigen::half>(results);
  add_lines<Eigen::bfloat16>(results);
}

}  // namespace bit_record
