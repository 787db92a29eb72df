#include <accuracy/sweep.hpp>

#include <accuracy/correct_rounding.hpp>
#include <accuracy/reference.hpp>

#include <algorithm>
#include <atomic>
#include <cfenv>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace accuracy {
namespace {

// x, f, f' and their references of a piece stay in the second cache.
constexpr std::uint64_t piece_size = 8192;

/// Calls run(segment, first, count) of each thread's worker for every piece, and merges what the
/// workers found.
template <class T, class Result, class MakeWorker>
Result in_parallel(const Points<T>& points, unsigned threads, const MakeWorker& make_worker) {
  std::vector<std::uint64_t> pieces_before = {0};
  for (const auto& segment : points.segments)
    pieces_before.push_back(pieces_before.back() + (segment.count + piece_size - 1) / piece_size);
  std::atomic<std::uint64_t> next{0};
  std::mutex mutex;
  Result total{};
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      auto worker = make_worker();
      for (std::uint64_t piece; (piece = next++) < pieces_before.back();) {
        const auto after = std::upper_bound(pieces_before.begin(), pieces_before.end(), piece);
        const auto s = static_cast<std::size_t>(after - pieces_before.begin()) - 1;
        const std::uint64_t first = (piece - pieces_before[s]) * piece_size;
        worker.run(points.segments[s], first,
                   std::min(piece_size, points.segments[s].count - first));
      }
      const std::lock_guard<std::mutex> lock(mutex);
      total.merge(worker.result);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      failure = std::current_exception();
    }
    forget_settled();
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
  if (failure) std::rethrow_exception(failure);
  return total;
}

template <class T>
std::uint64_t hash_of(T x, T y, T d) {
  // One NaN is as good as another.
  const auto bits = [](T value) {
    return std::uint64_t{Format<T>::is_nan(value) ? Format<T>::infinity + 1
                                                  : Format<T>::bits(value)};
  };
  std::uint64_t hash = bits(x) * 0x9e3779b97f4a7c15u;
  for (const std::uint64_t part : {bits(y), bits(d)}) {
    hash = (hash ^ hash >> 32 ^ part) * 0xd6e8feb86659fd93u;
  }
  return hash ^ hash >> 32;
}

template <class T>
class SweepWorker {
 public:
  SweepResult<T> result;

  SweepWorker(const Subject<T>& subject, const SweepOptions& options)
      : subject_(subject),
        options_(options),
        reference_(reference_of<T>(subject.function)),
        rounder_(subject.function, subject.value),
        checks_(subject) {
    for (auto* buffer : {&x_, &y_, &d_}) buffer->resize(piece_size + 1);
    for (auto* buffer : {&f_, &g_}) buffer->resize(piece_size + 1);
  }

  void run(const Segment<T>& segment, std::uint64_t first, std::uint64_t count) {
    // Monotonicity goes on from the last point of the piece before.
    const std::size_t seen = first > 0 ? 1 : 0;
    const std::size_t n = static_cast<std::size_t>(count) + seen;
    for (std::size_t i = 0; i < n; ++i) x_[i] = segment[first - seen + i];
    std::feclearexcept(FE_ALL_EXCEPT);
    if (subject_.both != nullptr) {
      subject_.both(subject_.value, x_.data(), y_.data(), d_.data(), n);
    } else {
      subject_.forward(subject_.value, x_.data(), y_.data(), n);
      if (subject_.derivative != nullptr)
        subject_.derivative(subject_.value, x_.data(), d_.data(), n);
    }
    const int exceptions = std::fetestexcept(FE_ALL_EXCEPT);
    compute_reference(n);
    compare(x_.data() + seen, y_.data() + seen, f_.data() + seen, n - seen, subject_.forward_bound,
            subject_.value, subject_.is_near_root, result.forward);
    if (subject_.derivative != nullptr)
      compare(x_.data() + seen, d_.data() + seen, g_.data() + seen, n - seen,
              subject_.derivative_bound, subject_.value, subject_.is_near_root, result.derivative);
    if (options_.correct_rounding) {
      judge_rounding(Part::forward, y_, f_, seen, n, result.forward);
      judge_rounding(Part::derivative, d_, g_, seen, n, result.derivative);
      for (std::size_t i = seen; i < n; ++i) result.checksum += hash_of(x_[i], y_[i], d_[i]);
    }
    if (options_.properties)
      checks_.check({x_.data(), y_.data(), d_.data(), f_.data(), g_.data(), n}, seen, exceptions,
                    result.findings);
    result.points += count;
  }

 private:
  /// The true values. A function without a formula in reference.cpp is compared with what the
  /// library computes of its inputs in double, if they are floats, or else with itself, for the
  /// properties' sake: its test alone judges the results of doubles then.
  void compute_reference(std::size_t n) {
    if (reference_ != nullptr) {
      reference_(subject_.value, x_.data(), f_.data(), g_.data(), n);
      return;
    }
    if constexpr (std::is_same_v<Wide<T>, double>) {
      if (subject_.in_double != nullptr) {
        subject_.in_double(subject_.value, x_.data(), f_.data(), g_.data(), n);
        return;
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      f_[i] = Format<T>::wide(y_[i]);
      g_[i] = Format<T>::wide(d_[i]);
    }
  }

  void judge_rounding(Part part, const std::vector<T>& computed,
                      const std::vector<Wide<T>>& reference, std::size_t seen, std::size_t n,
                      Worst<T>& worst) const {
    using Verdict = typename Rounder<T>::Verdict;
    for (std::size_t i = seen; i < n; ++i) {
      const Verdict verdict = rounder_.verdict_on(part, x_[i], computed[i], reference[i]);
      if (verdict == Verdict::right) continue;
      if (verdict == Verdict::unknown) {
        ++worst.not_judged;
      } else if (worst.wrong++ == 0) {
        worst.wrong_x = x_[i];
        worst.wrong_computed = computed[i];
      }
    }
  }

  const Subject<T>& subject_;
  const SweepOptions& options_;
  Reference<T> reference_;
  Rounder<T> rounder_;
  PropertyChecks<T> checks_;
  std::vector<T> x_, y_, d_;
  std::vector<Wide<T>> f_, g_;
};

struct Sum {
  std::uint64_t value = 0;
  void merge(const Sum& other) { value += other.value; }
};

/// Adds up the hashes of what evaluate(x, y, d, n) gives.
template <class T, class Evaluate>
class ChecksumWorker {
 public:
  Sum result;

  explicit ChecksumWorker(const Evaluate& evaluate)
      : evaluate_(evaluate), x_(piece_size), y_(piece_size), d_(piece_size) {}

  void run(const Segment<T>& segment, std::uint64_t first, std::uint64_t count) {
    const auto n = static_cast<std::size_t>(count);
    for (std::size_t i = 0; i < n; ++i) x_[i] = segment[first + i];
    evaluate_(x_.data(), y_.data(), d_.data(), n);
    for (std::size_t i = 0; i < n; ++i) result.value += hash_of(x_[i], y_[i], d_[i]);
  }

 private:
  const Evaluate& evaluate_;
  std::vector<T> x_, y_, d_;
};

template <class T, class Evaluate>
std::uint64_t sum_of_hashes(const Points<T>& points, unsigned threads, const Evaluate& evaluate) {
  return in_parallel<T, Sum>(points, threads, [&] { return ChecksumWorker<T, Evaluate>(evaluate); })
      .value;
}

}  // namespace

template <class T>
SweepResult<T> sweep(const Subject<T>& subject, const Points<T>& points,
                     const SweepOptions& options) {
  return in_parallel<T, SweepResult<T>>(points, options.threads,
                                        [&] { return SweepWorker<T>(subject, options); });
}

template <class T>
std::uint64_t checksum(const Subject<T>& subject, const Points<T>& points, unsigned threads) {
  return sum_of_hashes(points, threads, [&](const T* x, T* y, T* d, std::size_t n) {
    subject.both(subject.value, x, y, d, n);
  });
}

template <class T>
std::uint64_t true_checksum(const std::string& function, double value, const Points<T>& points,
                            unsigned threads) {
  const Reference<T> reference = reference_of<T>(function);
  const Rounder<T> rounder(function, value);
  return sum_of_hashes(points, threads, [&](const T* x, T* y, T* d, std::size_t n) {
    std::vector<Wide<T>> f(n), g(n);
    reference(value, x, f.data(), g.data(), n);
    for (std::size_t i = 0; i < n; ++i)
      if (!rounder.round(Part::forward, x[i], f[i], y[i]) ||
          !rounder.round(Part::derivative, x[i], g[i], d[i]))
        throw std::runtime_error("the true checksum takes MPFR");
  });
}

template SweepResult<float> sweep(const Subject<float>&, const Points<float>&, const SweepOptions&);
template SweepResult<double> sweep(const Subject<double>&, const Points<double>&,
                                   const SweepOptions&);
template std::uint64_t checksum(const Subject<float>&, const Points<float>&, unsigned);
template std::uint64_t true_checksum(const std::string&, double, const Points<float>&, unsigned);

}  // namespace accuracy
