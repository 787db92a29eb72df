# usage: awk -v out=DIR -f snippets.awk PAGE.md...
# Writes each C++ block of the pages to DIR/N.cpp and prints N with its kind: "program" for one with a main, which stays
# as it is, else "part": its #include lines and classes first, then its statements in a function.
/^```cpp$/ { inside = 1; lines = 0; is_program = 0; next }
/^```$/ && inside {
  inside = 0
  number++
  print number, is_program ? "program" : "part"
  write(out "/" number ".cpp")
  next
}
inside {
  line[++lines] = $0
  if (/^int main\(/) is_program = 1
}

function write(file,    i, in_class, statements) {
  if (!is_program) print "#include <readme/surroundings.hpp>" > file
  for (i = 1; i <= lines; i++) {
    if (line[i] ~ /^(struct|class) /) in_class = 1
    if (is_program || in_class || line[i] ~ /^#include/)
      print line[i] > file
    else
      statements = statements line[i] "\n"
    if (line[i] ~ /};/) in_class = 0
  }
  if (!is_program) printf "void snippet();\nvoid snippet() {\nusing namespace readme;\n%s}\n", statements > file
  close(file)
}
