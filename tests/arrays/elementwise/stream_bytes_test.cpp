// HILLOCK_STREAM_BYTES decides which results are streamed, whatever the processor and the policy.
#define HILLOCK_STREAM_BYTES 4096

#include <hillock/activations/relu.hpp>
#include <hillock/verbs.hpp>

#include <support/catch.hpp>

namespace {

using namespace hillock::detail;

TEMPLATE_TEST_CASE("where HILLOCK_STREAM_BYTES is defined, it decides", "[streaming]", Overwrite,
                   hillock::Streaming, hillock::Cached) {
  using ReLUOperation = ForwardOperation<hillock::ReLU<>, float>;
  const Stores large = simd::can_stream ? Stores::streaming : Stores::cached;
  CHECK(stores_wanted<ReLUOperation, TestType>(1024, 4) == large);
  CHECK(stores_wanted<ReLUOperation, TestType>(1023, 4) == Stores::cached);
}

}  // namespace
