# Joins hillock's headers into one. usage:
#   awk -v include=FOLDER -f single_header.awk HEADER...    HEADER is a path below FOLDER, such as hillock/hillock.hpp
# A header stands where it is included first. Where that is inside an #if, other branches may include it too, so there it
# stands every time, between guards.

function guard_of(header) {
  header = toupper(header)
  gsub(/[^A-Z0-9]/, "_", header)
  return "HILLOCK_SINGLE_" header
}

# Prints a header. `outer` is the number of #if around it.
function join(header, outer,    line, depth, path, found, name) {
  if (header in joined) return
  path = include "/" header
  depth = outer
  if (outer == 0) joined[header] = 1
  print "#ifndef " guard_of(header)
  print "#define " guard_of(header)
  found = 0
  while ((getline line < path) > 0) {
    found = 1
    if (line ~ /^[ \t]*#[ \t]*pragma[ \t]+once/) continue
    if (line ~ /^[ \t]*#[ \t]*if/) ++depth
    if (line ~ /^[ \t]*#[ \t]*endif/) --depth
    if (match(line, /^[ \t]*#[ \t]*include[ \t]*<hillock\//)) {
      name = line
      sub(/^[^<]*</, "", name)
      sub(/>.*/, "", name)
      join(name, depth)
    } else {
      print line
    }
  }
  close(path)
  if (!found) {
    print "single_header.awk: cannot read " path > "/dev/stderr"
    failed = 1
  }
  if (depth != outer) {
    print "single_header.awk: an #if of " path " has no end" > "/dev/stderr"
    failed = 1
  }
  print "#endif"
}

BEGIN {
  print "#pragma once"
  for (i = 1; i < ARGC; ++i) join(ARGV[i], 0)
  exit failed
}
