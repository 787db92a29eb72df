// LogSoftmax and logsumexp in both tiers.
#pragma once

#include <bits/axis.hpp>

namespace bit_record {
using hillock::Accuracy;

template <Accuracy A, class Z>
auto logsumexp_of(const Z& z, Per axis) {
  if constexpr (A == Accuracy::fast)
    return hillock::logsumexp(z, axis);
  else
    return hillock::exact::logsumexp(z, axis);
}

template <Accuracy A, class T>
void add_log_softmax_passes(Results& results, Shape shape, Per axis, Contents contents,
                            std::uint64_t seed, const std::string& part) {
  const hillock::LogSoftmax<A> log_softmax{axis};
  const std::string of_axis = std::string("(") + name_of(axis) + ") " + Format<T>::name + ' ';
  const Array<T> z = logits<T>(shape, axis, contents, seed);
  const Array<T> dy = gradients<T>(shape, axis, contents, seed);
  const Array<T> y = log_softmax(z);
  const auto add_line = [&](const std::string& line, Shape output, const auto& compute,
                            const auto&... inputs) {
    add_of_arrays<A, T>(results, Scope::instruction_set, line, part, output, compute, inputs...);
  };
  add_line(
      "log_softmax" + of_axis + "forward", shape,
      [&](auto& to, const auto& from) { hillock::forward(log_softmax, from, to); }, z);
  add_line(
      "log_softmax" + of_axis + "backward", shape,
      [&](auto& to, const auto& from, const auto& gradient) {
        hillock::backward(log_softmax, from, gradient, to);
      },
      z, dy);
  add_line(
      "log_softmax" + of_axis + "backward_from_output", shape,
      [&](auto& to, const auto& from, const auto& gradient) {
        to = log_softmax.backward_from_output(from, gradient);
      },
      y, dy);
  const Shape sums = axis == Per::column ? Shape{1, shape.cols} : Shape{shape.rows, 1};
  add_line(
      "logsumexp" + of_axis + "forward", sums,
      [&](auto& to, const auto& from) { to = logsumexp_of<A>(from, axis); }, z);
}

template <Accuracy A, class T>
void add_log_softmax_lines(Results& results) {
  for (const Per axis : {Per::column, Per::row})
    for_each_shape(axis, [&](auto... of) { add_log_softmax_passes<A, T>(results, of...); });
}

}  // namespace bit_record
