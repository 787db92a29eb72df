// Whether two strided arrays share an element.
#pragma once

#include <hillock/arrays/errors.hpp>
#include <hillock/arrays/walk.hpp>

#include <cstdint>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace arrays {

/// Addresses first, first + step, ...: count of them.
struct Progression {
  std::intptr_t first;
  std::intptr_t step;
  Index count;
  std::intptr_t last() const noexcept { return first + step * (count - 1); }
  std::intptr_t lowest() const noexcept { return first < last() ? first : last(); }
  std::intptr_t highest() const noexcept { return first < last() ? last() : first; }
  bool contains(std::intptr_t address) const noexcept {
    if (address < lowest() || address > highest()) return false;
    return step == 0 || (address - first) % step == 0;
  }
};

inline bool meet(const Progression& a, const Progression& b) noexcept {
  if (a.highest() < b.lowest() || b.highest() < a.lowest()) return false;
  const Progression& shorter = a.count < b.count ? a : b;
  const Progression& longer = a.count < b.count ? b : a;
  if (shorter.step == longer.step && shorter.step != 0)
    return (shorter.first - longer.first) % longer.step == 0;  // their ranges already overlap
  for (Index i = 0; i < shorter.count; ++i)
    if (longer.contains(shorter.first + i * shorter.step)) return true;
  return false;
}

/// Whether all of a's elements lie before b's, or after, as is seen at once, in a call of a few elements
/// too; not of steps that are negative.
template <class T, class U>
HILLOCK_INLINE bool are_clearly_apart(const Strided<T>& a, const Strided<U>& b) noexcept {
  if ((a.row_step | a.col_step | b.row_step | b.col_step) < 0) return false;
  // As numbers: of an empty array the pointer to the last element would not be one.
  const auto first = [](const auto& array) { return reinterpret_cast<std::intptr_t>(array.data); };
  const auto last = [&](const auto& array) {
    const Index steps =
        (array.shape.rows - 1) * array.row_step + (array.shape.cols - 1) * array.col_step;
    return first(array) + static_cast<std::intptr_t>(steps * Index{sizeof(T)});
  };
  return last(a) < first(b) || last(b) < first(a);
}

/// Whether a and b have an element in common. Exact. Arrays far apart are told so in a few
/// comparisons; runs are compared one by one only where the ranges interleave, as two blocks of one
/// matrix do.
template <class T, class U>
bool share_elements(const Strided<T>& a, const Strided<U>& b) noexcept {
  if (a.shape.rows == 0 || a.shape.cols == 0 || b.shape.rows == 0 || b.shape.cols == 0)
    return false;
  constexpr auto size = static_cast<std::intptr_t>(sizeof(T));
  const auto runs_of = [](const auto& array) {
    // The inner direction is the one with the smaller step, whatever the storage order says.
    const bool down = (array.row_step < 0 ? -array.row_step : array.row_step) <=
                      (array.col_step < 0 ? -array.col_step : array.col_step);
    const auto start = reinterpret_cast<std::intptr_t>(array.data);
    const Progression inner{start, (down ? array.row_step : array.col_step) * size,
                            down ? array.shape.rows : array.shape.cols};
    const Progression outer{start, (down ? array.col_step : array.row_step) * size,
                            down ? array.shape.cols : array.shape.rows};
    return std::pair<Progression, Progression>(inner, outer);
  };
  const auto [a_inner, a_outer] = runs_of(a);
  const auto [b_inner, b_outer] = runs_of(b);
  const auto span = [](const Progression& inner, const Progression& outer) {
    return Progression{outer.lowest() - inner.first + inner.lowest(),
                       outer.highest() - outer.lowest() + inner.highest() - inner.lowest(), 2};
  };
  const Progression a_span = span(a_inner, a_outer);
  const Progression b_span = span(b_inner, b_outer);
  if (a_span.last() < b_span.first || b_span.last() < a_span.first) return false;
  for (Index i = 0; i < a_outer.count; ++i) {
    const Progression run{a_inner.first + i * a_outer.step, a_inner.step, a_inner.count};
    if (run.highest() < b_span.first || run.lowest() > b_span.last()) continue;
    for (Index j = 0; j < b_outer.count; ++j)
      if (meet(run, {b_inner.first + j * b_outer.step, b_inner.step, b_inner.count})) return true;
  }
  return false;
}

[[noreturn]] inline void throw_overlap(const char* where, const char* output, const char* other) {
  arrays::refuse(std::string("hillock::") + where + ": " + output + " overlaps " + other +
                 " in part; pass the same array to work in place, or separate memory");
}

/// The whole question, where are_clearly_apart did not answer it. Out of line, with the arrays' own
/// objects: the descriptions of them would be put in memory in each call of a verb, and be waited for.
template <class Out, class In>
HILLOCK_COLD bool overlap_in_part(const Out& out, const In& in) noexcept {
  const auto to = out.view();
  const auto from = in.view();
  const Strided<const typename Out::Element> as_const{to.data, to.row_step, to.col_step, to.shape};
  const Strided<const typename Out::Element> from_const{from.data, from.row_step, from.col_step,
                                                        from.shape};
  return !(as_const == from_const) && share_elements(as_const, from_const);
}
template <class A, class B>
HILLOCK_COLD bool overlap(const A& a, const B& b) noexcept {
  return share_elements(a.view(), b.view());
}

/// An output may be an input (same address and strides) or share nothing with it.
/// (The question is not a function of its own: g++ would hand it the descriptions in memory, 1 ns a call.)
template <class Out, class In>
void require_in_place_or_apart(const char* where, const char* output, const Out& out,
                               const char* input, const In& in) {
  if constexpr (Out::direct && In::direct) {
    if (!are_clearly_apart(out.view(), in.view()) && overlap_in_part(out, in))
      throw_overlap(where, output, input);
  }
}

/// Two arrays share nothing; the message names the second first.
template <class A, class B>
void require_apart(const char* where, const char* first, const A& a, const char* second,
                   const B& b) {
  if constexpr (A::direct && B::direct) {
    if (!are_clearly_apart(a.view(), b.view()) && overlap(a, b))
      throw_overlap(where, second, first);
  }
}

/// One input and two outputs of its shape.
template <class In, class Y, class D>
void require_both_outputs(const char* where, const In& in, const Y& y, const D& d) {
  require_same_shape(where, "x", in.shape(), "y", y.shape());
  require_same_shape(where, "x", in.shape(), "d", d.shape());
  require_in_place_or_apart(where, "y", y, "x", in);
  require_in_place_or_apart(where, "d", d, "x", in);
  require_apart(where, "y", y, "d", d);
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
