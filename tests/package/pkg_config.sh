#!/usr/bin/env bash
# A program that finds the installed library by pkg-config, also after it was moved.
# usage: pkg_config.sh SOURCE BUILD WORK CXX EIGEN_INCLUDE VERSION
# Exit status: 77 where pkg-config, or its files of Eigen and xsimd, are missing.
set -euo pipefail
source=$1 build=$2 work=$3 cxx=$4 expected=$6
if ! command -v pkg-config >/dev/null || ! pkg-config --exists eigen3 xsimd; then
  echo "Skipped: pkg-config, or eigen3.pc or xsimd.pc, is missing."
  exit 77
fi
rm -rf "$work"
cmake --install "$build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/moved"
export PKG_CONFIG_PATH=$work/moved/share/pkgconfig
version=$(pkg-config --modversion hillock)
[ "$version" = "$expected" ] || { echo "the version is $version, expected $expected"; exit 1; }
read -ra flags <<<"$(pkg-config --cflags hillock)"
"$cxx" -std=c++17 -O0 "${flags[@]}" "$source/tests/package/consumer/main.cpp" -o "$work/consumer"
"$work/consumer"
