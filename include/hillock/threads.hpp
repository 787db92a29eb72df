// The verbs on several threads, where the caller asks for it:
//
//   forward(f, x, y, threads(4))            and so on, for pointwise activations
//
// The array is cut into as many blocks, and each is what the verb does anyway: the bits are those
// of one thread. A block has at least elements_per_thread elements, so a small array stays on the
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
namespace detail {

inline void require_a_thread(const char* where, int count) {
  if (count < 1) {
    refuse(std::string("hillock::") + where + ": the number of threads is " +
           std::to_string(count) + ", expected at least 1");
  }
}

/// So many that two threads are faster than one for ReLU, too, where each has no more: the line
/// "threads" of the benchmarks says by how much. With half as many, starting a thread took longer
/// than it saved; OpenMP's are there already.
#if defined(_OPENMP)
inline constexpr Index elements_per_thread = Index{1} << 16;
#else
inline constexpr Index elements_per_thread = Index{1} << 20;
#endif

/// Threads that have been started; they are joined at the end of the scope, however it is left.
template <class Thread>
class JoiningThreads {
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
  JoiningThreads() = default;
  JoiningThreads(const JoiningThreads&) = delete;
  JoiningThreads& operator=(const JoiningThreads&) = delete;
  ~JoiningThreads() {
    for (Thread& thread : threads_) thread.join();
  }

 private:
  std::vector<Thread> threads_;
};

/// work(part) for 0 <= part < parts: part 0 and what there is no thread for here, each other on a
/// thread of its own.
template <class Thread, class Work>
void parallel_for_threads(int parts, const Work& work) {
  JoiningThreads<Thread> others;
  int part = 1;
  while (part < parts && others.start([&work, part] { work(part); })) ++part;
  work(0);
  for (; part < parts; ++part) work(part);
}

/// work(part) for 0 <= part < parts, each on a thread of its own; work throws nothing.
template <class Work>
void parallel_for_parts(int parts, const Work& work) {
#if defined(_OPENMP)
#pragma omp parallel for num_threads(parts) schedule(static)
  for (int part = 0; part < parts; ++part) work(part);
#else
  parallel_for_threads<std::thread>(parts, work);
#endif
}

/// work(SubArray) for blocks that make up the shape, on at most so many threads. Blocks are whole
/// runs of memory: columns of a column-major output, unless it has fewer than there are threads.
template <class Work>
void for_each_part(int threads, Shape shape, bool is_row_major, const Work& work) {
  const Index max_parts = shape.rows * shape.cols / elements_per_thread;
  const int parts =
      static_cast<int>(max_parts < threads ? (max_parts > 1 ? max_parts : 1) : threads);
  if (parts == 1) return work(SubArray{0, 0, shape});
  const bool by_rows = is_row_major ? shape.rows >= parts : shape.cols < parts;
  const Index length = by_rows ? shape.rows : shape.cols;
  // Where runs are cut, at multiples of a cache line's floats: no two threads write to one.
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
  static constexpr bool accumulates = false;
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

/// As the last argument of a verb: the work is shared by at most so many threads; the bits are
/// those of one. Throws std::invalid_argument if there is not at least one.
[[nodiscard]] inline Threads threads(int count) {
  detail::require_a_thread("threads", count);
  return Threads(count);
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
