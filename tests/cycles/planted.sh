#!/usr/bin/env bash
# usage: planted.sh ROOT FOLDER
# Plants what bench/cycles --check is there for (spills, lost fmas, calls, slower loops, rows that come or go) into what it
# has left in FOLDER, and sees whether each is found. Exit status 77 if it has left nothing there.
set -euo pipefail
root=$1 folder=$2
. "$root/cmake/setup.sh"
table=$folder/cycles.txt
if ! [ -e "$table" ] || ! llvm_mca=$(hillock_llvm_mca); then
  echo "Skipped: bench/cycles has made no table."
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

failures=0
expect() {  # WHAT EXPECTED-OUTPUT RECORDED FOUND   the expected output is part of a line; none: no difference at all
  local output status=0
  output=$("$folder/static_cycles" compare "$3" "$4" "") || status=$?
  if [ -z "$2" ] && [ $status = 0 ] && [ -z "$output" ]; then return; fi
  if [ -n "$2" ] && [ $status = 1 ] && grep -qF -- "$2" <<<"$output"; then return; fi
  echo "$1: expected '${2:-no difference}', got status $status and '$output'"
  failures=$((failures + 1))
}

# In the table: a column of a row, changed by an expression of awk.
changed() {  # TYPE FUNCTION WHAT COLUMN EXPRESSION
  awk -v type="$1" -v name="$2" -v what="$3" -v column="$4" '
    /^\[/ { set = $1 }
    $1 == "type" { for (i = 1; i <= NF; ++i) at[$i] = i }
    set == "[x86-64-v3]" && $1 == type && $2 == name && $3 == what { old = $at[column]; $at[column] = '"$5"' }
    { print }' "$table" >"$work/changed"
}
expect "the table and itself" "" "$table" "$table"
row="x86-64-v3 float sigmoid forward"
changed float sigmoid forward alderlake 'old * 1.005'
expect "half a percent slower" "" "$table" "$work/changed"
changed float sigmoid forward alderlake 'old * 1.03'
expect "3 % slower" "$row: alderlake" "$table" "$work/changed"
expect "3 % faster" "$row: alderlake" "$work/changed" "$table"
changed float sigmoid forward stack 'old + 1'
expect "a spill in the table" "$row: stack" "$table" "$work/changed"
changed float sigmoid forward fma 'old - 1'
expect "a lost fma in the table" "$row: fma" "$table" "$work/changed"
changed float sigmoid forward what '"backward"'
expect "a lost row" "$row: recorded, but not found" "$table" "$work/changed"
expect "a new row" "$row: found, but not recorded" "$work/changed" "$table"
awk '/^\[/ { set = $1 } set != "[x86-64-v4]"' "$table" >"$work/changed"
expect "an instruction set that was not looked at" "" "$table" "$work/changed"

# In the assembly: something done to each fma, of which both of sigmoid's loops have some.
measured() {  # SCRIPT-OF-SED
  sed -E "$1" "$folder/x86-64-v3.s" >"$work/loops.s"
  "$folder/static_cycles" measure x86-64-v3 "$work/loops.s" "$llvm_mca" sigmoid alderlake znver3
}
measured '' >"$work/as_it_is"
measured 's/^\tvfmadd.*/&\n\tvmovaps\t%ymm0, 8(%rsp)/' >"$work/spilled"
expect "a spill" "$row: alderlake" "$work/as_it_is" "$work/spilled"
expect "a spill" "; stack 0 recorded, 6 found" "$work/as_it_is" "$work/spilled"
measured 's/^\tvfmadd[0-9]*(.s)\t(.*)/\tvmul\1\t\2\n\tvadd\1\t\2/' >"$work/without_fma"
expect "no fma" "; fma 6 recorded, 0 found" "$work/as_it_is" "$work/without_fma"
measured 's/^\tvfmadd.*/&\n\tcall\tfunction/' >"$work/calling"
expect "calls" "; calls 0 recorded, 6 found" "$work/as_it_is" "$work/calling"
measured 's/^\tvmulps.*/&\n\tvdivps\t%ymm0, %ymm0, %ymm0/' >"$work/dividing"
expect "divisions" "; div 1 recorded" "$work/as_it_is" "$work/dividing"

[ $failures = 0 ] && echo "every planted difference was found"
