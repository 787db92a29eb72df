#include <bits/results.hpp>

#include <cinttypes>
#include <cstdio>

namespace bit_record {

std::string hexadecimal(std::uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%016" PRIx64, number);
  return text;
}

void Results::add(Scope scope, const std::string& tier, const std::string& what,
                  const std::string& part, std::uint64_t checksum) {
  if (is_listing_) {
    std::printf("%s %s%s%s %s\n", tier.c_str(), what.c_str(), part.empty() ? "" : ", ",
                part.c_str(), hexadecimal(checksum).c_str());
  }
  const auto [place, is_new] = places_.try_emplace(tier + ' ' + what, lines_.size());
  if (is_new) {
    lines_.push_back({scope, tier, what, checksum});
    return;
  }
  Checksum both;
  both.add_bits(lines_[place->second].checksum);
  both.add_bits(checksum);
  lines_[place->second].checksum = both.value();
}

void Results::require_equal(const std::string& what, const std::string& way, std::uint64_t expected,
                            std::uint64_t computed) {
  ++comparisons_;
  if (expected == computed) return;
  inequalities_.push_back(what + ", " + way + ": expected " + hexadecimal(expected) +
                          ", computed " + hexadecimal(computed));
}

}  // namespace bit_record
