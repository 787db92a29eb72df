#!/usr/bin/env bash
# usage: four_places.sh ROOT
# An activation stands in four places: its header, its test, hillock.hpp (a line of its own, and of a function of single
# elements a row of the catalogue too) and a row in bench/activations.cpp.
# Names the place that is missing; exit status 1 if there is one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

code_of() { [ ! -e "$1" ] || awk -f "$here/code_of.awk" -f "$here/code_only.awk" "$1"; }
# The row of leaky_relu names hillock::leaky_relu or its type, hillock::LeakyReLU.
plain() { tr -d _ <<<"$1" | tr '[:upper:]' '[:lower:]'; }

umbrella=$(code_of include/hillock/hillock.hpp)
rows=$(code_of bench/activations.cpp | { grep -oE 'hillock::[A-Za-z0-9_:]+' || true; } | sed 's/.*:://' | sort -u |
  while read -r name; do plain "$name"; done)

# The catalogue's rows: NAME TYPE. (code_of would leave out the names, which are strings.)
catalogue=$({ cat include/hillock/hillock.hpp 2>/dev/null || true; } |
  sed -nE 's/^[[:space:]]*visitor\("([a-z0-9_]+)", ([A-Za-z0-9_]+)<A>\{\}\);$/\1 \2/p')
# What derives from the base of such functions or lists parameters: PReLU has a base of its own.
is_of_single_elements() {
  local code; code=$(code_of "$1")
  grep -qE 'public (Prepared)?Activation<|[[:space:]]parameters\(\)' <<<"$code"
}
declares() { local code; code=$(code_of "$1"); grep -qE "\\b(class|struct) $2\\b" <<<"$code"; }

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
  header=include/hillock/activations/$name.hpp
  if [ -e "$header" ] && is_of_single_elements "$header"; then
    type=$(sed -n "s/^$name //p" <<<"$catalogue")
    if [ -z "$type" ]; then
      lacks "$name" "its row of the catalogue in include/hillock/hillock.hpp, visitor(\"$name\", TYPE<A>{});"
    elif ! declares "$header" "$type"; then
      lacks "$name" "its row of the catalogue in include/hillock/hillock.hpp: $header has no class $type"
    fi
  fi
  grep -qxF "$(plain "$name")" <<<"$rows" ||
    lacks "$name" "its row in bench/activations.cpp, which names hillock::$name or its type"
done < <(printf '%s\n' "${names[@]+"${names[@]}"}" | sort -u)

while read -r name _; do
  [ -z "$name" ] || [ -e "include/hillock/activations/$name.hpp" ] ||
    lacks "$name" "its header, include/hillock/activations/$name.hpp, which the catalogue in hillock.hpp names"
done <<<"$catalogue"

echo "${#names[@]} headers and tests of activations, $missing places missing"
[ ${#names[@]} -gt 0 ] && [ "$missing" -eq 0 ]
