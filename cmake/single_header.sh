#!/usr/bin/env bash
# Writes the whole library as one header, for a project that takes a file and no folder, or for an online compiler. It needs
# Eigen and xsimd as ever.
# usage: cmake/single_header.sh FILE
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
version=$(sed -n 's/^#define HILLOCK_VERSION_[A-Z]* //p' "$root/include/hillock/version.hpp" | paste -sd.)
mkdir -p "$(dirname "$1")"
{
  printf '// hillock %s, all of it in one header. Do not change it: cmake/single_header.sh makes it.\n//\n' "$version"
  sed 's|^|// |; s| *$||' "$root/LICENSE"
  awk -v include="$root/include" -f "$root/cmake/single_header.awk" \
    hillock/version.hpp hillock/hillock.hpp hillock/diagnostics.hpp
} >"$1"
