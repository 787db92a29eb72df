#!/usr/bin/env bash
# usage: check.sh SOLLYA SCRIPT HEADER ARRAY [TYPE...]
# Fits the coefficients again and compares them with the arrays of that name in the header, those of float and then
# those of double, or of the types given. Exit status 1 if they differ.
set -euo pipefail
sollya=$1 script=$2 header=$3 array=$4
types=("${@:5}")
[ ${#types[@]} -gt 0 ] || types=(float double)

plain() { for number in "$@"; do printf '%a ' "$number"; done; }  # one spelling for one number

all_fitted=$("$sollya" "$script")
status=0
for type in "${types[@]}"; do
  fitted=$(sed -n "s/^$type //p" <<<"$all_fitted")
  written=$(tr -d '\n' <"$header" | grep -oE "static constexpr $type $array\[[0-9]+\] *= *\{[^}]*\}" |
    sed -E 's/.*\{//; s/[},]/ /g; s/(p[-+]?[0-9]+)f/\1/g' | tr '\n' ' ')
  read -ra fitted_numbers <<<"$fitted"
  read -ra written_numbers <<<"$written"
  if [ ${#fitted_numbers[@]} -eq 0 ]; then
    echo "$script prints no coefficients of $type"
    status=1
  elif [ "$(plain "${fitted_numbers[@]}")" != "$(plain "${written_numbers[@]}")" ]; then
    printf '%s, %s, %s[]:\n  written %s\n  fitted  %s\n' "$header" "$type" "$array" "${written_numbers[*]}" "${fitted_numbers[*]}"
    status=1
  else
    echo "$type: ${#fitted_numbers[@]} coefficients, as fitted"
  fi
done
exit $status
