# The checks of arrows.sh, which says what they are. The headers below include/hillock come first, then what may include
# them through a door only. usage: awk -f code_of.awk -f path.awk -f arrows.awk FILE...

# The floor of a path below include/hillock; 0 for one that has no place in the list.
function rank(path) {
  if (path == "version.hpp") return 1
  if (path ~ /^simd\//) return 2
  if (path ~ /^kernels\// || path ~ /^(accuracy|errors|per|reduction)\.hpp$/) return 3
  if (path ~ /^arrays\/views\//) return 4
  if (path == "autodiff.hpp") return 5
  if (path ~ /^arrays\/operations\//) return 5
  if (path ~ /^arrays\/elementwise\//) return 6
  if (path ~ /^arrays\/(lazy|axis)\//) return 7
  if (path == "activation.hpp") return 8
  if (path == "verbs.hpp") return 9
  if (path ~ /^(array_activation|from_output|gain|parameter_gradient|threads)\.hpp$/) return 10
  if (path ~ /^activations\//) return 11
  if (path == "gated.hpp") return 12
  if (path ~ /^diagnostics\/reports\//) return 13
  if (path ~ /^diagnostics\/counting\//) return 14
  if (path ~ /^diagnostics\/monitors\//) return 15
  if (path ~ /^(hillock|diagnostics)\.hpp$/) return 16
  return 0
}

function room(path) { sub(/\/.*/, "", path); return path }

function offence(text) { print text; ++offences }

function exists(path,    line, found) {
  found = (getline line < path) >= 0
  close(path)
  return found
}

function check_include(target,    from, to, what) {
  ++arrows
  edges[file, ++edge_count[file]] = target
  from = rank(file)
  to = rank(target)
  what = FILENAME ":" FNR ": " room(file) " -> " room(target) " (" target ")"
  if (to == 0)
    offence(what ": leads to what has no place in the list")
  else if (to > from)
    offence(what ": points up")
  else if (target == "diagnostics.hpp" && file != "diagnostics.hpp")
    offence(what ": diagnostics.hpp is a door of its own, nothing in the library includes it")
  else if (target ~ /^diagnostics\// && file == "hillock.hpp")
    offence(what ": the diagnostics have a door of their own, diagnostics.hpp")
  else if (file ~ /^activations\// && target ~ /^activations\//)
    offence(what ": points sideways, from one activation to another")
  else if (file ~ /^diagnostics\/reports\// && (target ~ /^arrays\// || (target ~ /^simd\// && target != "simd/instruction_set.hpp")))
    offence(what ": a report is plain data and text, it knows neither arrays nor SIMD")
}

# Reports the first place in a file where a library is named that must not be known there.
function check_spelling(code, library, pattern) {
  if (spelled[file, library] || code !~ pattern) return
  spelled[file, library] = 1
  offence(FILENAME ":" FNR ": " room(file) " -> " library ": must not be known here")
}

# Searches in depth from a header; the headers from the one that is met again to the top of the stack are a cycle.
function search(header,    i, k, target) {
  visited[header] = 1
  stack[++top] = header
  on_stack[header] = 1
  for (i = 1; i <= edge_count[header]; ++i) {
    target = edges[header, i]
    if (on_stack[target]) {
      for (k = top; k > 0; --k) {
        if (!in_cycle[stack[k]]++) offence("include/hillock/: " stack[k] " is part of a cycle of includes")
        if (stack[k] == target) break
      }
    } else if (!visited[target]) {
      search(target)
    }
  }
  on_stack[header] = 0
  --top
}

FNR == 1 {
  file = FILENAME
  is_header = sub(/^include\/hillock\//, "", file)
  in_block = 0
  if (is_header) {
    headers[++files] = file
    is_ranked = rank(file) > 0
    if (!is_ranked) offence(FILENAME ": has no place in the list of folders")
    may_know_eigen = file ~ /^(arrays|diagnostics\/counting|diagnostics\/monitors)\// || file ~ /^(activation|array_activation|verbs|threads)\.hpp$/
    may_know_xsimd = file ~ /^simd\//
  }
}

# Code that uses the library includes one of the doors.
!is_header {
  if (!match($0, /#[ \t]*include[ \t]*<hillock\/[^>]+>/)) next
  target = substr($0, RSTART, RLENGTH - 1)
  sub(/.*<hillock\//, "", target)
  if (target ~ /\// && target !~ /^activations\//)
    offence(FILENAME ":" FNR ": " target " is behind a door; include hillock.hpp, diagnostics.hpp or an activation")
  next
}

is_ranked {
  code = code_of($0)
  if (match(code, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]+[>"]/)) {
    target = substr(code, RSTART, RLENGTH - 1)
    is_quoted = target ~ /"/
    sub(/^[^<"]*[<"]/, "", target)
    if (sub(/^hillock\//, "", target)) {
      check_include(target)
    } else if (is_quoted) {
      target = resolved(file "/../" target)  # relative to include/hillock, as `file` is
      if (exists("include/hillock/" target)) check_include(target)
    }
  }
  if (!may_know_eigen) check_spelling(code, "Eigen", "(^|[^A-Za-z0-9_])(Eigen|EIGEN_[A-Z_]+)([^A-Za-z0-9_]|$)")
  if (!may_know_xsimd) check_spelling(code, "xsimd", "(^|[^A-Za-z0-9_])(xsimd|XSIMD_[A-Z_]+)([^A-Za-z0-9_]|$)")
}

END {
  for (i = 1; i <= files; ++i)
    if (!visited[headers[i]]) search(headers[i])
  printf "%d headers, %d arrows between them, %d offences\n", files, arrows, offences
  exit files == 0 || offences > 0
}
