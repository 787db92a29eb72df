# Prints "LINE:code" without comments and, except on #include lines, without what stands in string literals.
# State that reaches over lines: in_block, a /* comment.
{
  code = ""
  in_string = ""
  include = $0 ~ /^[ \t]*#[ \t]*include/
  for (i = 1; i <= length($0); ++i) {
    two = substr($0, i, 2)
    one = substr($0, i, 1)
    if (in_block) {
      if (two == "*/") { in_block = 0; ++i }
    } else if (in_string != "") {
      if (one == "\\") ++i
      else if (one == in_string) { in_string = ""; code = code one }
    } else if (two == "//") {
      break
    } else if (two == "/*") {
      in_block = 1; ++i
    } else {
      # 1'000 is a number, not the start of a character.
      opens = one == "\"" || (one == "'" && substr($0, i - 1, 1) !~ /[0-9A-Za-z]/)
      if (opens && !include) in_string = one
      code = code one
    }
  }
  if (code ~ /[^ \t]/) print FNR ":" code
}
