# Prints the anchors and the links of Markdown pages, one a line, with tabs between:
#   anchor PATH ANCHOR         a heading's anchor, as GitHub makes it
#   link PAGE:LINE PATH ANCHOR where a relative link leads, from the root, and its anchor, if it has one; then the link as written
# What stands in code is neither. usage: awk -f path.awk -f links.awk PAGE.md...
BEGIN { OFS = "\t" }

FNR == 1 {
  is_code = 0
  folder = FILENAME
  if (!sub(/\/[^\/]*$/, "", folder)) folder = "."
}
/^[ \t]*(```|~~~)/ { is_code = !is_code; next }
is_code { next }

/^#+ / { print "anchor", FILENAME, anchor_of($0) }

/^\[[^]]+\]:[ \t]/ {  # [name]: target
  target = $0
  sub(/^\[[^]]+\]:[ \t]+/, "", target)
  print_link(target)
  next
}

# [text](target), where the text may begin on an earlier line
{
  rest = $0
  gsub(/`[^`]*`/, "code", rest)
  while (match(rest, /\]\([^()]*\)/)) {
    target = substr(rest, RSTART + 2, RLENGTH - 3)
    rest = substr(rest, RSTART + RLENGTH)
    print_link(target)
  }
}

# Lower case, without punctuation; spaces are hyphens; the second of equal ones ends in -1.
function anchor_of(heading,    anchor, count) {
  sub(/^#+ +/, "", heading)
  gsub(/\]\([^()]*\)/, "", heading)
  anchor = tolower(heading)
  gsub(/[][!"#$%&'()*+,.\/:;<=>?@\\^`{|}~]/, "", anchor)
  gsub(/ /, "-", anchor)
  count = seen[FILENAME, anchor]++
  return count ? anchor "-" count : anchor
}

function print_link(written,    target, anchor, at) {
  sub(/[ \t]+["'].*$/, "", written)  # a title
  if (written ~ /^[a-z]+:/) return
  target = written
  anchor = ""
  at = index(target, "#")
  if (at) {
    anchor = substr(target, at + 1)
    target = substr(target, 1, at - 1)
  }
  print "link", FILENAME ":" FNR, target == "" ? FILENAME : resolved(folder "/" target), anchor == "" ? "-" : anchor, written
}
