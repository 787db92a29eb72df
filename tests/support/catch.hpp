#pragma once

// Catch2 2.13 (Debian 12) is one header, Catch2 3 a library of many.
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif
