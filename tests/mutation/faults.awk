# Reads tests/mutation/faults.txt, which says how it is written.
#   -v action=list        prints the name, the file and the test of each fault, with tabs between them
#   -v action=check       prints what is wrong with a fault, each on a line of its own; exit status 1 if anything is
#   -v action=plant       prints the file of the fault -v name=NAME with the fault in it
# -v root=ROOT is the tree whose files are looked at.
function wrong(what) { print "FAILED  " (name_of == "" ? "" : name_of ": ") what; failures++ }

function content_of(file,    text, line, path) {
  if (!(file in content)) {
    path = root "/" file
    text = ""
    while ((getline line < path) > 0) text = text line "\n"
    close(path)
    content[file] = text
  }
  return content[file]
}

# How often a part is in a text; places that overlap count, too.
function occurrences(text, part,    count, at) {
  while ((at = index(text, part)) > 0) {
    count++
    text = substr(text, at + 1)
  }
  return count + 0
}

# Every test is known by its file.
function has_test(test,    path, line, status) {
  if (!(test in known)) {
    if (test == "bits") path = "tests/bits/main.cpp"
    else if (test ~ /^layout\./) path = "tests/layout/" substr(test, 8) ".sh"
    else {
      path = test
      sub(/\.generic$/, "", path)
      gsub(/\./, "/", path)
      path = "tests/" path "_test.cpp"
    }
    status = (getline line < (root "/" path))
    close(root "/" path)
    known[test] = status >= 0
  }
  return known[test]
}

function complete(    text, count, at) {
  if (name_of == "") return
  if (action == "list") print name_of "\t" file "\t" test
  if (action == "check") {
    if (name_of in seen) wrong("there are two faults of this name")
    seen[name_of] = 1
    if (name_of !~ /^[a-z0-9_]+$/) wrong("a name is made of small letters, digits and _")
    if (test == "" || !has_test(test)) wrong("there is no test '" test "'")
    if (old == "") wrong("it has no old text")
    else if (old == new) wrong("the new text is the old text")
    text = content_of(file)
    if (file == "" || text == "") wrong("there is no file '" file "'")
    else if (old != "" && (count = occurrences(text, old)) != 1)
      wrong("the old text is in " file " " count " times, expected once: adapt tests/mutation/faults.txt")
  }
  if (action == "plant" && name_of == name) {
    text = content_of(file)
    at = index(text, old)
    ORS = ""
    print substr(text, 1, at - 1) new substr(text, at + length(old))
  }
}

# A line break between two lines of a text, none at its ends.
function added(text, lines, line) { return lines > 0 ? text "\n" line : line }

/^#/ || /^[ \t]*$/ { next }
/^fault / { complete(); name_of = $2; file = test = old = new = ""; olds = news = 0; next }
/^file / { file = $2; next }
/^test / { test = $2; next }
/^- / { old = added(old, olds++, substr($0, 3)); next }
/^-$/ { old = added(old, olds++, ""); next }
/^\+ / { new = added(new, news++, substr($0, 3)); next }
/^\+$/ { new = added(new, news++, ""); next }
{ wrong("line " FNR " is not understood: " $0) }
END {
  complete()
  exit (failures > 0)
}
