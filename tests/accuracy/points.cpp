#include <accuracy/points.hpp>

#include <support/inputs.hpp>

#include <string>

namespace accuracy {
namespace {

template <class T>
void add(Points<T>& points, typename Format<T>::Bits first, std::uint64_t patterns,
         std::uint64_t wanted) {
  using Bits = typename Format<T>::Bits;
  if (patterns == 0 || wanted == 0) return;
  const std::uint64_t stride = patterns <= wanted ? 1 : patterns / wanted;
  points.segments.push_back({first, patterns / stride, static_cast<Bits>(stride)});
}

/// From `low` to below `high`, both positive and finite, and the same of the other sign.
template <class T>
void add_range(Points<T>& points, T low, T high, std::uint64_t wanted) {
  using F = Format<T>;
  const auto first = F::bits(low);
  for (const typename F::Bits sign : {typename F::Bits{0}, F::sign})
    add<T>(points, static_cast<typename F::Bits>(sign | first), F::bits(high) - first, wanted);
}

template <class T>
void add_all(Points<T>& points, std::uint64_t wanted) {
  using F = Format<T>;
  using Bits = typename F::Bits;
  for (const Bits sign : {Bits{0}, F::sign}) {
    const std::uint64_t nans = F::sign - F::infinity - 1;
    add<T>(points, sign, F::infinity, wanted / 2);
    add<T>(points, static_cast<Bits>(sign | F::infinity), 1, 1);
    // Of a float as many as all the other floats of an exponent; of a double the same share.
    const std::uint64_t share = sizeof(T) == 4 ? 256 : 2048;
    const std::uint64_t wanted_nans =
        wanted / 2 >= (std::uint64_t{1} << 31) ? nans : wanted / 2 / share;
    add<T>(points, static_cast<Bits>(sign | (F::infinity + 1)), nans, wanted_nans);
  }
}

/// The finite thresholds, scaled.
template <class T>
std::vector<T> places(double scale) {
  std::vector<T> found;
  for (const double threshold : support::thresholds<T>()) {
    const double place = threshold / scale;
    if (place < static_cast<double>(std::numeric_limits<T>::max()) / 2 &&
        place > static_cast<double>(std::numeric_limits<T>::min()))
      found.push_back(static_cast<T>(place));
  }
  return found;
}

}  // namespace

template <class T>
Points<T> sweep_points(std::uint64_t stride, double scale) {
  using F = Format<T>;
  Points<T> points;
  const std::uint64_t wanted = (std::uint64_t{1} << 32) / stride;
  if (sizeof(T) == 4 && stride == 1) {
    add_all(points, wanted);
    return points;
  }
  const std::vector<T> thresholds = places<T>(scale);
  if (sizeof(T) == 4) {
    add_all(points, wanted);
  } else {
    add_all(points, wanted / 4);
    const double low = 0x1p-13 / scale, high = 0x1p11 / scale;
    if (high < 0x1p1000 && low > 0x1p-1000)
      add_range(points, static_cast<T>(low), static_cast<T>(high), wanted / 4);
    for (const T place : thresholds)
      add_range(points, static_cast<T>(place * T(0.98)), static_cast<T>(place * T(1.02)),
                wanted / 8 / thresholds.size());
  }
  constexpr std::uint64_t each = 2 * support::neighbours + 1;
  for (const T place : thresholds) {
    const T low = F::from_bits(F::bits(place) - support::neighbours);
    add_range(points, low, F::from_bits(F::bits(low) + each), each);
  }
  add_range(points, T(0), F::from_bits(each), each);
  const T smallest_normal = std::numeric_limits<T>::min();
  add_range(points, F::from_bits(F::bits(smallest_normal) - support::neighbours),
            F::from_bits(F::bits(smallest_normal) + support::neighbours), each);
  add_range(points, F::from_bits(F::infinity - each), F::from_bits(F::infinity), each);
  return points;
}

template <class T>
Points<T> sweep_points(std::uint64_t stride, const Subject<T>& subject) {
  const std::string function = subject.function;
  const double magnitude = std::fabs(subject.value);
  const bool multiplies = function == "swish" || function == "softplus";
  const bool divides = function == "celu";
  if (magnitude == 0 || !(multiplies || divides)) return sweep_points<T>(stride, 1.0);
  return sweep_points<T>(stride, multiplies ? magnitude : 1 / magnitude);
}

template <class T>
Points<T> finite(const Points<T>& points) {
  using F = Format<T>;
  Points<T> kept;
  for (const Segment<T>& segment : points.segments)
    if ((segment.first & ~F::sign) < F::infinity) kept.segments.push_back(segment);
  return kept;
}

Points<float> checksum_points(std::uint64_t stride) {
  Points<float> points;
  const std::uint64_t half = std::uint64_t{1} << 31;
  for (const std::uint32_t sign : {0u, 0x80000000u}) add(points, sign, half, half / stride);
  return points;
}

template Points<float> finite(const Points<float>&);
template Points<double> finite(const Points<double>&);
template Points<float> sweep_points<float>(std::uint64_t, double);
template Points<double> sweep_points<double>(std::uint64_t, double);
template Points<float> sweep_points<float>(std::uint64_t, const Subject<float>&);
template Points<double> sweep_points<double>(std::uint64_t, const Subject<double>&);

}  // namespace accuracy
