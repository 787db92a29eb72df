#!/usr/bin/env bash
# usage: format.sh ROOT
# Every C++ file is as clang-format 14 with the repository's .clang-format leaves it (other versions break lines in other
# places), and no line of it, comments included, is longer than 100 columns.
# Exit status 1 if a file is not; 77 if the lines are short enough, but clang-format 14 is not here.
set -euo pipefail
cd "$1"

files=()
while IFS= read -r -d '' file; do files+=("$file"); done < <(
  find include tests bench examples \( -name '*.hpp' -o -name '*.cpp' \) -type f -print0 2>/dev/null | sort -z)
[ ${#files[@]} -gt 0 ] || { echo "no C++ file below $1"; exit 1; }

failed=0
if LC_ALL=C.UTF-8 grep -nHE '.{101,}' "${files[@]}"; then
  echo "FAILED: the lines above are longer than 100 columns"
  failed=1
fi

formatter=""
for each in clang-format-14 clang-format; do
  if command -v $each >/dev/null && $each --version | grep -q 'version 14\.'; then
    formatter=$each
    break
  fi
done
if [ -z "$formatter" ]; then
  [ $failed -eq 0 ] || exit 1
  echo "Skipped: the format is not checked, clang-format 14 is not installed; ${#files[@]} files have no long line."
  exit 77
fi
if ! "$formatter" --dry-run -Werror "${files[@]}"; then
  echo "FAILED: run clang-format -i on the files above"
  failed=1
fi
echo "${#files[@]} files"
exit $failed
