#include <accuracy/peers.hpp>

#include <bench/peers/composed.hpp>

#include <cstring>
#include <limits>
#include <vector>

#ifdef ACCURACY_HAS_SLEEF
#include <sleef.h>
#endif
#ifdef ACCURACY_HAS_DNNL
#include <oneapi/dnnl/dnnl.hpp>
#endif

namespace accuracy {
namespace {

constexpr double leaky_slope = 0.01;
constexpr double unbounded = std::numeric_limits<double>::infinity();

using Function = void (*)(double value, const float* x, float* y, std::size_t n);
using List = std::vector<Subject<float>>;

void add(List& list, const char* library, const char* function, Function forward,
         Function derivative) {
  // The slope, alpha and beta of the composed forms.
  const bool is_leaky = std::strcmp(function, "leaky_relu") == 0;
  list.push_back({library,
                  function,
                  "",
                  is_leaky ? leaky_slope : 1,
                  0,
                  Tier::fast,
                  {unbounded, 0},
                  {unbounded, 0},
                  forward,
                  derivative,
                  nullptr,
                  nullptr,
                  nullptr});
}

using Array = Eigen::Array<float, Eigen::Dynamic, 1>;

auto read_only(const float* x, std::size_t n) {
  return Eigen::Map<const Array>(x, static_cast<Eigen::Index>(n));
}
auto writable(float* y, std::size_t n) {
  return Eigen::Map<Array>(y, static_cast<Eigen::Index>(n));
}

template <class Peer>
Peer made() {
  if constexpr (std::is_same_v<Peer, peers::LeakyReLU>)
    return {leaky_slope};
  else
    return {};
}

template <class Peer>
void add_eigen(List& list, const char* function) {
  add(
      list, "Eigen", function,
      [](double, const float* x, float* y, std::size_t n) {
        const Array in = read_only(x, n);
        writable(y, n) = made<Peer>().eigen(in);
      },
      [](double, const float* x, float* d, std::size_t n) {
        const Array in = read_only(x, n);
        writable(d, n) = made<Peer>().eigen_derivative(in);
      });
}

/// op on batches, the last of which may be partly filled.
template <class Op>
void in_batches(const float* x, float* y, std::size_t n, const Op& op) {
  using V = xsimd::batch<float>;
  for (std::size_t at = 0; at < n; at += V::size) {
    float lanes[V::size] = {};
    const std::size_t count = n - at < V::size ? n - at : V::size;
    for (std::size_t i = 0; i < count; ++i) lanes[i] = x[at + i];
    op(V::load_unaligned(lanes)).store_unaligned(lanes);
    for (std::size_t i = 0; i < count; ++i) y[at + i] = lanes[i];
  }
}

template <class Peer>
void add_xsimd(List& list, const char* function) {
  add(
      list, "xsimd", function,
      [](double, const float* x, float* y, std::size_t n) {
        in_batches(x, y, n, [](const auto& v) { return made<Peer>().batch(v); });
      },
      [](double, const float* x, float* d, std::size_t n) {
        in_batches(x, d, n, [](const auto& v) { return made<Peer>().batch_derivative(v); });
      });
}

template <class Peer>
void add_composed(List& list, const char* function) {
  add_eigen<Peer>(list, function);
  add_xsimd<Peer>(list, function);
}

#ifdef ACCURACY_HAS_SLEEF
template <class F>
void each(const float* x, float* y, std::size_t n, F f) {
  for (std::size_t i = 0; i < n; ++i) y[i] = f(x[i]);
}

void add_sleef(List& list) {
  add(
      list, "SLEEF u10", "tanh",
      [](double, const float* x, float* y, std::size_t n) { each(x, y, n, Sleef_tanhf_u10); },
      nullptr);
  add(
      list, "SLEEF u35", "tanh",
      [](double, const float* x, float* y, std::size_t n) { each(x, y, n, Sleef_tanhf_u35); },
      nullptr);
  add(
      list, "SLEEF u10", "sigmoid",
      [](double, const float* x, float* y, std::size_t n) {
        each(x, y, n, [](float v) { return 1 / (1 + Sleef_expf_u10(-v)); });
      },
      [](double, const float* x, float* d, std::size_t n) {
        each(x, d, n, [](float v) {
          const float s = 1 / (1 + Sleef_expf_u10(-v));
          return s * (1 - s);
        });
      });
  add(
      list, "SLEEF u10", "elu",
      [](double, const float* x, float* y, std::size_t n) {
        each(x, y, n, [](float v) { return v > 0 ? v : Sleef_expm1f_u10(v); });
      },
      [](double, const float* x, float* d, std::size_t n) {
        each(x, d, n, [](float v) { return v > 0 ? 1 : Sleef_expf_u10(v); });
      });
  add(
      list, "SLEEF u10", "swish",
      [](double, const float* x, float* y, std::size_t n) {
        each(x, y, n, [](float v) { return v / (1 + Sleef_expf_u10(-v)); });
      },
      [](double, const float* x, float* d, std::size_t n) {
        each(x, d, n, [](float v) {
          const float s = 1 / (1 + Sleef_expf_u10(-v));
          return s * (1 + v * (1 - s));
        });
      });
}
#endif

#ifdef ACCURACY_HAS_DNNL
template <dnnl::algorithm algorithm>
struct OneDNN {
  // alpha: the slope, ELU's alpha and swish's beta.
  static constexpr float alpha() {
    return algorithm == dnnl::algorithm::eltwise_relu ? 0.0F : 1.0F;
  }

  struct Context {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
  };
  static Context& context() {
    thread_local Context own;
    return own;
  }
  static dnnl::memory::desc shape(std::size_t n) {
    return {{static_cast<dnnl::memory::dim>(n)},
            dnnl::memory::data_type::f32,
            dnnl::memory::format_tag::a};
  }
  static dnnl::memory at(const float* from, std::size_t n) {
    return {shape(n), context().engine, const_cast<float*>(from)};
  }
  static auto forward_description(std::size_t n) {
#if DNNL_VERSION_MAJOR >= 3
    return dnnl::eltwise_forward::primitive_desc(context().engine,
                                                 dnnl::prop_kind::forward_training, algorithm,
                                                 shape(n), shape(n), alpha());
#else
    return dnnl::eltwise_forward::primitive_desc(
        {dnnl::prop_kind::forward_training, algorithm, shape(n), alpha(), 0}, context().engine);
#endif
  }
  static void forward(double, const float* x, float* y, std::size_t n) {
    dnnl::eltwise_forward(forward_description(n))
        .execute(context().stream, {{DNNL_ARG_SRC, at(x, n)}, {DNNL_ARG_DST, at(y, n)}});
    context().stream.wait();
  }
  static void derivative(double, const float* x, float* d, std::size_t n) {
    const std::vector<float> ones(n, 1.0F);
#if DNNL_VERSION_MAJOR >= 3
    const dnnl::eltwise_backward::primitive_desc description(
        context().engine, algorithm, shape(n), shape(n), shape(n), alpha(), forward_description(n));
#else
    const dnnl::eltwise_backward::primitive_desc description(
        {algorithm, shape(n), shape(n), alpha(), 0}, context().engine, forward_description(n));
#endif
    dnnl::eltwise_backward(description)
        .execute(context().stream, {{DNNL_ARG_SRC, at(x, n)},
                                    {DNNL_ARG_DIFF_DST, at(ones.data(), n)},
                                    {DNNL_ARG_DIFF_SRC, at(d, n)}});
    context().stream.wait();
  }
};

template <dnnl::algorithm algorithm>
void add_one_dnn(List& list, const char* function) {
  add(list, "oneDNN", function, &OneDNN<algorithm>::forward, &OneDNN<algorithm>::derivative);
}
#endif

List all_peers() {
  List list;
  add_composed<peers::Sigmoid>(list, "sigmoid");
  add_composed<peers::Tanh>(list, "tanh");
  add_composed<peers::ReLU>(list, "relu");
  add_composed<peers::LeakyReLU>(list, "leaky_relu");
  add_composed<peers::ELU>(list, "elu");
  add_composed<peers::Swish>(list, "swish");
#ifdef ACCURACY_HAS_SLEEF
  add_sleef(list);
#endif
#ifdef ACCURACY_HAS_DNNL
  add_one_dnn<dnnl::algorithm::eltwise_logistic>(list, "sigmoid");
  add_one_dnn<dnnl::algorithm::eltwise_tanh>(list, "tanh");
  add_one_dnn<dnnl::algorithm::eltwise_relu>(list, "relu");
  add_one_dnn<dnnl::algorithm::eltwise_elu>(list, "elu");
  add_one_dnn<dnnl::algorithm::eltwise_swish>(list, "swish");
#endif
  return list;
}

}  // namespace

SubjectList<float> peers() {
  static const List list = all_peers();
  return {list.data(), list.size()};
}

}  // namespace accuracy
