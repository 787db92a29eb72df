# code_of(line) is a line of C++ without comments and, except on #include lines, without what stands in string literals.
# in_block, whether a /* comment reaches over the line's end, is the state between two lines: set it to 0 for a new file.
function code_of(line,    code, is_include, one, next_one) {
  if (!in_block && line !~ /["'\/]/) return line
  is_include = line ~ /^[ \t]*#[ \t]*include/
  code = ""
  while (line != "") {
    if (in_block) {
      if (!match(line, /\*\//)) return code
      line = substr(line, RSTART + 2)
      in_block = 0
      continue
    }
    if (!match(line, /["'\/]/)) return code line
    one = substr(line, RSTART, 1)
    next_one = substr(line, RSTART + 1, 1)
    code = code substr(line, 1, RSTART - 1)
    line = substr(line, RSTART + 1)
    if (one == "/" && next_one == "/") return code
    if (one == "/" && next_one == "*") {
      line = substr(line, 2)
      in_block = 1
      continue
    }
    # 1'000 is a number, not the start of a character.
    if (one == "/" || is_include || (one == "'" && code ~ /[0-9A-Za-z]$/)) {
      code = code one
      continue
    }
    code = code one
    while (match(line, /["'\\]/)) {
      next_one = substr(line, RSTART, 1)
      line = substr(line, RSTART + (next_one == "\\" ? 2 : 1))
      if (next_one != one) continue
      code = code one
      next_one = ""
      break
    }
    if (next_one != "") return code
  }
  return code
}
