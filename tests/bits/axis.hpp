// Functions along an axis, computed of arrays that lie in memory in several ways.
#pragma once

#include <bits/inputs.hpp>
#include <bits/results.hpp>

#include <hillock/hillock.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace bit_record {

using hillock::Per;

inline const char* name_of(Per axis) { return axis == Per::row ? "row" : "column"; }

template <hillock::Accuracy A>
constexpr const char* name_of_tier() {
  return A == hillock::Accuracy::fast ? "fast" : "exact";
}

/// Shapes from one element to long distributions, few and many, with and without a rest.
inline constexpr Shape axis_shapes[] = {{1, 1},    {3, 5},    {1, 17},   {10, 64},  {64, 10},
                                        {7, 1000}, {1000, 7}, {2, 4096}, {4096, 2}, {33, 129}};

/// The logits or pre-activations for a function along an axis.
template <class T>
Array<T> logits(Shape shape, Per axis, Contents contents, std::uint64_t seed) {
  return made_of_vectors<T>(shape, axis == Per::column, [&](Index v, Index at, Index n) {
    return logit<T>(contents, seed, v, at, n);
  });
}
template <class T>
Array<T> gradients(Shape shape, Per axis, Contents contents, std::uint64_t seed) {
  return made_of_vectors<T>(shape, axis == Per::column, [&](Index v, Index at, Index n) {
    return gradient<T>(contents, seed, v, at, n);
  });
}

/// Memory for an array of any steps, and the array: by default every second element of columns with
/// a gap between them; with a step of 1 it is what a block of a larger array is.
template <class T>
class Strided {
 public:
  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  using View = Eigen::Map<Array<T>, 0, Strides>;

  explicit Strided(const Array<T>& values, Index step = 2)
      : Strided(values.rows(), values.cols(), step) {
    view() = values;
  }
  Strided(Index rows, Index cols, Index step = 2)
      : rows_(rows),
        cols_(cols),
        step_(step),
        memory_(static_cast<std::size_t>((step * rows + 5) * cols + 1), T(-7)) {}

  View view() { return View(memory_.data() + 1, rows_, cols_, Strides(step_ * rows_ + 5, step_)); }

 private:
  Index rows_, cols_, step_;
  std::vector<T> memory_;
};

/// compute(out, inputs...) of arrays of the same values, in column-major order for the record; the
/// other ways must give the same: row-major, and for fast floats strided and a block of a larger
/// array.
template <hillock::Accuracy A, class T, class Compute, class... Inputs>
void add_of_arrays(Results& results, Scope scope, const std::string& what, const std::string& part,
                   Shape output, const Compute& compute, const Inputs&... inputs) {
  const std::string tier = name_of_tier<A>();
  Array<T> y(output.rows, output.cols);
  compute(y, inputs...);
  const std::uint64_t checksum = checksum_of_array(y);
  results.add(scope, tier, what, part, checksum);
  const std::string name = tier + ' ' + what + ", " + part;

  RowMajorArray<T> by_rows(output.rows, output.cols);
  compute(by_rows, RowMajorArray<T>(inputs)...);
  results.require_equal(name, "row-major", checksum, checksum_of_array(by_rows));
  if constexpr (std::is_same_v<T, float> && A == hillock::Accuracy::fast) {
    Strided<T> strided(output.rows, output.cols);
    auto strided_y = strided.view();
    compute(strided_y, Strided<T>(inputs).view()...);
    results.require_equal(name, "strided", checksum, checksum_of_array(strided_y));
    Strided<T> block(output.rows, output.cols, 1);
    auto block_y = block.view();
    compute(block_y, Strided<T>(inputs, 1).view()...);
    results.require_equal(name, "block", checksum, checksum_of_array(block_y));
  }
}

/// Calls use(shape, axis, contents, seed, part) for every shape, with ordinary and with extreme
/// numbers.
template <class Use>
void for_each_shape(Per axis, const Use& use) {
  std::uint64_t seed = 1;
  for (const Shape shape : axis_shapes)
    for (const Contents contents : all_contents)
      use(shape, axis, contents, seed++, text_of(shape) + ", " + name_of(contents));
}

}  // namespace bit_record
