// Every way in which a function of single elements may be computed gives the bits of the verbs on a
// contiguous array. One function is cheap, the other has an exponential.
#include <bits/axis.hpp>

namespace bit_record {
namespace {

using Eigen::Dynamic;

enum class Result { forward, derivative, backward };
constexpr Result all_results[] = {Result::forward, Result::derivative, Result::backward};

inline const char* name_of(Result result) {
  return result == Result::forward      ? "forward"
         : result == Result::derivative ? "derivative"
                                        : "backward";
}

/// The inner block of a larger array.
template <class T>
class Inner {
 public:
  explicit Inner(const Array<T>& values) : Inner(values.rows(), values.cols()) { view() = values; }
  Inner(Index rows, Index cols) : memory_(Array<T>::Constant(rows + 3, cols + 2, T(-7))) {}

  Eigen::Block<Array<T>> view() {
    return memory_.block(2, 1, memory_.rows() - 3, memory_.cols() - 2);
  }

 private:
  Array<T> memory_;
};

/// y = the result of x (and dy), by a verb.
template <class F, class X, class DY, class Y>
void compute(Result result, const F& f, const X& x, const DY& dy, Y&& y) {
  if (result == Result::forward)
    hillock::forward(f, x, y);
  else if (result == Result::derivative)
    hillock::derivative(f, x, y);
  else
    hillock::backward(f, x, dy, y);
}

/// The same by a lazy expression.
template <class F, class X, class DY, class Y>
void compute_lazily(Result result, const F& f, const X& x, const DY& dy, Y&& y) {
  if (result == Result::forward)
    y = f(x);
  else if (result == Result::derivative)
    y = f.derivative(x);
  else
    y = f.backward(x, dy);
}

template <class T, class F>
class Ways {
 public:
  Ways(Results& results, const F& f, const std::string& function)
      : results_(results),
        f_(f),
        name_("fast " + function + ' ' + Format<T>::name),
        x_(made<T>(false)),
        dy_(made<T>(true)) {}

  void require_equal() {
    for (const Result result : all_results) {
      Array<T> expected(x_.rows(), x_.cols());
      compute(result, f_, x_, dy_, expected);
      require_layouts(result, expected);
      require_expressions(result, expected);
      require_lengths(result, expected);
    }
  }

 private:
  static constexpr Shape shape{61, 67};
  Results& results_;
  F f_;
  std::string name_;
  Array<T> x_, dy_;

  template <class U>
  static Array<U> made(bool is_gradient) {
    return made_of_vectors<U>(shape, true, [&](Index v, Index at, Index n) {
      return is_gradient ? gradient<U>(Contents::extreme, 2, v, at, n)
                         : logit<U>(Contents::extreme, 1, v, at, n);
    });
  }

  template <class Y>
  void require(Result result, const char* way, const Array<T>& expected, const Y& y) {
    results_.require_equal(name_ + ' ' + name_of(result), way, checksum_of_array(expected),
                           checksum_of_array(y));
  }

  void require_layouts(Result result, const Array<T>& expected) {
    const RowMajorArray<T> row_major_x = x_, row_major_dy = dy_;
    RowMajorArray<T> row_major(shape.rows, shape.cols);
    compute(result, f_, row_major_x, row_major_dy, row_major);
    require(result, "row-major", expected, row_major);
    row_major.setZero();
    compute(result, f_, x_, row_major_dy, row_major);
    require(result, "of two storage orders", expected, row_major);

    Array<T> transposed(shape.cols, shape.rows);
    compute(result, f_, x_.transpose(), dy_.transpose(), transposed);
    require(result, "transposed", expected, transposed.transpose());

    Strided<T> x(x_), dy(dy_), y(shape.rows, shape.cols);
    compute(result, f_, x.view(), dy.view(), y.view());
    require(result, "strided", expected, y.view());

    Inner<T> inner_x(x_), inner_dy(dy_), inner_y(shape.rows, shape.cols);
    compute(result, f_, inner_x.view(), inner_dy.view(), inner_y.view());
    require(result, "block", expected, inner_y.view());

    Array<T> in_place = x_;
    compute(result, f_, in_place, dy_, in_place);
    require(result, "in place of x", expected, in_place);
    if (result == Result::backward) {
      in_place = dy_;
      compute(result, f_, x_, in_place, in_place);
      require(result, "in place of dy", expected, in_place);
    }
  }

  void require_expressions(Result result, const Array<T>& expected) {
    Array<T> y(shape.rows, shape.cols);
    compute(result, f_, x_.reverse(), dy_.reverse(), y);
    require(result, "of a reversed array", expected, y.reverse());
    compute(result, f_, x_ * T(1), dy_ * T(1), y);
    require(result, "of an expression", expected, y);
    compute_lazily(result, f_, x_, dy_, y);
    require(result, "lazily", expected, y);
    Strided<T> x(x_), dy(dy_), strided(shape.rows, shape.cols);
    compute_lazily(result, f_, x.view(), dy.view(), strided.view());
    require(result, "lazily, strided", expected, strided.view());
    const Array<T> twice = expected * T(2);
    if (result == Result::forward)
      y = f_(x_) * T(2);
    else if (result == Result::derivative)
      y = f_.derivative(x_) * T(2);
    else
      y = f_.backward(x_, dy_) * T(2);
    require(result, "lazily, inside another expression", twice, y);
  }

  /// The pointer verbs on 1 to 67 elements, from an address that moves on.
  void require_lengths(Result result, const Array<T>& expected) {
    Checksum wanted, computed;
    for (Index n = 1; n <= 67; ++n) {
      const Index first = 61 * n % (x_.size() - n);
      std::vector<T> y(static_cast<std::size_t>(n));
      const T* const x = x_.data() + first;
      if (result == Result::forward)
        hillock::forward(f_, x, y.data(), n);
      else if (result == Result::derivative)
        hillock::derivative(f_, x, y.data(), n);
      else
        hillock::backward(f_, x, dy_.data() + first, y.data(), n);
      computed.add_numbers(y);
      wanted.add_numbers(std::vector<T>(expected.data() + first, expected.data() + first + n));
    }
    results_.require_equal(name_ + ' ' + name_of(result), "1 to 67 elements", wanted.value(),
                           computed.value());
  }
};

/// As many elements as make the verbs use two threads.
template <class F>
void require_equal_on_threads(Results& results, const F& f, const std::string& function) {
  const Index n = (Index{1} << 21) + 5;
  Eigen::ArrayXf x(n), dy(n), expected(n), y(n);
  for (Index i = 0; i < n; ++i) {
    x[i] = random_number<float>(static_cast<std::uint64_t>(i % 65521), -5, 6);
    dy[i] = random_number<float>(static_cast<std::uint64_t>(7 + i % 65519), -5, 6);
  }
  const hillock::Threads two = hillock::threads(2);
  const auto require = [&](const char* verb) {
    results.require_equal("fast " + function + " float " + verb, "two threads",
                          checksum_of_array(expected), checksum_of_array(y));
  };
  hillock::forward(f, x, expected);
  hillock::forward(f, x, y, two);
  require("forward");
  hillock::derivative(f, x, expected);
  hillock::derivative(f, x, y, two);
  require("derivative");
  hillock::backward(f, x, dy, expected);
  hillock::backward(f, x, dy, y, two);
  require("backward");
}

template <class T, class F>
void require_equal_ways(Results& results, const F& f, const std::string& function) {
  Ways<T, F>(results, f, function).require_equal();
}

}  // namespace

void add_ways(Results& results) {
  require_equal_ways<float>(results, hillock::leaky_relu, "leaky_relu");
  require_equal_ways<float>(results, hillock::swish, "swish");
  require_equal_ways<double>(results, hillock::swish, "swish");
  require_equal_ways<Eigen::half>(results, hillock::swish, "swish");
  require_equal_on_threads(results, hillock::leaky_relu, "leaky_relu");
  require_equal_on_threads(results, hillock::swish, "swish");
}

}  // namespace bit_record
