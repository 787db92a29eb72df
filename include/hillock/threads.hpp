// The verbs on several threads, where the caller asks for it:
//
//   forward(f, x, y, threads(4))            and so on, for pointwise activations
//
// The array is cut into as many blocks, and each thread calls the verb's loop for one block: the
// bits are those of one thread. A block has at least elements_per_thread elements, so that a small
// array stays on the caller's thread. If the program is compiled with OpenMP, its threads are used.
// Otherwise std::threads are started and joined in the call, which allocates (with a C library
// before glibc 2.34, link with -pthread). If the system has no thread left, or no memory to start
// one, the caller's thread computes the remaining blocks. (With -fno-exceptions, std::thread ends
// the program instead.)
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
namespace detail {

inline void require_a_thread(const char* where, int count) {
  if (count < 1) {
    refuse(std::string("hillock::") + where + ": the number of threads is " +
           std::to_string(count) + ", expected at least 1");
  }
}

/// The smallest block of a thread. With blocks of this size two threads are faster than one even
/// for ReLU; the line "threads" of the benchmarks says by how much. With half as many elements,
/// starting a thread took longer than it saved. OpenMP's threads are already running, so their
/// blocks are smaller.
#if defined(_OPENMP)
inline constexpr Index elements_per_thread = Index{1} << 16;
#else
inline constexpr Index elements_per_thread = Index{1} << 20;
#endif

/// Threads that are joined at the end of the scope, also when an exception leaves it.
template <class Thread>
class JoiningThreads {
 public:
  /// Starts a thread that calls `work`. Returns false if there is no thread, or no memory for it.
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
  JoiningThreads() = default;
  JoiningThreads(const JoiningThreads&) = delete;
  JoiningThreads& operator=(const JoiningThreads&) = delete;
  ~JoiningThreads() {
    for (Thread& thread : threads_) thread.join();
  }

 private:
  std::vector<Thread> threads_;
};

/// Calls work(part) for 0 <= part < parts, each on a thread of its own. The caller's thread
/// computes part 0 and the parts for which no thread could be started.
template <class Thread, class Work>
void parallel_for_threads(int parts, const Work& work) {
  JoiningThreads<Thread> others;
  int part = 1;
  while (part < parts && others.start([&work, part] { work(part); })) ++part;
  work(0);
  for (; part < parts; ++part) work(part);
}

/// Calls work(part) for 0 <= part < parts, each on a thread of its own; work throws nothing.
template <class Work>
void parallel_for_parts(int parts, const Work& work) {
#if defined(_OPENMP)
#pragma omp parallel for num_threads(parts) schedule(static)
  for (int part = 0; part < parts; ++part) work(part);
#else
  parallel_for_threads<std::thread>(parts, work);
#endif
}

/// Calls work(SubArray) for blocks that make up the shape, on at most `threads` threads. Each block
/// is contiguous in memory: columns of a column-major output, unless it has fewer columns than
/// there are threads.
template <class Work>
void for_each_part(int threads, Shape shape, bool is_row_major, const Work& work) {
  const Index max_parts = shape.rows * shape.cols / elements_per_thread;
  const int parts =
      static_cast<int>(max_parts < threads ? (max_parts > 1 ? max_parts : 1) : threads);
  if (parts == 1) return work(SubArray{0, 0, shape});
  const bool by_rows = is_row_major ? shape.rows >= parts : shape.cols < parts;
  const Index length = by_rows ? shape.rows : shape.cols;
  // Where a column has to be cut, it is cut at multiples of 16 elements, so that no two threads
  // write to one cache line.
  const Index step = by_rows == is_row_major ? 1 : 16;
  const auto begin = [&](int part) {
    // In 64 bits, because Eigen's index may be an int.
    const std::int64_t cut = std::int64_t{length} * part / parts / step * step;
    return part == parts ? length : static_cast<Index>(cut);
  };
  parallel_for_parts(parts, [&](int part) {
    const Index first = begin(part);
    const Index count = begin(part + 1) - first;
    work(by_rows ? SubArray{first, 0, {count, shape.cols}}
                 : SubArray{0, first, {shape.rows, count}});
  });
}

}  // namespace detail

/// The policy of threads(n): how many threads a verb may use, the caller's own among them. A verb
/// throws std::invalid_argument if there is not at least one.
struct Threads : detail::PolicyBase {
  static constexpr bool is_parallel = true;
  int count;

  constexpr explicit Threads(int number) noexcept : count(number) {}
  constexpr void require(const char* where) const {
    if (count < 1) detail::require_a_thread(where, count);
  }
  /// Calls work(part) for blocks that make up the shape.
  template <class Work>
  void for_each_part(detail::Shape shape, bool is_row_major, const Work& work) const {
    detail::for_each_part(count, shape, is_row_major, work);
  }
};

/// As the last argument of a verb, it shares the work among at most `count` threads. The bits are
/// those of one thread. Throws std::invalid_argument if count is less than 1.
[[nodiscard]] inline Threads threads(int count) {
  detail::require_a_thread("threads", count);
  return Threads(count);
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
