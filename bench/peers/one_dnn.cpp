// oneDNN's eltwise and softmax primitives on one thread, held to the instruction set of this build.
#include <map>
#include <memory>
#include <oneapi/dnnl/dnnl.hpp>

#include "peers.hpp"

// Its library brings OpenMP along, or it does not.
extern "C" __attribute__((weak)) void omp_set_num_threads(int);

namespace peers {
namespace {

using dnnl::memory;

constexpr dnnl::cpu_isa highest() {
#if defined(__AVX512F__)
  return dnnl::cpu_isa::avx512_core;
#elif defined(__AVX2__)
  return dnnl::cpu_isa::avx2;
#elif defined(__AVX__)
  return dnnl::cpu_isa::avx;
#else
  return dnnl::cpu_isa::sse41;  // it knows none below
#endif
}

struct Context {
  Context() {
    if (omp_set_num_threads) omp_set_num_threads(1);
    is_held = dnnl::set_max_cpu_isa(highest()) == dnnl::status::success;
    engine = dnnl::engine(dnnl::engine::kind::cpu, 0);
    stream = dnnl::stream(engine);
  }
  bool is_held = false;
  dnnl::engine engine;
  dnnl::stream stream;
};

Context& context() {
  static Context own;
  return own;
}

/// Row-major, as oneDNN has it: a column of ours is a row of its.
memory::desc description(const Arguments<float>& a) {
  return {{a.cols, a.rows}, memory::data_type::f32, memory::format_tag::ab};
}

memory memory_at(const float* at, const memory::desc& shape) {
  return {shape, context().engine, const_cast<float*>(at)};
}

/// A primitive and the memory it was made for: made at the first call, and again for other arrays.
class Prepared {
 public:
  using Make = std::function<dnnl::primitive(const memory::desc&)>;
  using Bind = std::function<std::map<int, const float*>(const Arguments<float>&)>;
  Prepared(Make make, Bind bind) : make_(std::move(make)), bind_(std::move(bind)) {}

  void operator()(const Arguments<float>& a) {
    if (a.rows != made_.rows || a.cols != made_.cols || a.x != made_.x || a.y != made_.y ||
        a.d != made_.d) {
      const memory::desc shape = description(a);
      primitive_ = make_(shape);
      arguments_.clear();
      for (const auto& [which, at] : bind_(a)) arguments_.emplace(which, memory_at(at, shape));
      made_ = a;
    }
    primitive_.execute(context().stream, arguments_);
    context().stream.wait();
  }

 private:
  Make make_;
  Bind bind_;
  Arguments<float> made_{};
  dnnl::primitive primitive_;
  std::unordered_map<int, memory> arguments_;
};

std::map<int, const float*> forward_arguments(const Arguments<float>& a) {
  return {{DNNL_ARG_SRC, a.x}, {DNNL_ARG_DST, a.y}};
}

// ---- eltwise: f has a parameter alpha, the slope, ELU's alpha or swish's beta.

auto eltwise_description(dnnl::algorithm algorithm, float alpha, const memory::desc& shape) {
  constexpr auto kind = dnnl::prop_kind::forward_training;
#if DNNL_VERSION_MAJOR >= 3
  return dnnl::eltwise_forward::primitive_desc(context().engine, kind, algorithm, shape, shape,
                                               alpha);
#else
  return dnnl::eltwise_forward::primitive_desc({kind, algorithm, shape, alpha, 0},
                                               context().engine);
#endif
}

auto eltwise_backward_description(dnnl::algorithm algorithm, float alpha,
                                  const memory::desc& shape) {
  const auto forward = eltwise_description(algorithm, alpha, shape);
#if DNNL_VERSION_MAJOR >= 3
  return dnnl::eltwise_backward::primitive_desc(context().engine, algorithm, shape, shape, shape,
                                                alpha, forward);
#else
  return dnnl::eltwise_backward::primitive_desc({algorithm, shape, shape, alpha, 0},
                                                context().engine, forward);
#endif
}

void add_eltwise(Offers<float>& offers, const std::string& operation, dnnl::algorithm algorithm,
                 float alpha) {
  const auto add = [&](Prepared::Make make, Prepared::Bind bind) {
    offers.push_back({"oneDNN", Prepared(std::move(make), std::move(bind))});
  };
  if (operation == "forward") {
    add(
        [=](const memory::desc& shape) {
          return dnnl::eltwise_forward(eltwise_description(algorithm, alpha, shape));
        },
        forward_arguments);
  } else if (operation == "backward") {
    add(
        [=](const memory::desc& shape) {
          return dnnl::eltwise_backward(eltwise_backward_description(algorithm, alpha, shape));
        },
        [](const Arguments<float>& a) {
          return std::map<int, const float*>{
              {DNNL_ARG_SRC, a.x}, {DNNL_ARG_DIFF_DST, a.dy}, {DNNL_ARG_DIFF_SRC, a.d}};
        });
  }
}

// ---- softmax and its logarithm, along the second axis of its arrays for our columns.

#if DNNL_VERSION_MAJOR >= 3
template <dnnl::algorithm algorithm>
struct Distributions {
  static auto forward(const memory::desc& shape, int axis) {
    return dnnl::softmax_forward::primitive_desc(
        context().engine, dnnl::prop_kind::forward_training, algorithm, shape, shape, axis);
  }
  static dnnl::primitive forward_primitive(const memory::desc& shape, int axis) {
    return dnnl::softmax_forward(forward(shape, axis));
  }
  static dnnl::primitive backward_primitive(const memory::desc& shape, int axis) {
    return dnnl::softmax_backward(dnnl::softmax_backward::primitive_desc(
        context().engine, algorithm, shape, shape, shape, axis, forward(shape, axis)));
  }
};
using SoftmaxPrimitives = Distributions<dnnl::algorithm::softmax_accurate>;
using LogSoftmaxPrimitives = Distributions<dnnl::algorithm::softmax_log>;
#else
template <class Forward, class Backward>
struct Distributions {
  static auto forward(const memory::desc& shape, int axis) {
    return typename Forward::primitive_desc({dnnl::prop_kind::forward_training, shape, axis},
                                            context().engine);
  }
  static dnnl::primitive forward_primitive(const memory::desc& shape, int axis) {
    return Forward(forward(shape, axis));
  }
  static dnnl::primitive backward_primitive(const memory::desc& shape, int axis) {
    return Backward(typename Backward::primitive_desc({shape, shape, axis}, context().engine,
                                                      forward(shape, axis)));
  }
};
using SoftmaxPrimitives = Distributions<dnnl::softmax_forward, dnnl::softmax_backward>;
using LogSoftmaxPrimitives = Distributions<dnnl::logsoftmax_forward, dnnl::logsoftmax_backward>;
#endif

template <class Primitives>
void add_distributions(Offers<float>& offers, const std::string& operation, int axis) {
  const auto forward_of = [=](const memory::desc& shape) {
    return Primitives::forward_primitive(shape, axis);
  };
  const auto backward_of = [=](const memory::desc& shape) {
    return Primitives::backward_primitive(shape, axis);
  };
  const auto from_output = [](const float* output, const Arguments<float>& a) {
    return std::map<int, const float*>{
        {DNNL_ARG_DST, output}, {DNNL_ARG_DIFF_DST, a.dy}, {DNNL_ARG_DIFF_SRC, a.d}};
  };
  if (operation == "forward") {
    offers.push_back({"oneDNN", Prepared(forward_of, forward_arguments)});
  } else if (operation == "backward_from_output") {
    offers.push_back(
        {"oneDNN", Prepared(backward_of, [=](const auto& a) { return from_output(a.x, a); })});
  } else if (operation == "backward") {
    offers.push_back({"oneDNN", [forward = Prepared(forward_of, forward_arguments),
                                 backward = Prepared(backward_of, [=](const auto& a) {
                                   return from_output(a.y, a);
                                 })](const Arguments<float>& a) mutable {
                        forward(a);
                        backward(a);
                      }});
  }
}

}  // namespace

template <>
void add_one_dnn(Offers<float>& offers, const std::string& function, const std::string& operation) {
  using Algorithm = dnnl::algorithm;
  constexpr int per_column = 1;
  constexpr int per_row = 0;
  if (function == "sigmoid") add_eltwise(offers, operation, Algorithm::eltwise_logistic, 0);
  if (function == "tanh") add_eltwise(offers, operation, Algorithm::eltwise_tanh, 0);
  if (function == "relu") add_eltwise(offers, operation, Algorithm::eltwise_relu, 0);
  if (function == "leaky_relu") add_eltwise(offers, operation, Algorithm::eltwise_relu, 0.01F);
  if (function == "prelu") add_eltwise(offers, operation, Algorithm::eltwise_relu, 0.25F);
  if (function == "elu") add_eltwise(offers, operation, Algorithm::eltwise_elu, 1);
  if (function == "swish") add_eltwise(offers, operation, Algorithm::eltwise_swish, 1);
  if (function == "softmax_per_column")
    add_distributions<SoftmaxPrimitives>(offers, operation, per_column);
  if (function == "softmax_per_row")
    add_distributions<SoftmaxPrimitives>(offers, operation, per_row);
  if (function == "log_softmax_per_column")
    add_distributions<LogSoftmaxPrimitives>(offers, operation, per_column);
  if (function == "log_softmax_per_row")
    add_distributions<LogSoftmaxPrimitives>(offers, operation, per_row);
}
template <>
void add_one_dnn(Offers<double>&, const std::string&, const std::string&) {}

std::string one_dnn_remark() {
  const dnnl_version_t* const version = dnnl_version();
  const char* const isa = highest() == dnnl::cpu_isa::avx512_core ? "avx512_core"
                          : highest() == dnnl::cpu_isa::avx2      ? "avx2"
                          : highest() == dnnl::cpu_isa::avx       ? "avx"
                                                                  : "sse41";
  return "oneDNN " + std::to_string(version->major) + '.' + std::to_string(version->minor) + '.' +
         std::to_string(version->patch) +
         (context().is_held ? ", held to " : ", which could not be held to ") + isa +
         ", one thread";
}

}  // namespace peers
