// Adds contenders to the lines of one activation.
#pragma once

#include "measure.hpp"

// In a comparison of two builds of hillock, the contenders of one of them get another name.
#ifndef BENCH_PREFIX
#define BENCH_PREFIX ""
#endif

namespace bench {

/// The lines of one activation, for elements T in arrays of one shape. `function` is its name to
/// the peers and to the references.
template <class T>
class Adder {
 public:
  Adder(std::string section, std::string activation, std::string function, Shape shape)
      : section_(std::move(section)),
        activation_(std::move(activation)),
        function_(std::move(function)),
        shape_(shape) {}
  Adder(const std::string& section, const std::string& activation, Shape shape)
      : Adder(section, activation, activation, shape) {}

  /// hillock's own. `pass` is a peers::Pass<T>, or works on Arrays<T>.
  template <class Pass>
  void ours(const std::string& operation, const std::string& contender, Pass pass) const {
    any(operation, BENCH_PREFIX + contender, Kind::hillock, pass);
  }
  template <class Pass>
  void peer(const std::string& operation, const std::string& contender, Pass pass) const {
    any(operation, contender, Kind::peer, pass);
  }
  template <class Pass>
  void ceiling(const std::string& operation, const std::string& contender, Pass pass) const {
    any(operation, contender, Kind::ceiling, pass);
  }

  /// The other libraries', of which `keep` is true.
  template <class Keep>
  void offers(const std::string& operation, const Keep& keep) const {
    for (const auto& offer : peers::offers<T>(function_, operation))
      if (keep(offer.library)) peer(operation, offer.library, offer.pass);
  }
  void offers(const std::string& operation) const {
    // Some ns for each element take seconds for all of a large array.
    offers(operation,
           [&](const std::string& library) { return shape_.size() < large || library != "std"; });
  }
  void copy(const std::string& operation) const {
    peers::Offers<T> found;
    peers::add_copy(found, operation);
    for (const auto& offer : found) ceiling(operation, offer.library, offer.pass);
  }

 private:
  template <class Pass>
  void any(const std::string& operation, const std::string& contender, Kind kind, Pass pass) const {
    const bool of_value = operation == "forward";
    const bool of_derivative = operation == "derivative" || operation == "backward";
    std::function<double()> max_ulp_of_pass;
    if (kind != Kind::ceiling && (of_value || of_derivative) && has_reference(function_)) {
      max_ulp_of_pass = [function = function_, of_derivative, pass] {
        return max_ulp<T>(function, of_derivative, with_arguments(pass));
      };
    }
    bench::add({section_, activation_, operation, type_name<T>, shape_.name(), {}},
               {contender, kind, timed<T>(shape_, pass), max_ulp_of_pass});
  }

  template <class Pass>
  static peers::Pass<T> with_arguments(const Pass& pass) {
    if constexpr (std::is_same_v<Pass, peers::Pass<T>>) {
      return pass;
    } else {
      return [pass](const peers::Arguments<T>& arguments) {
        Arrays<T> a(arguments);
        pass(a);
      };
    }
  }

  std::string section_;
  std::string activation_;
  std::string function_;
  Shape shape_;
};

}  // namespace bench
