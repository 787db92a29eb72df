#!/usr/bin/env bash
# Compiles the library under test with every compiler that is here, at -O0 to -O3, for plain x86-64, x86-64-v3 and
# x86-64-v4, with -ffp-contract=off, -ffp-contract=fast, -ffast-math and each part of it, and compares: the exact tier must
# have the same bits everywhere, both tiers must keep their bounds.
# usage: tests/accuracy/flags.sh [--compiler CXX]... [--march ARCH]... [--build-dir DIR]
#   --compiler CXX     only this one (default: g++, clang++ and clang++-19, where they are installed)
#   --march ARCH       only this one; "" is the compiler's own
#   --build-dir DIR    (default: build/flags)
# Exit status: 0 all passed; 1 something failed; 2 wrong usage or something missing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../cmake/setup.sh"

usage() { sed -n '2,10s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }
compilers=() marches=() build=$hillock_root/build/flags
while [ $# -gt 0 ]; do
  case $1 in
    --compiler | --march | --build-dir)
      [ $# -ge 2 ] || { echo "flags.sh: $1 needs a value" >&2; exit 2; }
      case $1 in
        --compiler) compilers+=("$2") ;;
        --march) marches+=("$2") ;;
        --build-dir) build=$2 ;;
      esac
      shift ;;
    --help) usage; exit 0 ;;
    *) echo "flags.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
if [ ${#compilers[@]} -eq 0 ]; then
  for compiler in g++ clang++ clang++-19; do
    ! command -v $compiler >/dev/null || compilers+=($compiler)
  done
fi
[ ${#marches[@]} -gt 0 ] || marches=("" x86-64-v3 x86-64-v4)
hillock_setup cmake eigen xsimd catch2 nlohmann-json cli11 mpfr "${compilers[@]}" || exit 2

passed=yes
for compiler in "${compilers[@]}"; do
  for march in "${marches[@]}"; do
    if flag=$(hillock_lacks "$march"); then
      echo "== $compiler ${march}: skipped, this processor has no $flag"
      continue
    fi
    echo "== $compiler ${march:-of its own}"
    tree=$build/$(basename "$compiler")${march:+-$march}
    mkdir -p "$tree"
    cmake -S "$hillock_root" -B "$tree" -D CMAKE_CXX_COMPILER="$compiler" -D HILLOCK_MARCH="$march" \
      -D HILLOCK_TESTS_FULLY_OPTIMISED=ON -D CMAKE_BUILD_TYPE=Release -D HILLOCK_BUILD_EXAMPLES=OFF -D HILLOCK_BUILD_BENCHMARKS=OFF \
      >"$tree/configure.log" 2>&1 || { cat "$tree/configure.log"; exit 1; }
    cmake --build "$tree" --target flag_matrix --parallel "$(hillock_jobs)" || passed=""
  done
done
[ -n "$passed" ]
