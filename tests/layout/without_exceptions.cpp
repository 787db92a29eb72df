// Compiled with -fno-exceptions and -fno-rtti: every argument that does not fit is refused by the
// program's own handler, which jumps back here.
#include <csetjmp>
#include <cstdio>
#include <cstring>

static std::jmp_buf back;
static char said[1000];

[[noreturn]] static void jump_back(const char* message) {
  std::strncpy(said, message, sizeof said - 1);
  std::longjmp(back, 1);
}
#define HILLOCK_ERROR_HANDLER jump_back

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

namespace {

int failed = 0;

// What a jump leaves behind undestroyed are strings of the message, which nobody needs here. (A
// program of a user's ends in its handler, as the header says.)
void refuse(void (*call)(), const char* first, const char* second) {
  said[0] = 0;
  if (setjmp(back) == 0) {
    call();
    std::printf("not refused, expected %s ... %s\n", first, second);
    ++failed;
  } else if (std::strstr(said, first) == nullptr || std::strstr(said, second) == nullptr) {
    std::printf("the message is \"%s\", expected %s ... %s\n", said, first, second);
    ++failed;
  }
}

using Eigen::ArrayXXf;
using hillock::Per;

const ArrayXXf z = ArrayXXf::Zero(4, 6);
ArrayXXf other(3, 6);

}  // namespace

int main() {
  refuse([] { hillock::forward(hillock::relu, z, other); }, "4 x 6", "3 x 6");
  refuse([] { hillock::backward(hillock::tanh, z, other, other); }, "4 x 6", "3 x 6");
  refuse([] { hillock::forward(hillock::Softmax{Per::column}, z, other); }, "4 x 6", "3 x 6");
  refuse([] { other = hillock::Softmax{Per::column}.backward(z, other); }, "4 x 6", "3 x 6");
  refuse([] { other = hillock::Maxout{4, Per::row}(z); }, "4", "6");
  refuse([] { other = hillock::PReLU{Eigen::ArrayXd::Zero(3), Per::row}(z); }, "3", "4");
  refuse([] { hillock::UnitMonitor(hillock::relu, 3, Per::row).observe(z); }, "4 x 6", "3");
  refuse([] { hillock::UnitMonitor(hillock::relu, hillock::MonitorState{}); },
         "hillock::UnitMonitor", "state");
  refuse([] { hillock::SoftmaxMonitor(hillock::Softmax{Per::column}, 3).observe(z); }, "4 x 6",
         "3");
  if (failed == 0) std::printf("refused by the handler\n");
  return failed == 0 ? 0 : 1;
}
