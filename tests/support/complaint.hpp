// The message with which a call refuses an argument.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>

namespace support {

/// The message of the std::invalid_argument that `call` throws; empty if it throws nothing.
template <class Call>
std::string complaint(const Call& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

inline bool says(const std::string& message, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (message.find(word) == std::string::npos) return false;
  return true;
}

}  // namespace support
