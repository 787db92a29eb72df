# A function that other files of this folder call; it does nothing by itself.

# Returns a path without . and .. in it. One that leads out of the tree begins with .. still.
function resolved(path,    parts, part, n, i, depth) {
  n = split(path, parts, "/")
  depth = 0
  for (i = 1; i <= n; ++i) {
    if (parts[i] == "" || parts[i] == ".") continue
    if (parts[i] == ".." && depth > 0 && part[depth] != "..") --depth
    else part[++depth] = parts[i]
  }
  path = depth ? part[1] : "."
  for (i = 2; i <= depth; ++i) path = path "/" part[i]
  return path
}
