# Prints the public names of a header that stand without a docstring: what is declared in the namespace
# hillock (not in detail, not in an anonymous or a room's own namespace), on a line that begins a
# declaration, without a /// line or the rest of a template head in front of it.
# Of an overload the first declaration needs one.
# usage: awk -f docstrings.awk HEADER...
FNR == 1 { depth = 0; documented = 0; hidden = 0; delete names; head = "" }
{ line = $0 }
line ~ /^(inline )?namespace [A-Za-z_:]+ \{/ {
  name = line
  sub(/^(inline )?namespace /, "", name)
  sub(/ \{.*/, "", name)
  sub(/.*::/, "", name)
  names[++depth] = name
  if (name == "detail" || name == "hint" || name == "internal" || name == "Eigen" || name == "exact") ++hidden
  documented = 0
  next
}
line ~ /^\}  \/\/ namespace/ {
  name = names[depth--]
  if (name == "detail" || name == "hint" || name == "internal" || name == "Eigen" || name == "exact") --hidden
  documented = 0
  next
}
hidden > 0 { next }
line ~ /^\/\/\// { documented = 1; next }
line ~ /^template </ { head = "open"; if (line ~ />$/) head = ""; next }
head == "open" { if (line ~ />$/) head = ""; next }
line ~ /^(class|struct|enum|using|inline|constexpr|auto|void|double|bool|\[\[nodiscard\]\]|std::|[A-Z][A-Za-z]*[<& ])/ {
  if (line ~ /^(class|struct) [A-Za-z_]+;/) next
  declared = line
  sub(/^(\[\[nodiscard\]\] )?(inline )?(constexpr )?(class |struct |enum class |enum |using )?/, "", declared)
  match(declared, /[A-Za-z_]+( =|\(| \{| :|$|\{)/)
  name = substr(declared, RSTART, RLENGTH)
  gsub(/[^A-Za-z_]/, "", name)
  if (!documented && !(name in seen)) printf "%s:%d: %s has no docstring\n", FILENAME, FNR, name
  seen[name] = 1
  documented = 0
  next
}
line ~ /^[^ ]/ { documented = 0 }
