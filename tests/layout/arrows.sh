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

rank() {  # of a path below include/hillock; nothing for one that has no place in the list
  case $1 in
    version.hpp) echo 0 ;;
    simd/*) echo 1 ;;
    kernels/* | accuracy.hpp | errors.hpp | per.hpp) echo 2 ;;
    arrays/views/*) echo 3 ;;
    arrays/operations/*) echo 4 ;;
    arrays/elementwise/*) echo 5 ;;
    arrays/lazy/* | arrays/axis/*) echo 6 ;;
    activation.hpp) echo 7 ;;
    verbs.hpp) echo 8 ;;
    array_activation.hpp | threads.hpp) echo 9 ;;
    activations/*) echo 10 ;;
    diagnostics/reports/*) echo 11 ;;
    diagnostics/counting/*) echo 12 ;;
    diagnostics/monitors/*) echo 13 ;;
    hillock.hpp | diagnostics.hpp) echo 14 ;;
  esac
}

room() { case $1 in */*) echo "${1%%/*}" ;; *) echo "$1" ;; esac; }

offences=0
offence() { echo "$1"; offences=$((offences + 1)); }

files=0 arrows=0 edges=""
check_include() {  # file line target, both below include/hillock
  local file=$1 line=$2 target=$3 from to what
  arrows=$((arrows + 1))
  edges+="$file $target"$'\n'
  from=$(rank "$file") to=$(rank "$target")
  what="include/hillock/$file:$line: $(room "$file") -> $(room "$target") ($target)"
  if [ -z "$to" ]; then
    offence "$what: leads to what has no place in the list"
  elif [ "$to" -gt "$from" ]; then
    offence "$what: points up"
  elif [ "$target" = diagnostics.hpp ] && [ "$file" != diagnostics.hpp ]; then
    offence "$what: diagnostics.hpp is a door of its own, nothing in the library includes it"
  elif [[ $target = diagnostics/* ]] && [ "$file" = hillock.hpp ]; then
    offence "$what: the diagnostics have a door of their own, diagnostics.hpp"
  elif [[ $file = activations/* && $target = activations/* ]]; then
    offence "$what: points sideways, from one activation to another"
  elif [[ $file = diagnostics/reports/* ]] &&
    [[ $target = arrays/* || ($target = simd/* && $target != simd/instruction_set.hpp) ]]; then
    offence "$what: a report is plain data and text, it knows neither arrays nor SIMD"
  fi
}

while IFS= read -r file; do
  files=$((files + 1))
  if [ -z "$(rank "$file")" ]; then
    offence "include/hillock/$file: has no place in the list of folders"
    continue
  fi
  code=$(awk -f "$here/code_only.awk" "include/hillock/$file")
  while IFS=: read -r line text; do
    [[ $text =~ ^[[:space:]]*#[[:space:]]*include[[:space:]]*[\<\"]([^\>\"]+)[\>\"] ]] || continue
    target=${BASH_REMATCH[1]}
    case $target in
      hillock/*) check_include "$file" "$line" "${target#hillock/}" ;;
      *)
        # A path relative to the including file.
        resolved=$(realpath -m --relative-to=include/hillock "include/hillock/$(dirname "$file")/$target")
        if [[ $text == *\"* ]] && [ -e "include/hillock/$resolved" ]; then
          check_include "$file" "$line" "$resolved"
        fi ;;
    esac
  done < <(grep -E '^[0-9]+:[[:space:]]*#[[:space:]]*include' <<<"$code" || true)

  spelled() {  # library, pattern
    local found
    found=$(grep -E "$2" <<<"$code" | head -n 1) || return 0
    [ -z "$found" ] || offence "include/hillock/$file:${found%%:*}: $(room "$file") -> $1: must not be known here"
  }
  case $file in
    arrays/* | activation.hpp | array_activation.hpp | verbs.hpp | threads.hpp | diagnostics/counting/* | diagnostics/monitors/*) ;;
    *) spelled Eigen '(^|[^A-Za-z0-9_])(Eigen|EIGEN_[A-Z_]+)([^A-Za-z0-9_]|$)' ;;
  esac
  case $file in
    simd/*) ;;
    *) spelled xsimd '(^|[^A-Za-z0-9_])(xsimd|XSIMD_[A-Z_]+)([^A-Za-z0-9_]|$)' ;;
  esac
done < <(cd include/hillock && find . -type f -name "*.hpp" | sed 's|^\./||' | sort)

# tsort names the headers of every cycle.
while IFS= read -r cycle; do
  [ -z "$cycle" ] || offence "include/hillock/: $cycle is part of a cycle of includes"
done < <(tsort <<<"$edges" 2>&1 >/dev/null | sed -n 's/^tsort: //p' | grep -v 'input contains a loop' || true)

# Whoever uses the library knocks at a door.
if [ -d examples ]; then
  while IFS=: read -r file line text; do
    target=$(sed -E 's/.*<hillock\/([^>]+)>.*/\1/' <<<"$text")
    case $target in
      activations/*) ;;
      */*) offence "$file:$line: $target is behind a door; include hillock.hpp, diagnostics.hpp or an activation" ;;
    esac
  done < <(grep -rnE '#[[:space:]]*include[[:space:]]*<hillock/' examples README.md 2>/dev/null || true)
fi

echo "$files headers, $arrows arrows between them, $offences offences"
[ "$files" -gt 0 ] && [ "$offences" -eq 0 ]
