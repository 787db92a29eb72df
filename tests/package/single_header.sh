#!/usr/bin/env bash
# The library as one header: two files that include it make one program, and the numbered examples compile with it.
# usage: single_header.sh SOURCE BUILD WORK CXX EIGEN_INCLUDE VERSION
set -euo pipefail
source=$1 work=$3 cxx=$4 eigen=${5%%;*}
rm -rf "$work"
mkdir -p "$work"
bash "$source/cmake/single_header.sh" "$work/include/hillock/hillock.hpp"
head -n 1 "$work/include/hillock/hillock.hpp" | grep -F "hillock $6,"
echo '#include <hillock/hillock.hpp>' >"$work/include/hillock/diagnostics.hpp"  # for sources that name it

echo 'float other(float x);
#include <hillock/hillock.hpp>
#include <hillock/hillock.hpp>
float other(float x) { return hillock::tanh(x); }' >"$work/other.cpp"
flags=(-std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Werror -I "$work/include" -isystem "$eigen")
"$cxx" "${flags[@]}" -O0 "$source/tests/package/consumer/main.cpp" "$work/other.cpp" -o "$work/consumer"
"$work/consumer"

examples=0
for example in "$source"/examples/0?_*.cpp; do
  # Those with other files of their own need more than one header.
  if grep -q '#include "' "$example"; then continue; fi
  "$cxx" "${flags[@]}" -fsyntax-only "$example"
  examples=$((examples + 1))
done
echo "$examples examples compile with it"
[ $examples -ge 3 ]
