// The rows of activations that work along an axis.
#pragma once

#include <hillock/hillock.hpp>

#include "adder.hpp"

namespace bench {

/// Maxout's outputs have fewer rows or columns than its input. Elements are counted in the input;
/// the copies move as many bytes as the operation reads and writes.
template <class T, class Peer>
void maxout_row(const std::string& name, const hillock::Maxout<>& f, const Peer& peer) {
  using Plain = typename Arrays<T>::Plain;
  for (const Shape shape : {Shape{64, 64}, Shape{4096, 4096}}) {
    if (shape.size() == large && options().is_quick && !std::is_same_v<T, float>) continue;
    const bool per_column = f.axis == hillock::Per::column;
    const Shape out{per_column ? shape.rows / f.pieces : shape.rows,
                    per_column ? shape.cols : shape.cols / f.pieces};
    const auto smaller = [out](auto& array) {
      return Eigen::Map<Plain>(array.data(), out.rows, out.cols);
    };
    const auto bytes = [](Index elements) {
      return static_cast<std::size_t>(elements) * sizeof(T);
    };
    const Adder<T> to("maxout", name, shape);
    to.ours("forward", "verb", [=](auto& a) { hillock::forward(f, a.x, smaller(a.y)); });
    to.peer("forward", "Eigen", [=](auto& a) { peer.eigen(a.x, smaller(a.y)); });
    to.ceiling("forward", "copy", [=](auto& a) {
      std::memcpy(a.y.data(), a.x.data(), bytes((shape.size() + out.size()) / 2));
    });
    to.ours("derivative", "verb", [=](auto& a) { hillock::derivative(f, a.x, a.d); });
    to.copy("derivative");
    to.ours("backward", "verb", [=](auto& a) { hillock::backward(f, a.x, smaller(a.dy), a.d); });
    to.ceiling("backward", "copy", [=](auto& a) {
      std::memcpy(a.d.data(), a.x.data(), bytes(shape.size()));
      std::memcpy(a.y.data(), a.dy.data(), bytes(out.size() / 2));
    });
  }
}

/// Softmax and its logarithm: distributions from few entries, the common case, to many.
template <class T, class F, class Peer>
void distribution_row(const std::string& name, const F& f, const Peer& peer,
                      const std::vector<Shape>& shapes) {
  for (const Shape shape : shapes) {
    if (shape.size() == large && options().is_quick) continue;
    const Adder<T> to("distributions", name, shape);
    to.ours("forward", "verb", [f](auto& a) { hillock::forward(f, a.x, a.y); });
    to.peer("forward", "Eigen", [peer](auto& a) { peer.eigen(a.x, a.y); });
    // Peers have none from the input: both of their passes.
    to.ours("backward", "verb", [f](auto& a) { hillock::backward(f, a.x, a.dy, a.d); });
    to.peer("backward", "Eigen", [peer](auto& a) {
      peer.eigen(a.x, a.y);
      peer.eigen_backward(a.y, a.dy, a.d);
    });
    // Any numbers will do as the outputs.
    to.ours("backward_from_output", "verb",
            [f](auto& a) { f.backward_from_output(a.x, a.dy, a.d); });
    to.peer("backward_from_output", "Eigen",
            [peer](auto& a) { peer.eigen_backward(a.x, a.dy, a.d); });
    for (const char* operation : {"forward", "backward", "backward_from_output"})
      to.offers(operation);
  }
}

/// Cross-entropy of softmax, from logits and labels to the loss, and to the gradient with it.
template <class T, class Peer>
void cross_entropy_row(const std::string& name, const hillock::CrossEntropy<>& f, const Peer& peer,
                       const std::vector<Shape>& shapes) {
  for (const Shape shape : shapes) {
    std::vector<int> labels;
    for (Index j = 0; j < shape.cols; ++j) labels.push_back(static_cast<int>(j % shape.rows));
    const Adder<T> to("distributions", name, shape);
    to.ours("loss", "verb", [=](auto& a) { benchmark::DoNotOptimize(f(a.x, labels)); });
    to.ours("loss and gradient", "verb",
            [=](auto& a) { benchmark::DoNotOptimize(f.forward_and_backward(a.x, labels, a.d)); });
    to.peer("loss and gradient", "Eigen",
            [=](auto& a) { benchmark::DoNotOptimize(peer.eigen(a.x, labels, a.d)); });
  }
}

/// Binary cross-entropy from logits and targets. The targets of half of the elements are 1.
template <class T, class Peer>
void binary_cross_entropy_row(const std::string& name, const hillock::BinaryCrossEntropy<>& f,
                              const Peer& peer) {
  for (const Shape shape : {Shape{1, 64}, Shape{64, 64}, Shape{1000, 64}}) {
    typename Arrays<T>::Plain targets(shape.rows, shape.cols);
    for (Index i = 0; i < targets.size(); ++i) targets(i) = static_cast<T>(i % 2);
    const Adder<T> to("distributions", name, shape);
    to.ours("loss", "verb", [=](auto& a) { benchmark::DoNotOptimize(f(a.x, targets)); });
    to.ours("gradient", "verb", [=](auto& a) { f.backward(a.x, targets, a.d); });
    to.ours("loss and gradient", "verb",
            [=](auto& a) { benchmark::DoNotOptimize(f.forward_and_backward(a.x, targets, a.d)); });
    to.peer("loss and gradient", "Eigen",
            [=](auto& a) { benchmark::DoNotOptimize(peer.eigen(a.x, targets, a.d)); });
  }
}

}  // namespace bench
