// CrossEntropy in both tiers: loss, losses, gradient, as a mean and as a sum.
#pragma once

#include <bits/axis.hpp>

namespace bit_record {
using hillock::Accuracy;
using hillock::Reduction;

/// A class for each sample; every fifth is the one that the extreme logits make the largest.
inline std::vector<int> labels_of(std::uint64_t seed, Index samples, Index classes) {
  std::vector<int> labels;
  for (Index j = 0; j < samples; ++j) {
    const std::uint64_t random =
        j % 5 == 0 ? seed + 3 : mixed(0x30000000u + seed * 1000003 + static_cast<std::uint64_t>(j));
    labels.push_back(static_cast<int>(random % static_cast<std::uint64_t>(classes)));
  }
  return labels;
}

template <Accuracy A, class T>
void add_cross_entropy_passes(Results& results, Shape shape, Per axis, Contents contents,
                              std::uint64_t seed, const std::string& part) {
  const bool by_columns = axis == Per::column;
  const Index samples = by_columns ? shape.cols : shape.rows;
  const std::vector<int> labels = labels_of(seed, samples, by_columns ? shape.rows : shape.cols);
  const Array<T> z = logits<T>(shape, axis, contents, seed);
  const char* const tier = name_of_tier<A>();
  for (const Reduction reduction : {Reduction::mean, Reduction::sum}) {
    const hillock::CrossEntropy<A> loss{axis, reduction};
    const std::string line = std::string("cross_entropy(") + name_of(axis) +
                             (reduction == Reduction::mean ? ",mean) " : ",sum) ") +
                             Format<T>::name + ' ';
    Checksum numbers;
    numbers.add_number(double{loss(z, labels)});
    results.add(Scope::instruction_set, tier, line + "loss", part, numbers.value());
    add_of_arrays<A, T>(
        results, Scope::instruction_set, line + "losses", part,
        by_columns ? Shape{1, samples} : Shape{samples, 1},
        [&](auto& to, const auto& from) { to = loss.losses(from, labels); }, z);
    Checksum returned;
    add_of_arrays<A, T>(
        results, Scope::instruction_set, line + "gradient", part, shape,
        [&](auto& to, const auto& from) {
          returned = Checksum();
          returned.add_number(double{loss.forward_and_backward(from, labels, to)});
        },
        z);
    results.add(Scope::instruction_set, tier, line + "loss_beside_gradient", part,
                returned.value());
  }
}

template <Accuracy A, class T>
void add_cross_entropy_lines(Results& results) {
  for (const Per axis : {Per::column, Per::row})
    for_each_shape(axis, [&](auto... of) { add_cross_entropy_passes<A, T>(results, of...); });
}

}  // namespace bit_record
