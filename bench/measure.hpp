// Registers the benchmarks of one activation: every operation, for float and double, in cache and
// out of it.
#pragma once

#include <benchmark/benchmark.h>
#include <Eigen/Core>
#include <hillock/hillock.hpp>
#include <map>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>
#include <xsimd/xsimd.hpp>

namespace bench {

using Eigen::Index;

/// Rows and columns of a column-major array.
struct Shape {
  Index rows;
  Index cols;
};

/// The arrays a benchmark reads (x, dy) and writes (y, d).
template <class T>
struct Arrays {
  using Plain = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
  using Array = Eigen::Map<Plain, Eigen::AlignedMax>;
  Array x, dy, y, d;
};

/// Arrays of a shape; those of one size share their memory, filled once. Inputs are normal(0, 2):
/// what a layer with standardised weights produces. Each array starts a quarter of a page after the
/// one before it: at equal places in their pages, a load waits for the store to the other array.
template <class T>
Arrays<T> arrays(Shape shape) {
  static std::map<Index, Eigen::Array<T, Eigen::Dynamic, 1>> made;
  constexpr Index page = 4096 / sizeof(T);
  const Index size = shape.rows * shape.cols;
  const Index step = (size + page - 1) / page * page + page / 4;
  const auto [entry, is_new] = made.try_emplace(size);
  auto& memory = entry->second;
  if (is_new) {
    std::mt19937 engine(1);
    std::normal_distribution<T> normal(0, 2);
    memory.setZero(4 * step);
    for (T& value : memory.head(2 * step)) value = normal(engine);
  }
  const auto array = [&](Index number) {
    return typename Arrays<T>::Array(memory.data() + number * step, shape.rows, shape.cols);
  };
  return {array(0), array(1), array(2), array(3)};
}

template <class T>
inline constexpr const char* type_name = sizeof(T) == 4 ? "float" : "double";

/// Registers one contender: `pass` does the work once on the Arrays it is given.
template <class T, class Pass>
void add(const std::string& activation_and_operation, Shape shape, const std::string& contender,
         Pass pass) {
  const std::string size =
      std::to_string(shape.rows) + (shape.cols == 1 ? "" : "x" + std::to_string(shape.cols));
  const std::string name =
      activation_and_operation + '/' + type_name<T> + '/' + size + '/' + contender;
  benchmark::RegisterBenchmark(name.c_str(), [shape, pass](benchmark::State& state) {
    Arrays<T> a = arrays<T>(shape);
    benchmark::DoNotOptimize(a.x.data());
    benchmark::DoNotOptimize(a.dy.data());
    benchmark::DoNotOptimize(a.y.data());
    benchmark::DoNotOptimize(a.d.data());
    for (auto _ : state) {
      pass(a);
      benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * a.x.size());
  });
}

/// y = op(x...) by the plain loop over batches that a user of xsimd writes.
template <class T, class Op, class... Xs>
void loop(const Op& op, Arrays<T>& a, T* y, const Xs*... x) {
  using V = xsimd::batch<T>;
  constexpr Index width = static_cast<Index>(V::size);
  const Index n = a.x.size();
  for (Index i = 0; i + width <= n; i += width)
    op(V::load_unaligned(x + i)...).store_unaligned(y + i);
}

template <class Peer, class = void>
inline constexpr bool has_batch = false;
template <class Peer>
inline constexpr bool has_batch<
    Peer, std::void_t<decltype(std::declval<Peer>().batch(std::declval<xsimd::batch<float>>()))>> =
    true;

/// The operations of an activation f that works element by element. `peer` holds the same function
/// as an expression of Eigen's and as a composition of xsimd's functions.
template <class T, class F, class Peer>
void pointwise(const std::string& name, const F& f, const Peer& peer, Shape shape) {
  constexpr bool is_lazy = hillock::arrays::is_pointwise<F>;

  std::string label = name + "/forward";
  add<T>(label, shape, "verb", [f](auto& a) { hillock::forward(f, a.x, a.y); });
  if constexpr (is_lazy) add<T>(label, shape, "lazy", [f](auto& a) { a.y = f(a.x); });
  add<T>(label, shape, "Eigen", [peer](auto& a) { a.y = peer.eigen(a.x); });
  if constexpr (has_batch<Peer>) {
    add<T>(label, shape, "xsimd", [peer](auto& a) {
      loop([&](const auto& x) { return peer.batch(x); }, a, a.y.data(), a.x.data());
    });
  }

  label = name + "/derivative";
  add<T>(label, shape, "verb", [f](auto& a) { hillock::derivative(f, a.x, a.d); });
  if constexpr (is_lazy) add<T>(label, shape, "lazy", [f](auto& a) { a.d = f.derivative(a.x); });
  add<T>(label, shape, "Eigen", [peer](auto& a) { a.d = peer.eigen_derivative(a.x); });
  if constexpr (has_batch<Peer>) {
    add<T>(label, shape, "xsimd", [peer](auto& a) {
      loop([&](const auto& x) { return peer.batch_derivative(x); }, a, a.d.data(), a.x.data());
    });
  }

  // Eigen has no expression with two results: two passes. In the loop over batches the compiler
  // shares the work.
  label = name + "/both";
  add<T>(label, shape, "verb", [f](auto& a) { hillock::forward_and_derivative(f, a.x, a.y, a.d); });
  add<T>(label, shape, "Eigen", [peer](auto& a) {
    a.y = peer.eigen(a.x);
    a.d = peer.eigen_derivative(a.x);
  });
  if constexpr (has_batch<Peer>) {
    add<T>(label, shape, "xsimd", [peer](auto& a) {
      using V = xsimd::batch<T>;
      constexpr Index width = static_cast<Index>(V::size);
      for (Index i = 0; i + width <= a.x.size(); i += width) {
        const V x = V::load_unaligned(a.x.data() + i);
        peer.batch(x).store_unaligned(a.y.data() + i);
        peer.batch_derivative(x).store_unaligned(a.d.data() + i);
      }
    });
  }

  label = name + "/backward";
  add<T>(label, shape, "verb", [f](auto& a) { hillock::backward(f, a.x, a.dy, a.d); });
  if constexpr (is_lazy)
    add<T>(label, shape, "lazy", [f](auto& a) { a.d = f.backward(a.x, a.dy); });
  add<T>(label, shape, "Eigen", [peer](auto& a) { a.d = a.dy * peer.eigen_derivative(a.x); });
  if constexpr (has_batch<Peer>) {
    add<T>(label, shape, "xsimd", [peer](auto& a) {
      loop([&](const auto& x, const auto& dy) { return dy * peer.batch_derivative(x); }, a,
           a.d.data(), a.x.data(), a.dy.data());
    });
  }
}

/// A row of the table: in cache (4096 elements) and out of it (2^24), unless it says other shapes.
template <class F, class Peer>
void row(const std::string& name, const F& f, const Peer& peer,
         const std::vector<Shape>& shapes = {{4096, 1}, {Index{1} << 24, 1}}) {
  for (const Shape shape : shapes) {
    pointwise<float>(name, f, peer, shape);
    pointwise<double>(name, f, peer, shape);
  }
}

/// Maxout's outputs have fewer rows or columns than its input. Elements are counted in the input.
template <class T, class Peer>
void maxout_of(const std::string& name, const hillock::Maxout<>& f, const Peer& peer, Shape shape) {
  using Array = typename Arrays<T>::Array;
  using Plain = typename Arrays<T>::Plain;
  const bool per_column = f.axis == hillock::Per::column;
  const Shape out{per_column ? shape.rows / f.pieces : shape.rows,
                  per_column ? shape.cols : shape.cols / f.pieces};
  const auto smaller = [out](Array& array) {
    return Eigen::Map<Plain>(array.data(), out.rows, out.cols);
  };
  add<T>(name + "/forward", shape, "verb",
         [=](auto& a) { hillock::forward(f, a.x, smaller(a.y)); });
  add<T>(name + "/forward", shape, "Eigen", [=](auto& a) { peer.eigen(a.x, smaller(a.y)); });
  add<T>(name + "/derivative", shape, "verb", [=](auto& a) { hillock::derivative(f, a.x, a.d); });
  add<T>(name + "/backward", shape, "verb",
         [=](auto& a) { hillock::backward(f, a.x, smaller(a.dy), a.d); });
}

template <class Peer>
void row(const std::string& name, const hillock::Maxout<>& f, const Peer& peer) {
  for (const Shape shape : {Shape{64, 64}, Shape{4096, 4096}}) {
    maxout_of<float>(name, f, peer, shape);
    maxout_of<double>(name, f, peer, shape);
  }
}

/// Softmax and its logarithm.
template <class T, class F, class Peer>
void softmax_of(const std::string& name, const F& f, const Peer& peer, Shape shape) {
  add<T>(name + "/forward", shape, "verb", [f](auto& a) { hillock::forward(f, a.x, a.y); });
  add<T>(name + "/forward", shape, "Eigen", [peer](auto& a) { peer.eigen(a.x, a.y); });
  add<T>(name + "/backward", shape, "verb", [f](auto& a) { hillock::backward(f, a.x, a.dy, a.d); });
  add<T>(name + "/backward", shape, "Eigen", [peer](auto& a) {
    peer.eigen(a.x, a.y);
    peer.eigen_backward(a.y, a.dy, a.d);
  });
  // Any numbers will do as the outputs.
  add<T>(name + "/backward_from_output", shape, "verb",
         [f](auto& a) { f.backward_from_output_into(a.x, a.dy, a.d); });
  add<T>(name + "/backward_from_output", shape, "Eigen",
         [peer](auto& a) { peer.eigen_backward(a.x, a.dy, a.d); });
}

/// Distributions from few entries, the common case, to many.
template <class F, class Peer>
void distribution_rows(const std::string& name, const F& f, const Peer& peer,
                       const std::vector<Shape>& shapes) {
  for (const Shape shape : shapes) {
    softmax_of<float>(name, f, peer, shape);
    softmax_of<double>(name, f, peer, shape);
  }
}
template <class Peer>
void row(const std::string& name, const hillock::Softmax<>& f, const Peer& peer,
         const std::vector<Shape>& shapes) {
  distribution_rows(name, f, peer, shapes);
}
template <class Peer>
void row(const std::string& name, const hillock::LogSoftmax<>& f, const Peer& peer,
         const std::vector<Shape>& shapes) {
  distribution_rows(name, f, peer, shapes);
}

/// Cross-entropy of softmax, from logits and labels to the gradient.
template <class T, class Peer>
void cross_entropy_of(const std::string& name, const hillock::CrossEntropy<>& f, const Peer& peer,
                      Shape shape) {
  std::vector<int> labels;
  for (Index j = 0; j < shape.cols; ++j) labels.push_back(static_cast<int>(j % shape.rows));
  add<T>(name + "/forward", shape, "verb",
         [=](auto& a) { benchmark::DoNotOptimize(f(a.x, labels)); });
  add<T>(name + "/both", shape, "verb",
         [=](auto& a) { benchmark::DoNotOptimize(f.forward_and_backward(a.x, labels, a.d)); });
  add<T>(name + "/both", shape, "Eigen",
         [=](auto& a) { benchmark::DoNotOptimize(peer.eigen(a.x, labels, a.d)); });
}
template <class Peer>
void row(const std::string& name, const hillock::CrossEntropy<>& f, const Peer& peer,
         const std::vector<Shape>& shapes) {
  for (const Shape shape : shapes) {
    cross_entropy_of<float>(name, f, peer, shape);
    cross_entropy_of<double>(name, f, peer, shape);
  }
}

}  // namespace bench
