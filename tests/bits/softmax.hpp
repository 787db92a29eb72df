// Softmax in both tiers: forward, backward from the input and from the output, distributions whose
// entries are all -infinity, and Jacobians.
#pragma once

#include <bits/axis.hpp>

namespace bit_record {
using hillock::Accuracy;
using hillock::AllMasked;

template <Accuracy A, class T>
class SoftmaxLines {
 public:
  explicit SoftmaxLines(Results& results) : results_(results) {}

  void add() {
    for (const Per axis : {Per::column, Per::row}) {
      for_each_shape(axis, [&](auto... of) { add_passes(of...); });
      add_policies(axis);
    }
    for (const Index n : {1, 2, 7, 64}) add_jacobians(n);
  }

 private:
  Results& results_;

  static std::string line(const char* verb, Per axis) {
    return std::string("softmax(") + name_of(axis) + ") " + Format<T>::name + ' ' + verb;
  }
  template <class Compute, class... Inputs>
  void add_line(const std::string& line, const std::string& part, Shape shape,
                const Compute& compute, const Inputs&... inputs) {
    add_of_arrays<A, T>(results_, Scope::instruction_set, line, part, shape, compute, inputs...);
  }

  void add_passes(Shape shape, Per axis, Contents contents, std::uint64_t seed,
                  const std::string& part) {
    const hillock::Softmax<A> softmax{axis};
    const Array<T> z = logits<T>(shape, axis, contents, seed);
    const Array<T> dp = gradients<T>(shape, axis, contents, seed);
    const Array<T> p = softmax(z);
    add_line(
        line("forward", axis), part, shape,
        [&](auto& y, const auto& x) { hillock::forward(softmax, x, y); }, z);
    add_line(
        line("backward", axis), part, shape,
        [&](auto& dx, const auto& x, const auto& dy) { hillock::backward(softmax, x, dy, dx); }, z,
        dp);
    add_line(
        line("backward_from_output", axis), part, shape,
        [&](auto& dx, const auto& y, const auto& dy) { dx = softmax.backward_from_output(y, dy); },
        p, dp);
  }

  void add_policies(Per axis) {
    const Shape shape{33, 29};
    for (const AllMasked policy : {AllMasked::nan, AllMasked::zeros, AllMasked::uniform}) {
      const char* const names[] = {"nan", "zeros", "uniform"};
      const std::string part = names[static_cast<int>(policy)];
      const hillock::Softmax<A> softmax{axis, policy};
      const Array<T> z = logits<T>(shape, axis, Contents::extreme, 5);
      const Array<T> dp = gradients<T>(shape, axis, Contents::ordinary, 5);
      add_line(
          line("policies_forward", axis), part, shape,
          [&](auto& y, const auto& x) { hillock::forward(softmax, x, y); }, z);
      add_line(
          line("policies_backward", axis), part, shape,
          [&](auto& dx, const auto& x, const auto& dy) { hillock::backward(softmax, x, dy, dx); },
          z, dp);
    }
  }

  void add_jacobians(Index n) {
    const hillock::Softmax<A> softmax{Per::column};
    for (const Contents contents : all_contents) {
      for (std::uint64_t seed = 0; seed < 11; ++seed) {
        const std::string part =
            std::to_string(n) + ", " + name_of(contents) + ' ' + std::to_string(seed);
        const Array<T> z = logits<T>({n, 1}, Per::column, contents, seed);
        const Array<T> p = softmax(z);
        const auto add_line = [&](const char* verb, const Array<T>& jacobian) {
          results_.add(Scope::instruction_set, name_of_tier<A>(), line(verb, Per::column), part,
                       checksum_of_array(jacobian));
        };
        add_line("jacobian", softmax.jacobian(z).array());
        add_line("jacobian_from_output", softmax.jacobian_from_output(p).array());
      }
    }
  }
};

template <Accuracy A, class T>
void add_softmax_lines(Results& results) {
  SoftmaxLines<A, T>(results).add();
}

}  // namespace bit_record
