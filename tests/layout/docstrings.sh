#!/usr/bin/env bash
# usage: docstrings.sh ROOT
# Every name that a user may touch has a docstring: what the headers at the top, the activations, the monitors and the
# reports declare in the namespace hillock. Prints each name without one; exit status 1 if there is one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
shopt -s nullglob

headers=(include/hillock/*.hpp include/hillock/activations/*.hpp include/hillock/diagnostics/{monitors,reports}/*.hpp)
[ ${#headers[@]} -gt 0 ] || { echo "no headers in $1/include/hillock"; exit 1; }
found=$(awk -f "$here/docstrings.awk" "${headers[@]}")
[ -z "$found" ] || echo "$found"
echo "${#headers[@]} headers, $(grep -c . <<<"$found" || true) names without a docstring"
[ -z "$found" ]
