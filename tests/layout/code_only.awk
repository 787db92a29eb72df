# Prints "LINE:code" for every line that has code. usage: awk -f code_of.awk -f code_only.awk FILE
{
  code = code_of($0)
  if (code ~ /[^ \t]/) print FNR ":" code
}
