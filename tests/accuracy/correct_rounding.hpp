// Computes the correctly rounded result where the reference is too close to a rounding boundary.
#pragma once

#include <accuracy/format.hpp>

#include <string>

namespace accuracy {

enum class Part { forward, derivative };

/// Whether MPFR is available.
bool can_settle();

/// The function with its default parameter, or one that is exact in a double, computed with 700
/// bits and rounded once to T, subnormals included.
template <class T>
T settled(const std::string& function, Part part, double value, T x);

/// Frees the memory that MPFR holds for the calling thread.
void forget_settled();

/// Tells whether results are the correctly rounded ones.
template <class T>
class Rounder {
 public:
  Rounder(std::string function, double value)
      : function_(std::move(function)),
        value_(static_cast<double>(Format<T>::wide(Format<T>::parameter(value)))),
        has_root_(function_ == "xielu"),
        derivative_has_root_(has_root_ || function_ == "swish" || function_ == "mish" ||
                             function_ == "gelu" || function_ == "gelu_tanh"),
        is_half_near_0_((function_ == "swish" && value_ == 1) || function_ == "gelu" ||
                        function_ == "gelu_tanh" || function_ == "hard_swish") {}

  enum class Verdict { right, wrong, unknown };

  Verdict verdict_on(Part part, T x, T computed, Wide<T> reference) const {
    using F = Format<T>;
    T expected;
    if (!round(part, x, reference, expected)) return Verdict::unknown;
    // A NaN is as good as another.
    if (reference != reference) return F::is_nan(computed) ? Verdict::right : Verdict::wrong;
    return F::bits(computed) == F::bits(expected) ? Verdict::right : Verdict::wrong;
  }

  /// False where it takes MPFR and that is not there.
  bool round(Part part, T x, Wide<T> reference, T& result) const {
    using F = Format<T>;
    using W = Wide<T>;
    // 2^7 units of the reference's last place, and as much absolute where sums cancel to a root:
    // some 2^11 of the 2^32 floats are left.
    constexpr W guard = W(64) * std::numeric_limits<W>::epsilon();
    const bool is_by_root = (part == Part::forward ? has_root_ : derivative_has_root_) &&
                            std::fabs(reference) < W(0.125) && std::fabs(F::wide(x)) < 4;
    const W margin = std::fabs(reference) * guard + (is_by_root ? guard : 0);
    if (reference == 0 || !std::isfinite(reference)) {
      result = F::rounded(reference);
      return true;
    }
    const T low = F::rounded(reference - margin);
    const T high = F::rounded(reference + margin);
    result = low;
    if (F::bits(low) == F::bits(high)) return true;
    // x/2 + x^2/4 - ...: for half of the subnormals x/2 is a tie, broken 2^-149 below it. Between
    // x/2 and the next wide number there is no boundary.
    if (part == Part::forward && is_half_near_0_ && std::fabs(F::wide(x)) < W(1e-30)) {
      result = F::rounded(std::nextafter(F::wide(x) / 2, std::numeric_limits<W>::infinity()));
      return true;
    }
    if (!can_settle()) return false;
    result = settled(function_, part, value_, x);
    return true;
  }

 private:
  std::string function_;
  double value_;
  bool has_root_;  // other than 0, where summands cancel
  bool derivative_has_root_;
  bool is_half_near_0_;  // f(x) is x/2 + c x^2 with a positive c
};

}  // namespace accuracy
