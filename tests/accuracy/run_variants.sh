#!/usr/bin/env bash
# usage: run_variants.sh [--quick] PROGRAM...
# Runs each of the accuracy programs, which differ by the flags that the library under test was compiled with: the exact
# tier's checksums over 2^22 floats, and the bounds of both tiers. --quick leaves out the checksums, which take a minute of
# a program that is not optimised. Prints one line for each and what failed of it; exit
# status 1 if anything did.
set -euo pipefail
quick=""
if [ "${1-}" = --quick ]; then quick=yes && shift; fi
[ $# -gt 0 ] || { echo "run_variants.sh: no program to run" >&2; exit 2; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
failed=0
outcome() {  # program and options: "ok (its last line)" or "FAILED", and then the log is shown
  local result=ok
  "$@" >"$log" 2>&1 || result=FAILED
  printf '  %s (%s)' "$result" "$(tail -n 1 "$log")"
  [ $result = ok ] || { failed=$((failed + 1)); printf '\n'; grep -B2 FAILED "$log" || cat "$log"; }
}
for program in "$@"; do
  printf '%-32s' "$(basename "$program")"
  [ -n "$quick" ] || outcome "$program" --checksums
  outcome "$program" --stride 65536
  printf '\n'
done
echo "$# builds, $failed failures"
[ $failed = 0 ]
