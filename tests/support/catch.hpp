#pragma once

// TEMPLATE_TEST_CASE of Catch2 2.13 leaves the dots of its macro without an argument, which C++20
// allows and clang 19 warns of in C++17, at every use.
#if defined(__clang__) && __clang_major__ >= 18
#pragma clang diagnostic ignored "-Wc++20-extensions"
#endif

// Catch2 2.13 (Debian 12) is one header, Catch2 3 a library of many.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
