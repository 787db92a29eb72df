// Samples whose outputs all have one sign: they force the gradients of the next layer's weights to
// one sign.
#pragma once

#include <hillock/arrays/views/view.hpp>
#include <hillock/diagnostics/counting/element_function.hpp>
#include <hillock/per.hpp>
#include <hillock/simd/batch.hpp>

#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// Counts the samples of a view whose outputs all have one sign (zeros and NaNs have none).
template <class V, class X>
class CoherentSamples {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  /// The outputs are f of the elements, or the elements themselves where f is null.
  CoherentSamples(const X& x, Per per, const ElementFunction<T>* f) noexcept
      : x_(x), units_are_rows_(per == Per::row), f_(f) {}

  HILLOCK_NOINLINE std::int64_t count() {
    if constexpr (X::is_loadable) {
      if (x_.step(units_are_rows_) == 1) return samples_in_lanes();
    }
    return samples_from(0);
  }

 private:
  /// So many batches are given to the function at once.
  static constexpr Index max_batches = 32;
  const X& x_;
  bool units_are_rows_;
  const ElementFunction<T>* f_;

  Index samples() const noexcept { return units_are_rows_ ? x_.shape().cols : x_.shape().rows; }
  Index units() const noexcept { return units_are_rows_ ? x_.shape().rows : x_.shape().cols; }
  const T* read(Index unit, Index sample, Index n, T* buffer) const {
    return units_are_rows_ ? x_.read(unit, sample, n, false, buffer)
                           : x_.read(sample, unit, n, true, buffer);
  }

  /// Batches of elements at an address, or of their outputs.
  struct Batches {
    const T* at;
    Index step;
    V operator[](Index i) const noexcept { return sealed(V::load(at + i * step)); }
  };
  /// The outputs are in y, unless they are the elements themselves.
  HILLOCK_INLINE Batches outputs(Batches x, Index n, T* y) const {
    if (f_ == nullptr) return x;
    f_->forward(f_->f, x.at, nullptr, x.step, n, y);
    return {y, width};
  }

  /// Samples that are neighbours in memory have a lane each. A few units are computed together: in
  /// a healthy layer both signs are found in the first six or so.
  HILLOCK_NOINLINE std::int64_t samples_in_lanes() {
    constexpr Index units_per_step = 6;
    alignas(V) T y[static_cast<std::size_t>(units_per_step * width)];
    std::int64_t coherent = 0;
    const Index next_unit = x_.step(!units_are_rows_);
    Index sample = 0;
    for (; sample + width <= samples(); sample += width) {
      V has_positive = 0, has_negative = 0, lacks = 1;
      for (Index first = 0; first < units() && any(lacks > V(0)); first += units_per_step) {
        const Index n = units() - first < units_per_step ? units() - first : units_per_step;
        const Batches some = outputs({x_.data() + sample + first * next_unit, next_unit}, n, y);
        for (Index i = 0; i < n; ++i) {
          const V output = some[i];
          has_positive = select(output > V(0), 1, has_positive);
          has_negative = select(output < V(0), 1, has_negative);
          lacks = V(1) - has_positive * has_negative;
          if (!any(lacks > V(0))) break;
        }
      }
      T lanes[static_cast<std::size_t>(width)];
      lacks.store(lanes);
      for (const T lane : lanes) coherent += lane > 0;
    }
    return coherent + samples_from(sample);
  }

  /// The units of a sample go along the lanes. The first batches of some samples are computed
  /// together: in a healthy layer they have both signs.
  HILLOCK_NOINLINE std::int64_t samples_from(Index sample) {
    alignas(V) T gathered[static_cast<std::size_t>(max_batches * width)];
    alignas(V) T y[static_cast<std::size_t>(max_batches * width)];
    std::int64_t coherent = 0;
    for (; sample < samples(); sample += max_batches) {
      const Index n = samples() - sample < max_batches ? samples() - sample : max_batches;
      const Batches first = outputs(first_batches(sample, n, gathered), n, y);
      for (Index i = 0; i < n; ++i) {
        const V output = first[i];
        if (HILLOCK_LIKELY(any(output > V(0)) && any(output < V(0)))) continue;
        coherent += is_coherent(sample + i);
      }
    }
    return coherent;
  }

  /// Returns the first batches of n samples, which are gathered unless they can be loaded as they
  /// are.
  HILLOCK_INLINE Batches first_batches(Index sample, Index n, T* gathered) const {
    if (are_units_loadable()) return {address_of(0, sample), x_.step(units_are_rows_)};
    for (Index i = 0; i < n; ++i) gather(0, sample + i, gathered + i * width);
    return {gathered, width};
  }
  /// Returns a batch of units, of which the last one overlaps the one before it if it can be
  /// loaded.
  HILLOCK_INLINE Batches batch_of(Index unit, Index sample, T* gathered) const {
    if (are_units_loadable())
      return {address_of(unit + width <= units() ? unit : units() - width, sample), width};
    gather(unit, sample, gathered);
    return {gathered, width};
  }
  bool are_units_loadable() const noexcept {
    return X::is_loadable && x_.step(!units_are_rows_) == 1 && units() >= width;
  }
  /// The address of an element, where are_units_loadable().
  const T* address_of(Index unit, Index sample) const noexcept {
    if constexpr (X::is_loadable)
      return x_.data() + unit + sample * x_.step(units_are_rows_);
    else
      return nullptr;
  }
  /// Stores the units from `unit` on, a batch at most, and the first of them in the lanes that
  /// remain.
  HILLOCK_NOINLINE void gather(Index unit, Index sample, T* to) const {
    // As many as are read for a batch, or fewer. (Without the zeros g++ 12 warns of what is not
    // read.)
    T buffer[detail::simd::Batch<float>::size] = {};
    const Index n = units() - unit < width ? units() - unit : width;
    const T* const from = read(unit, sample, n, buffer);
    for (Index i = 0; i < width; ++i) to[i] = from[i < n ? i : 0];
  }

  /// Whether a sample lacks one of the signs. All its units are examined, until both signs are
  /// found.
  HILLOCK_NOINLINE bool is_coherent(Index sample) const {
    alignas(V) T in[V::size], y[V::size];
    bool has_positive = false, has_negative = false;
    for (Index unit = 0; unit < units() && !(has_positive && has_negative); unit += width) {
      const V output = outputs(batch_of(unit, sample, in), 1, y)[0];
      has_positive |= any(output > V(0));
      has_negative |= any(output < V(0));
    }
    return !(has_positive && has_negative);
  }
};

/// Returns how many samples of x have outputs of one sign.
template <class V, class X>
std::int64_t coherent_samples(const X& x, Per per,
                              const ElementFunction<typename V::value_type>* f) {
  return CoherentSamples<V, X>(x, per, f).count();
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
