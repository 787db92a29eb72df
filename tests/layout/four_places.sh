#!/usr/bin/env bash
# usage: four_places.sh ROOT
# An activation stands in four places: its header, its test, a line in hillock.hpp and a row in bench/activations.cpp.
# Names the place that is missing; exit status 1 if there is one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

code_of() { [ ! -e "$1" ] || awk -f "$here/code_only.awk" "$1"; }
# The row of leaky_relu names hillock::leaky_relu or its type, hillock::LeakyReLU.
plain() { tr -d _ <<<"$1" | tr '[:upper:]' '[:lower:]'; }

umbrella=$(code_of include/hillock/hillock.hpp)
rows=$(code_of bench/activations.cpp | { grep -oE 'hillock::[A-Za-z0-9_:]+' || true; } | sed 's/.*:://' | sort -u |
  while read -r name; do plain "$name"; done)

missing=0
lacks() { echo "$1 is missing: $2"; missing=$((missing + 1)); }
names=()
for file in include/hillock/activations/*.hpp tests/activations/*_test.cpp; do
  [ -e "$file" ] || continue
  name=$(basename "$file" .hpp)
  names+=("$(basename "$name" _test.cpp)")
done
while IFS= read -r name; do
  [ -n "$name" ] || continue
  [ -e "include/hillock/activations/$name.hpp" ] || lacks "$name" "its header, include/hillock/activations/$name.hpp"
  [ -e "tests/activations/${name}_test.cpp" ] || lacks "$name" "its test, tests/activations/${name}_test.cpp"
  grep -qE "#[[:space:]]*include[[:space:]]*<hillock/activations/$name\.hpp>" <<<"$umbrella" ||
    lacks "$name" "its line in include/hillock/hillock.hpp, #include <hillock/activations/$name.hpp>"
  grep -qxF "$(plain "$name")" <<<"$rows" ||
    lacks "$name" "its row in bench/activations.cpp, which names hillock::$name or its type"
done < <(printf '%s\n' "${names[@]+"${names[@]}"}" | sort -u)

echo "${#names[@]} headers and tests of activations, $missing places missing"
[ ${#names[@]} -gt 0 ] && [ "$missing" -eq 0 ]
