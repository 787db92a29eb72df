#!/usr/bin/env bash
# usage: tidy.sh ROOT [COMPILER_OPTION...]
# clang-tidy 14 finds nothing in the headers with the repository's .clang-tidy (other versions have other checks). It reads
# one file that includes all of them. The options are the include paths.
# Exit status 1 if it finds something; 77 if clang-tidy 14 is not here.
set -euo pipefail
cd "$1"
shift

tidy=""
for each in clang-tidy-14 clang-tidy; do
  if command -v $each >/dev/null && $each --version | grep -q 'version 14\.'; then
    tidy=$each
    break
  fi
done
if [ -z "$tidy" ]; then
  echo "Skipped: clang-tidy 14 is not installed."
  exit 77
fi
"$tidy" --quiet tests/layout/tidied.cpp -- -std=c++17 -I"$PWD/include" "$@"
echo "clang-tidy finds nothing"
