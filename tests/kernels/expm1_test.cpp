#include <support/catch.hpp>
#include <support/kernels.hpp>

#include <hillock/kernels/expm1.hpp>

namespace {

using namespace support;

const auto kernel = [](const auto& x) { return expm1(x); };

// The bound that expm1.hpp states.
TEMPLATE_TEST_CASE("expm1 is within 2.1 ULP over the whole range", "[expm1]", float, double) {
  using T = TestType;
  const auto worst = sweep_kernel<T>(
      kernel, [](T x) { return std::expm1(Wide<T>(x)); }, [](T) { return true; });
  INFO(worst.describe("expm1"));
  std::cout << worst.describe("expm1") << '\n';
  CHECK(worst.points() == sweep_size<T>());
  CHECK(worst.ulp() <= 2.1);
}

// xsimd: expm1(-0) = +0.
TEMPLATE_TEST_CASE("expm1 has its edge values", "[expm1]", float, double) {
  using T = TestType;
  const auto at = [](T x) {
    T y;
    apply_kernel(kernel, &x, &y, 1);
    return y;
  };
  using S = Special<T>;
  CHECK(bits_of(at(T(0))) == bits_of(T(0)));
  CHECK(bits_of(at(-T(0))) == bits_of(-T(0)));
  CHECK(bits_of(at(S::smallest)) == bits_of(S::smallest));
  CHECK(bits_of(at(-S::smallest)) == bits_of(-S::smallest));
  CHECK(bits_of(at(S::infinity)) == bits_of(S::infinity));
  CHECK(bits_of(at(-S::infinity)) == bits_of(T(-1)));
  CHECK(bits_of(at(-S::largest)) == bits_of(T(-1)));
  for (const T nan : nans<T>()) CHECK(std::isnan(at(nan)));
}

TEST_CASE("no coefficient of expm1 has changed", "[expm1]") {
  CHECK(checksum<float>(kernel, -30, 89) ==
        Recorded{0xd19de8f73e9f2c44, 0xa4805de1245d42b9}.here());
  CHECK(checksum<double>(kernel, -50, 710) ==
        Recorded{0x95de8b8d9b5cf464, 0x5281534693ff1f90}.here());
}

}  // namespace
