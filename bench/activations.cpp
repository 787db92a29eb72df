// Measures the speed of every activation and of its peers: one row per activation. Compiled once
// for each type of elements, BENCH_ELEMENT.

#include "axis_rows.hpp"
#include "peers/composed.hpp"
#include "pointwise_rows.hpp"

namespace {

template <class T>
void add_rows() {
  using bench::row;
  using hillock::Per;
  constexpr auto large = bench::large;
  const Eigen::ArrayXf slopes = Eigen::ArrayXf::LinSpaced(64, 0.0F, 0.5F);

  row<T>("identity", hillock::identity, peers::Identity{});
  row<T>("step", hillock::step, peers::Step{});
  row<T>("sigmoid", hillock::sigmoid, peers::Sigmoid{});
  row<T>("tanh", hillock::tanh, peers::Tanh{});
  row<T>("relu", hillock::relu, peers::ReLU{});
  row<T>("leaky_relu", hillock::leaky_relu, peers::LeakyReLU{0.01});
  row<T>("prelu", hillock::PReLU<>{}, peers::LeakyReLU{0.25});
  row<T>("prelu_per_row", hillock::PReLU{slopes, Per::row}, peers::PReLUPerRow{slopes},
         {{64, 64}, {64, large / 64}});
  row<T>("prelu_per_column", hillock::PReLU{slopes, Per::column}, peers::PReLUPerColumn{slopes},
         {{64, 64}, {large / 64, 64}});
  if constexpr (std::is_same_v<T, float>) bench::stores("relu", hillock::relu);
  row<T>("relu6", hillock::relu6, peers::ReLU6{});
  row<T>("hard_tanh", hillock::hard_tanh, peers::HardTanh{});
  row<T>("hard_sigmoid", hillock::hard_sigmoid, peers::HardSigmoid{});
  row<T>("hard_swish", hillock::hard_swish, peers::HardSwish{});
  row<T>("hard_shrink", hillock::hard_shrink, peers::HardShrink{});
  row<T>("soft_shrink", hillock::soft_shrink, peers::SoftShrink{});
  row<T>("threshold", hillock::threshold, peers::Threshold{});
  row<T>("thresholded_relu", hillock::thresholded_relu, peers::Threshold{});
  row<T>("squared_relu", hillock::squared_relu, peers::SquaredReLU{});
  row<T>("leaky_hard_tanh", hillock::leaky_hard_tanh, peers::LeakyHardTanh{});
  row<T>("elu", hillock::elu, peers::ELU{});
  row<T>("swish", hillock::swish, peers::Swish{});
  row<T>("gelu", hillock::gelu, peers::GELU{});
  row<T>("gelu_tanh", hillock::gelu_tanh, peers::GELUTanh{});
  row<T>("softplus", hillock::softplus, peers::Softplus{});
  row<T>("log_sigmoid", hillock::log_sigmoid, peers::LogSigmoid{});
  row<T>("mish", hillock::mish, peers::Mish{});
  row<T>("selu", hillock::selu, peers::SELU{});
  row<T>("softsign", hillock::softsign, peers::Softsign{});
  row<T>("celu", hillock::celu, peers::CELU{});
  row<T>("tanh_shrink", hillock::tanh_shrink, peers::TanhShrink{});
  row<T>("scaled_tanh", hillock::ScaledTanh{}, peers::ScaledTanh{});
  row<T>("xielu", hillock::xielu, peers::XIELU{});

  bench::exact_row<T>("sigmoid", hillock::exact::sigmoid);
  bench::exact_row<T>("tanh", hillock::exact::tanh);
  bench::exact_row<T>("hard_sigmoid", hillock::exact::hard_sigmoid);
  bench::exact_row<T>("hard_swish", hillock::exact::hard_swish);
  bench::exact_row<T>("leaky_hard_tanh", hillock::exact::leaky_hard_tanh);
  bench::exact_row<T>("elu", hillock::exact::elu);
  bench::exact_row<T>("swish", hillock::exact::swish);
  bench::exact_row<T>("gelu", hillock::exact::gelu);
  bench::exact_row<T>("gelu_tanh", hillock::exact::gelu_tanh);
  bench::exact_row<T>("softplus", hillock::exact::softplus);
  bench::exact_row<T>("log_sigmoid", hillock::exact::log_sigmoid);
  bench::exact_row<T>("mish", hillock::exact::mish);
  bench::exact_row<T>("selu", hillock::exact::selu);
  bench::exact_row<T>("softsign", hillock::exact::softsign);
  bench::exact_row<T>("celu", hillock::exact::celu);
  bench::exact_row<T>("tanh_shrink", hillock::exact::tanh_shrink);
  bench::exact_row<T>("scaled_tanh", hillock::exact::ScaledTanh{});
  bench::exact_row<T>("xielu", hillock::exact::xielu);

  bench::maxout_row<T>("maxout_per_column", hillock::Maxout{2, Per::column},
                       peers::MaxoutPerColumn{});
  bench::maxout_row<T>("maxout_per_row", hillock::Maxout{2, Per::row}, peers::MaxoutPerRow{});

  // The same distributions as columns and as rows.
  bench::distribution_row<T>("softmax_per_column", hillock::Softmax{Per::column},
                             peers::SoftmaxPerColumn{},
                             {{10, 4096}, {64, 1024}, {1000, 64}, {32000, 4}, {1024, 1 << 14}});
  bench::distribution_row<T>("softmax_per_row", hillock::Softmax{Per::row}, peers::SoftmaxPerRow{},
                             {{4096, 10}, {1024, 64}, {64, 1000}, {4, 32000}});
  bench::distribution_row<T>("log_softmax_per_column", hillock::LogSoftmax{Per::column},
                             peers::LogSoftmaxPerColumn{},
                             {{10, 4096}, {64, 1024}, {1000, 64}, {32000, 4}});
  bench::distribution_row<T>("log_softmax_per_row", hillock::LogSoftmax{Per::row},
                             peers::LogSoftmaxPerRow{},
                             {{4096, 10}, {1024, 64}, {64, 1000}, {4, 32000}});
  bench::cross_entropy_row<T>("cross_entropy_per_column", hillock::CrossEntropy{Per::column},
                              peers::CrossEntropyPerColumn{}, {{10, 4096}, {64, 1024}, {1000, 64}});
  bench::binary_cross_entropy_row<T>("binary_cross_entropy", hillock::BinaryCrossEntropy{},
                                     peers::BinaryCrossEntropy{});
}

const bench::Rows rows(&add_rows<BENCH_ELEMENT>);

}  // namespace
