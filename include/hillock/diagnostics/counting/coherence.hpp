// Samples whose outputs all have one sign: they force the gradients of the next layer's weights to one sign.
#pragma once

#include <hillock/verbs.hpp>

#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// The samples of x whose outputs all have one sign (zeros and NaNs have none). Looks at a sample's
/// units until both signs are found, which in a healthy layer is among the first.
template <class V, class X, class Forward>
std::int64_t coherent_samples(const X& x, Per per, const Forward& forward) {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  const bool units_are_rows = per == Per::row;
  const Index samples = units_are_rows ? x.shape().cols : x.shape().rows;
  const Index units = units_are_rows ? x.shape().rows : x.shape().cols;
  constexpr Index width = static_cast<Index>(V::size);
  std::int64_t coherent = 0;
  Index sample = 0;
  if constexpr (X::is_loadable) {
    // Samples that are neighbours go a lane each.
    if (x.step(units_are_rows) == 1) {
      const T* const data = x.data();
      for (; sample + width <= samples; sample += width) {
        V has_positive = 0, has_negative = 0, lacks = 1;
        for (Index unit = 0; unit < units; ++unit) {
          const V y = forward(sealed(V::load(data + sample + unit * x.step(!units_are_rows))));
          has_positive = select(y > V(0), 1, has_positive);
          has_negative = select(y < V(0), 1, has_negative);
          lacks = V(1) - has_positive * has_negative;
          if (!any(lacks > V(0))) break;
        }
        T lanes[static_cast<std::size_t>(width)];
        lacks.store(lanes);
        for (const T lane : lanes) coherent += lane > 0;
      }
    } else if (x.step(!units_are_rows) == 1 && units >= width) {
      const T* from = x.data();
      const Index next = x.step(units_are_rows);
      for (; sample < samples; ++sample, from += next) {
        const V first = forward(sealed(V::load(from)));
        if (HILLOCK_LIKELY(any(first > V(0)) && any(first < V(0)))) continue;
        bool has_positive = false, has_negative = false;
        for (Index unit = 0; unit < units && !(has_positive && has_negative); unit += width) {
          const V y =
              forward(sealed(V::load(from + (unit + width <= units ? unit : units - width))));
          has_positive |= any(y > V(0));
          has_negative |= any(y < V(0));
        }
        coherent += !(has_positive && has_negative);
      }
    }
  }
  T buffer[detail::buffer_size];
  for (; sample < samples; ++sample) {
    bool has_positive = false, has_negative = false;
    for (Index unit = 0; unit < units && !(has_positive && has_negative); unit += width) {
      const Index n = units - unit < width ? units - unit : width;
      const T* from = units_are_rows ? x.read(unit, sample, n, false, buffer)
                                     : x.read(sample, unit, n, true, buffer);
      const V y = forward(
          sealed(n == width ? V::load(from) : V::load_first(from, static_cast<std::size_t>(n))));
      has_positive |= any(y > V(0));
      has_negative |= any(y < V(0));
    }
    coherent += !(has_positive && has_negative);
  }
  return coherent;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
