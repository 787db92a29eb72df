#include <support/catch.hpp>
#include <support/kernels.hpp>

#include <hillock/kernels/exp.hpp>

namespace {

using namespace support;

const auto kernel = [](const auto& x) { return exp(x); };

// The bound that exp.hpp states.
TEMPLATE_TEST_CASE("exp is within 1.1 ULP over the whole range", "[exp]", float, double) {
  using T = TestType;
  const auto worst = sweep_kernel<T>(
      kernel, [](T x) { return std::exp(Wide<T>(x)); }, [](T) { return true; });
  INFO(worst.describe("exp"));
  std::cout << worst.describe("exp") << '\n';
  CHECK(worst.points() == sweep_size<T>());
  CHECK(worst.ulp() <= 1.1);
}

// Infinite on [88.38, 88.72] and 0 below -87.7 in xsimd.
TEST_CASE("exp reaches infinity and 0 where e^x does, not before", "[exp]") {
  const auto at = [](auto x) {
    decltype(x) y;
    apply_kernel(kernel, &x, &y, 1);
    return y;
  };
  CHECK(std::isfinite(at(88.72283f)));
  CHECK(std::isinf(at(88.7228394f)));
  CHECK(std::isfinite(at(88.38f)));
  CHECK(at(-87.7f) > 0);
  CHECK(at(-103.97f) == Special<float>::smallest);
  CHECK(bits_of(at(-103.98f)) == 0);
  CHECK(std::isfinite(at(709.7827)));
  CHECK(std::isinf(at(709.7828)));
  CHECK(at(-745.1332) == Special<double>::smallest);
  CHECK(bits_of(at(-745.1333)) == 0);
  for (const float x : {4e26f, 5e29f, 1e38f, Special<float>::infinity}) {
    CHECK(std::isinf(at(x)));
    CHECK(bits_of(at(-x)) == 0);
  }
  CHECK(at(0.0f) == 1);
  CHECK(at(-0.0) == 1);
  for (const float nan : nans<float>()) CHECK(std::isnan(at(nan)));
  for (const double nan : nans<double>()) CHECK(std::isnan(at(nan)));
}

TEST_CASE("no coefficient of exp has changed", "[exp]") {
  CHECK(checksum<float>(kernel, -104, 89) ==
        Recorded{0x6a913a8a4c0c606a, 0x32ff76d5e0def503}.here());
  CHECK(checksum<double>(kernel, -746, 710) ==
        Recorded{0x30d883cf5b08924c, 0xb84ec2fd12ffcffd}.here());
}

}  // namespace
