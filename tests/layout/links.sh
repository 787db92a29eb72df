#!/usr/bin/env bash
# usage: links.sh ROOT
# Every relative link of a Markdown page leads to a file or a folder of the tree, and every #anchor to a heading of the page.
# Links to other sites are not followed. Prints each link that leads nowhere as page:line; exit status 1 if there is one.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"

pages=()
while IFS= read -r -d '' page; do pages+=("${page#./}"); done < <(
  find . \( -path ./.git -o -path './build*' -o -path ./out \) -prune -o -name '*.md' -type f -print0 | LC_ALL=C sort -z)

declare -A anchors=()
links=()
while IFS= read -r line; do
  case $line in
    anchor*) anchors[${line#anchor$'\t'}]=yes ;;
    link*) links+=("${line#link$'\t'}") ;;
  esac
done < <([ ${#pages[@]} -eq 0 ] || LC_ALL=C awk -f "$here/path.awk" -f "$here/links.awk" "${pages[@]}")

broken=0
fault() { echo "$1"; broken=$((broken + 1)); }
for link in "${links[@]+"${links[@]}"}"; do
  IFS=$'\t' read -r where path anchor written <<<"$link"
  if [[ $path = ..* ]]; then
    fault "$where: $written: leads out of the tree"
  elif [ ! -e "$path" ]; then
    fault "$where: $written: there is no such file"
  elif [ "$anchor" != - ] && [[ $path = *.md ]] && [ -z "${anchors[$path$'\t'$anchor]:-}" ]; then
    fault "$where: $written: there is no such heading"
  fi
done
echo "${#pages[@]} pages, ${#links[@]} links, $broken of them broken"
[ ${#links[@]} -gt 0 ] && [ "$broken" -eq 0 ]
