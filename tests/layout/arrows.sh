#!/usr/bin/env bash
# usage: arrows.sh ROOT
# An include goes down this list, never up, and never sideways between two activations:
#   examples bench tests -> hillock.hpp, and diagnostics.hpp -> diagnostics/ -> activations/ -> arrays/ -> kernels/ -> simd/
# and in diagnostics/ monitors/ -> counting/ -> reports/, which knows neither arrays nor SIMD.
# version.hpp includes nothing and may be included by all. Only arrays/ and what counts and monitors spell Eigen, only simd/
# spells xsimd. Prints each offence as file:line with the arrow; exit status 1 if there is one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

files=()
while IFS= read -r file; do files+=("$file"); done < <(
  find include/hillock -type f -name '*.hpp' | LC_ALL=C sort
  [ ! -d examples ] || grep -rlE '#[[:space:]]*include[[:space:]]*<hillock/' examples README.md 2>/dev/null)
LC_ALL=C awk -f "$here/code_of.awk" -f "$here/path.awk" -f "$here/arrows.awk" "${files[@]+"${files[@]}"}" </dev/null
