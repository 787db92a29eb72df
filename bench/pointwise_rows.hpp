// The rows of activations that work element by element: every operation, with every peer.
#pragma once

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>
#include <memory>
#include <xsimd/xsimd.hpp>

#include "adder.hpp"

namespace bench {

/// y = op(x...) by the plain loop over batches that a user of xsimd writes.
template <class T, class Op, class... Xs>
void loop(const Op& op, Index n, T* y, const Xs*... x) {
  using V = xsimd::batch<T>;
  constexpr Index width = static_cast<Index>(V::size);
  for (Index i = 0; i + width <= n; i += width)
    op(V::load_unaligned(x + i)...).store_unaligned(y + i);
}

template <class Peer, class = void>
inline constexpr bool has_batch = false;
template <class Peer>
inline constexpr bool has_batch<
    Peer, std::void_t<decltype(std::declval<Peer>().batch(std::declval<xsimd::batch<float>>()))>> =
    true;

/// Eigen's and xsimd's forms, which `peer` composes.
template <class T, class Peer>
void composed(const Adder<T>& to, const Peer& peer) {
  to.peer("forward", "Eigen", [peer](auto& a) { a.y = peer.eigen(a.x); });
  to.peer("derivative", "Eigen", [peer](auto& a) { a.d = peer.eigen_derivative(a.x); });
  // Eigen has no expression with two results: two passes. In the loop over batches the compiler
  // shares the work.
  to.peer("both", "Eigen", [peer](auto& a) {
    a.y = peer.eigen(a.x);
    a.d = peer.eigen_derivative(a.x);
  });
  to.peer("backward", "Eigen", [peer](auto& a) { a.d = a.dy * peer.eigen_derivative(a.x); });
  if constexpr (has_batch<Peer>) {
    to.peer("forward", "xsimd", [peer](auto& a) {
      loop([&](const auto& x) { return peer.batch(x); }, a.x.size(), a.y.data(), a.x.data());
    });
    to.peer("derivative", "xsimd", [peer](auto& a) {
      loop([&](const auto& x) { return peer.batch_derivative(x); }, a.x.size(), a.d.data(),
           a.x.data());
    });
    to.peer("both", "xsimd", [peer](auto& a) {
      using V = xsimd::batch<T>;
      constexpr Index width = static_cast<Index>(V::size);
      for (Index i = 0; i + width <= a.x.size(); i += width) {
        const V x = V::load_unaligned(a.x.data() + i);
        peer.batch(x).store_unaligned(a.y.data() + i);
        peer.batch_derivative(x).store_unaligned(a.d.data() + i);
      }
    });
    to.peer("backward", "xsimd", [peer](auto& a) {
      loop([&](const auto& x, const auto& dy) { return dy * peer.batch_derivative(x); }, a.x.size(),
           a.d.data(), a.x.data(), a.dy.data());
    });
  }
}

/// hillock's verbs, and its expressions where f has them.
template <class T, class F>
void verbs(const Adder<T>& to, const F& f) {
  to.ours("forward", "verb", [f](auto& a) { hillock::forward(f, a.x, a.y); });
  to.ours("derivative", "verb", [f](auto& a) { hillock::derivative(f, a.x, a.d); });
  to.ours("both", "verb", [f](auto& a) { hillock::forward_and_derivative(f, a.x, a.y, a.d); });
  to.ours("backward", "verb", [f](auto& a) { hillock::backward(f, a.x, a.dy, a.d); });
  if constexpr (hillock::detail::is_pointwise<F>) {
    to.ours("forward", "lazy", [f](auto& a) { a.y = f(a.x); });
    to.ours("derivative", "lazy", [f](auto& a) { a.d = f.derivative(a.x); });
    to.ours("backward", "lazy", [f](auto& a) { a.d = f.backward(a.x, a.dy); });
  }
}

/// Computes f(x) in the place of x, for an array that is out of cache.
template <class T, class F, class Peer>
void in_place(const Adder<T>& to, const F& f, const Peer& peer) {
  to.ours("in_place", "verb", [f](auto& a) { hillock::forward(f, a.y, a.y); });
  // Eigen does nothing where an array is assigned to itself.
  if constexpr (!std::is_same_v<F, hillock::Identity<>>)
    to.peer("in_place", "Eigen", [peer](auto& a) { a.y = peer.eigen(a.y); });
  to.copy("in_place");
}

/// Arrays of few elements, whose cost is that of the call: everything through one kind of pointer.
template <class T, class F, class Peer>
void small(const std::string& name, const F& f, const Peer& peer, Index size) {
  const Adder<T> to("few elements", name, {size, 1});
  const peers::Pass<T> verb = [f](const peers::Arguments<T>& a) {
    hillock::forward(f, a.x, a.y, a.rows);
  };
  const peers::Pass<T> eigen = [peer](const peers::Arguments<T>& a) {
    using Array = Eigen::Array<T, Eigen::Dynamic, 1>;
    const Eigen::Map<const Array> x(a.x, a.rows);
    Eigen::Map<Array>(a.y, a.rows) = peer.eigen(x);
  };
  to.ours("forward", "verb", verb);
  to.peer("forward", "Eigen", eigen);
  to.offers("forward", [](const std::string& library) { return library.rfind("std", 0) == 0; });
}

/// Arrays of `Size` elements known to the compiler, 64 of them one after the other. Their
/// arithmetic is f on registers that hold one array.
template <int Size, class T, class F, class Peer>
void fixed(const std::string& name, const F& f, const Peer& peer) {
  using Array = Eigen::Array<T, Size, 1>;
  constexpr Index count = 64;
  const auto each = [](auto operation) {
    return [operation](auto& a) {
      // 4 or 8 elements of an array that starts at the beginning of a cache line.
      const auto* const x = reinterpret_cast<const Array*>(a.x.data());
      auto* const y = reinterpret_cast<Array*>(a.y.data());
      for (Index i = 0; i < count; ++i) operation(x[i], y[i]);
    };
  };
  const Adder<T> to("few elements, their number known to the compiler", name + " fixed",
                    {Size, count});
  to.ours("forward", "verb", each([f](const Array& x, Array& y) { hillock::forward(f, x, y); }));
  to.ours("forward", "lazy", each([f](const Array& x, Array& y) { y = f(x); }));
  to.peer("forward", "Eigen", each([peer](const Array& x, Array& y) { y = peer.eigen(x); }));
  to.ceiling("forward", "arithmetic", each([f](const Array& x, Array& y) {
               using namespace Eigen::internal;
               using Packet = typename find_best_packet<T, Size>::type;
               constexpr int width = unpacket_traits<Packet>::size;
               for (int i = 0; i < Size; i += width)
                 pstoreu(y.data() + i, f.packetOp(ploadu<Packet>(x.data() + i)));
             }));
}

/// A monitor that watches the units, one a row.
template <class T, class F>
void monitor(const std::string& name, const F& f, Shape shape) {
  const Adder<T> to("observed by a UnitMonitor", name + " monitor", shape);
  using Monitor = hillock::UnitMonitor<F>;
  const auto watching = std::make_shared<Monitor>(f, shape.rows, hillock::Per::row);
  to.ours("observe", "verb", [watching](auto& a) { watching->observe(a.x); });
  to.ceiling("observe", "both",
             [f](auto& a) { hillock::forward_and_derivative(f, a.x, a.y, a.d); });
}

/// The smallest array that two threads share, and a large one.
template <class T, class F>
void threaded(const std::string& name, const F& f) {
  for (const Index size : {2 * hillock::detail::elements_per_thread, large}) {
    const Adder<T> to("on several threads", name + " threads", {size, 1});
    to.ours("forward", "verb", [f](auto& a) { hillock::forward(f, a.x, a.y); });
    to.ours("forward", "2 threads",
            [f](auto& a) { hillock::forward(f, a.x, a.y, hillock::threads(2)); });
  }
}

/// Results of 4 to 64 MiB by both kinds of stores: where HILLOCK_STREAM_BYTES should lie.
template <class F>
void stores(const std::string& name, const F& f) {
  using namespace hillock::detail;
  const ForwardOperation<F, float> op(f);
  const auto by = [op](Stores kind) {
    return [op, kind](auto& a) {
      transform_contiguous<simd::NativeArch>(op, std::array<const float*, 1>{a.x.data()},
                                             std::array<float*, 1>{a.y.data()}, a.x.size(), kind);
    };
  };
  for (Index size = large / 16; size <= large; size *= 2) {
    const Adder<float> to("by ordinary and by streaming stores", name + " stores", {size, 1});
    to.ours("forward", "ordinary", by(Stores::cached));
    to.ours("forward", "streaming", by(Stores::streaming));
  }
}

/// The operations of one shape.
template <class T, class F, class Peer>
void pointwise(const std::string& name, const F& f, const Peer& peer, Shape shape) {
  const Adder<T> to(section_of(shape), name, shape);
  verbs(to, f);
  composed(to, peer);
  for (const char* operation : {"forward", "derivative", "both", "backward"}) {
    to.offers(operation);
    to.copy(operation);
  }
  if (shape.size() == large) in_place(to, f, peer);
}

/// A row of the table: few elements, 4096 (in cache) and 2^24 (out of it), unless it says other
/// shapes.
template <class T, class F, class Peer>
void row(const std::string& name, const F& f, const Peer& peer,
         std::vector<Shape> shapes = {{4096, 1}, {large, 1}}) {
  constexpr bool is_float = std::is_same_v<T, float>;
  for (const Shape shape : shapes) {
    if (is_float || shape.size() < large || !options().is_quick) pointwise<T>(name, f, peer, shape);
  }
  if constexpr (is_float && hillock::detail::is_pointwise<F>) {
    for (const Index size : {1, 2, 4, 8, 16, 32, 64}) small<T>(name, f, peer, size);
    fixed<4, T>(name, f, peer);
    fixed<8, T>(name, f, peer);
    monitor<T>(name, f, {64, 64});
    monitor<T>(name, f, {256, 4096});
    threaded<T>(name, f);
  }
}

/// A function of the exact tier, with the peer that comes nearest to it.
template <class T, class F>
void exact_row(const std::string& name, const F& f) {
  if constexpr (std::is_same_v<T, float>) {
    for (const Shape shape : {Shape{4096, 1}, Shape{large, 1}}) {
      const Adder<T> to(section_of(shape), "exact " + name, name, shape);
      verbs(to, f);
      for (const char* operation : {"forward", "derivative", "both", "backward"}) {
        to.offers(operation, [](const std::string& library) { return library == "SLEEF u10"; });
        to.copy(operation);
      }
    }
  }
}

}  // namespace bench
