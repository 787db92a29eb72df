// The verbs on several threads, where the caller asks for it:
//
//   forward(f, x, y, threads(4))            and so on, for pointwise activations
//
// The array is cut into as many blocks, and each is what the verb does anyway: the bits are those of
// one thread. A block has at least elements_per_thread elements, so a small array stays on the
// caller's thread. Compiled with OpenMP its threads are used, otherwise std::thread's, started and
// joined in the call (which allocates; with a C library before glibc 2.34, link with -pthread).
// Where the system has no thread left, or no memory to start one, the caller's thread does the
// rest. (Without exceptions, -fno-exceptions, std::thread ends the program there.)
#pragma once

#include <hillock/errors.hpp>
#include <hillock/verbs.hpp>

#include <cstdint>
#include <new>
#include <system_error>
#include <thread>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How many threads a verb may use, the caller's own among them. A verb throws
/// std::invalid_argument if there is not at least one.
struct Threads {
  int count;
};

namespace detail {

inline void require_a_thread(const char* where, int count) {
  if (count < 1) {
    detail::refuse(std::string("hillock::") + where + ": the number of threads is " +
                   std::to_string(count) + ", expected at least 1");
  }
}

}  // namespace detail

/// Throws std::invalid_argument if there is not at least one.
[[nodiscard]] inline Threads threads(int count) {
  detail::require_a_thread("threads", count);
  return {count};
}

namespace detail {

/// So many that two threads are faster than one for ReLU, too, where each has no more: the line
/// "threads" of the benchmarks says by how much. With half as many, starting a thread took longer than
/// it saved; OpenMP's are there already.
#if defined(_OPENMP)
inline constexpr Index elements_per_thread = Index{1} << 16;
#else
inline constexpr Index elements_per_thread = Index{1} << 20;
#endif

/// Threads that have been started; they are joined at the end of the scope, however it is left.
template <class Thread>
class Started {
 public:
  /// Starts a thread that does `work` if there is one to be had, and memory for it.
  template <class Work>
  bool start(const Work& work) {
#if HILLOCK_HAS_EXCEPTIONS
    try {
      threads_.emplace_back(work);
    } catch (const std::system_error&) {
      return false;
    } catch (const std::bad_alloc&) {
      return false;
    }
#else
    threads_.emplace_back(work);
#endif
    return true;
  }
  Started() = default;
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;
  ~Started() {
    for (Thread& thread : threads_) thread.join();
  }

 private:
  std::vector<Thread> threads_;
};

/// work(part) for 0 <= part < parts: part 0 and what there is no thread for here, each other on a
/// thread of its own.
template <class Thread, class Work>
void run_on_threads(int parts, const Work& work) {
  Started<Thread> others;
  int part = 1;
  while (part < parts && others.start([&work, part] { work(part); })) ++part;
  work(0);
  for (; part < parts; ++part) work(part);
}

/// work(part) for 0 <= part < parts, each on a thread of its own; work throws nothing.
template <class Work>
void run_parts(int parts, const Work& work) {
#if defined(_OPENMP)
#pragma omp parallel for num_threads(parts) schedule(static)
  for (int part = 0; part < parts; ++part) work(part);
#else
  run_on_threads<std::thread>(parts, work);
#endif
}

/// A block of an array.
struct Part {
  Index row;
  Index col;
  Shape shape;

  template <class X>
  auto of(X& x) const {
    return x.block(row, col, shape.rows, shape.cols);
  }
};

/// work(Part) for blocks that make up the shape, on at most so many threads. Blocks are whole runs of
/// memory: columns of a column-major output, unless it has fewer than there are threads.
template <class Work>
void in_parts(Threads threads, Shape shape, bool is_row_major, const Work& work) {
  const Index most = shape.rows * shape.cols / elements_per_thread;
  const int parts = static_cast<int>(most < threads.count ? (most > 1 ? most : 1) : threads.count);
  if (parts == 1) return work(Part{0, 0, shape});
  const bool by_rows = is_row_major ? shape.rows >= parts : shape.cols < parts;
  const Index length = by_rows ? shape.rows : shape.cols;
  // Where runs are cut, at multiples of a cache line's floats: no two threads write to one.
  const Index step = by_rows == is_row_major ? 1 : 16;
  const auto begin = [&](int part) {
    // In 64 bits, because Eigen's index may be an int.
    const std::int64_t cut = std::int64_t{length} * part / parts / step * step;
    return part == parts ? length : static_cast<Index>(cut);
  };
  run_parts(parts, [&](int part) {
    const Index first = begin(part);
    const Index count = begin(part + 1) - first;
    work(by_rows ? Part{first, 0, {count, shape.cols}} : Part{0, first, {shape.rows, count}});
  });
}

/// An argument that is read: itself, or evaluated once where Eigen would evaluate it for every block.
template <class X>
using Evaluated = typename Eigen::internal::nested_eval<DenseType<X>, 1>::type;

/// The errors of the verbs, for the arrays as a whole.
template <class X, class Y>
void require_one_result(const char* where, const X& x, const char* output, Y& y) {
  const Input<X> in(x);
  const Output<Y> out(y);
  require_same_shape(where, "x", in.shape(), output, out.shape());
  require_in_place_or_apart(where, output, out, "x", in);
}
template <class X, class Y, class D>
void require_two_results(const char* where, const X& x, Y& y, D& d) {
  require_both_outputs(where, Input<X>(x), Output<Y>(y), Output<D>(d));
}
template <class X, class DY, class DX>
void require_gradients(const char* where, const X& x, const DY& dy, DX& dx) {
  const Input<X> in(x);
  const Input<DY> in_dy(dy);
  const Output<DX> out(dx);
  require_same_shape(where, "x", in.shape(), "dy", in_dy.shape());
  require_same_shape(where, "x", in.shape(), "dx", out.shape());
  require_in_place_or_apart(where, "dx", out, "x", in);
  require_in_place_or_apart(where, "dx", out, "dy", in_dy);
}

template <class F>
struct CheckThreads {
  static_assert(is_pointwise<F>,
                "hillock: threads(n) is for pointwise activations; this one works along an axis");
  static constexpr bool passed = true;
};

}  // namespace detail

template <class F, class X, class Y>
void forward(const F& f, const X& x, Y&& y, Threads threads) {
  static_assert(detail::CheckThreads<F>::passed && detail::CheckArguments<X, Y>::passed);
  detail::require_a_thread("forward", threads.count);
  const detail::Evaluated<X> in = detail::as_dense(x);
  auto& out = detail::mutable_dense(y);
  detail::require_one_result("forward", in, "y", out);
  detail::in_parts(threads, detail::shape_of(in), out.IsRowMajor, [&](const detail::Part& part) {
    auto block = part.of(out);
    detail::forward_elements(f, part.of(in), block, out.size());
  });
}

template <class F, class X, class D>
void derivative(const F& f, const X& x, D&& d, Threads threads) {
  static_assert(detail::CheckThreads<F>::passed && detail::CheckArguments<X, D>::passed);
  detail::require_a_thread("derivative", threads.count);
  const detail::Evaluated<X> in = detail::as_dense(x);
  auto& out = detail::mutable_dense(d);
  detail::require_one_result("derivative", in, "d", out);
  detail::in_parts(threads, detail::shape_of(in), out.IsRowMajor, [&](const detail::Part& part) {
    auto block = part.of(out);
    detail::derivative_elements(f, part.of(in), block, out.size());
  });
}

template <class F, class X, class Y, class D>
void forward_and_derivative(const F& f, const X& x, Y&& y, D&& d, Threads threads) {
  static_assert(detail::CheckThreads<F>::passed && detail::CheckArguments<X, Y>::passed &&
                detail::CheckArguments<X, D>::passed);
  detail::require_a_thread("forward_and_derivative", threads.count);
  const detail::Evaluated<X> in = detail::as_dense(x);
  auto& out_y = detail::mutable_dense(y);
  auto& out_d = detail::mutable_dense(d);
  detail::require_two_results("forward_and_derivative", in, out_y, out_d);
  detail::in_parts(threads, detail::shape_of(in), out_y.IsRowMajor, [&](const detail::Part& part) {
    auto block_y = part.of(out_y);
    auto block_d = part.of(out_d);
    detail::both_elements(f, part.of(in), block_y, block_d, out_y.size());
  });
}

template <class F, class X, class DY, class DX>
void backward(const F& f, const X& x, const DY& dy, DX&& dx, Threads threads) {
  static_assert(detail::CheckThreads<F>::passed && detail::CheckArguments<X, DX>::passed &&
                detail::CheckArguments<DY, DX>::passed);
  detail::require_a_thread("backward", threads.count);
  const detail::Evaluated<X> in = detail::as_dense(x);
  const detail::Evaluated<DY> in_dy = detail::as_dense(dy);
  auto& out = detail::mutable_dense(dx);
  detail::require_gradients("backward", in, in_dy, out);
  detail::in_parts(threads, detail::shape_of(in), out.IsRowMajor, [&](const detail::Part& part) {
    auto block = part.of(out);
    detail::backward_elements(f, part.of(in), part.of(in_dy), block, out.size());
  });
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void forward(const F& f, const T* x, T* y, N n, Threads threads) {
  const detail::Index count = detail::checked_count<T>("forward", n);
  hillock::forward(f, detail::elements(x, count), detail::elements(y, count), threads);
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void derivative(const F& f, const T* x, T* d, N n, Threads threads) {
  const detail::Index count = detail::checked_count<T>("derivative", n);
  hillock::derivative(f, detail::elements(x, count), detail::elements(d, count), threads);
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void forward_and_derivative(const F& f, const T* x, T* y, T* d, N n, Threads threads) {
  const detail::Index count = detail::checked_count<T>("forward_and_derivative", n);
  hillock::forward_and_derivative(f, detail::elements(x, count), detail::elements(y, count),
                                  detail::elements(d, count), threads);
}

template <class F, class T, class N, class = std::enable_if_t<std::is_integral_v<N>>>
void backward(const F& f, const T* x, const T* dy, T* dx, N n, Threads threads) {
  const detail::Index count = detail::checked_count<T>("backward", n);
  hillock::backward(f, detail::elements(x, count), detail::elements(dy, count),
                    detail::elements(dx, count), threads);
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
