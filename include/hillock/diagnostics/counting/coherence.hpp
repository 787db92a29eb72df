// Counts samples whose outputs all have one sign: the gradient of each unit of the next layer then
// has components of one sign.
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

  HILLOCK_LOOP std::int64_t count() {
    if constexpr (X::is_loadable) {
      if (x_.step(units_are_rows_) == 1) return samples_in_lanes();
    }
    return samples_from(0);
  }

 private:
  /// The number of batches that the function computes in one call.
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

  /// Batches of elements, or of their outputs, at an address.
  struct Batches {
    const T* at;
    Index step;
    V operator[](Index i) const noexcept { return sealed(V::load(at + i * step)); }
  };
  /// Returns the outputs; they are written to y, unless they are the elements themselves.
  HILLOCK_PART Batches outputs(Batches x, Index n, T* y) const {
    if (f_ == nullptr) return x;
    f_->forward(f_->f, x.at, nullptr, x.step, n, y);
    return {y, width};
  }

  /// Counts samples that are contiguous in memory, each in a lane. Units are computed six at a
  /// time: in a healthy layer the first six or so have both signs.
  HILLOCK_LOOP std::int64_t samples_in_lanes() {
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

  /// Counts samples from `sample` on, with the units of a sample along the lanes. The first batches
  /// of several samples are computed in one call: in a healthy layer they have both signs.
  HILLOCK_LOOP std::int64_t samples_from(Index sample) {
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

  /// Returns the first batches of n samples. They are gathered if they cannot be loaded from
  /// memory.
  HILLOCK_PART Batches first_batches(Index sample, Index n, T* gathered) const {
    if (are_units_loadable()) return {address_of(0, sample), x_.step(units_are_rows_)};
    for (Index i = 0; i < n; ++i) gather(0, sample + i, gathered + i * width);
    return {gathered, width};
  }
  /// Returns the batch of units from `unit` on. The last batch overlaps the one before it if it can
  /// be loaded from memory.
  HILLOCK_PART Batches batch_of(Index unit, Index sample, T* gathered) const {
    if (are_units_loadable())
      return {address_of(unit + width <= units() ? unit : units() - width, sample), width};
    gather(unit, sample, gathered);
    return {gathered, width};
  }
  bool are_units_loadable() const noexcept {
    return X::is_loadable && x_.step(!units_are_rows_) == 1 && units() >= width;
  }
  /// Returns the address of an element, if are_units_loadable().
  const T* address_of(Index unit, Index sample) const noexcept {
    if constexpr (X::is_loadable)
      return x_.data() + unit + sample * x_.step(units_are_rows_);
    else
      return nullptr;
  }
  /// Stores up to a batch of units from `unit` on. The remaining lanes repeat the first of them.
  HILLOCK_LOOP void gather(Index unit, Index sample, T* to) const {
    // The buffer holds at least a batch. (Without the zeros g++ 12 warns of elements that are not
    // initialised.)
    T buffer[detail::simd::Batch<float>::size] = {};
    const Index n = units() - unit < width ? units() - unit : width;
    const T* const from = read(unit, sample, n, buffer);
    for (Index i = 0; i < width; ++i) to[i] = from[i < n ? i : 0];
  }

  /// Returns whether a sample lacks one of the signs. Its units are examined until both signs are
  /// found.
  HILLOCK_LOOP bool is_coherent(Index sample) const {
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
