# Runs the experiments PROGRAMS, adds a chapter that is too wide for any screen, and lets REPORT make the page. It must
# have every chapter in order and every picture, and refer to nothing outside. With BROWSER, a Chromium, it is opened in
# the widths of a phone and a desk: no message on the console, no scrolling from side to side of the page, of a picture or
# of a table of sentences; only a table of numbers that is too wide may scroll, in its own box.
cmake_policy(VERSION 3.16)
file(REMOVE_RECURSE ${OUTPUT})
file(MAKE_DIRECTORY ${OUTPUT})
foreach(program IN LISTS PROGRAMS)
  execute_process(COMMAND ${program} --output ${OUTPUT} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${program}: exit status ${status}\n${out}${err}")
  endif()
endforeach()
string(REPEAT "wide" 100 wide)
string(REPEAT "<td>12345.678</td>" 40 cells)
file(WRITE ${OUTPUT}/100_wide.chapter.html "<section class=\"chapter\" id=\"100_wide\"><h2>${wide}</h2>
<p class=\"question\">${wide}</p><p>${wide}</p><div class=\"table\"><table><tbody><tr>${cells}</tr></tbody></table></div>
<div class=\"table\"><table class=\"stacked\"><tbody><tr><td data-header=\"a\">${wide}</td>
<td class=\"sentences\" data-header=\"${wide}\">${wide}</td></tr></tbody></table></div>
<figure><div class=\"pictures\"><img src=\"wide.svg\" alt=\"A &lt; B\"></div><figcaption>${wide}</figcaption></figure>
<figure><div class=\"pictures\"><img src=\"missing.svg\" alt=\"missing\"></div></figure></section>\n")
file(WRITE ${OUTPUT}/wide.svg "<?xml version=\"1.0\"?><svg width=\"5000\" height=\"100\" viewBox=\"0 0 5000 100\"
 xmlns=\"http://www.w3.org/2000/svg\"><g><circle id='dot' r='50'/></g></svg>")
execute_process(COMMAND ${REPORT} --output ${OUTPUT} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the report: exit status ${status}\n${out}${err}")
endif()

file(READ ${OUTPUT}/report.html page)
# Its brackets and semicolons are CMake's too.
string(REGEX REPLACE "[][;]" " " page "${page}")
if(NOT page MATCHES "id=\"wide-dot\".*|id='wide-dot'")
  message(FATAL_ERROR "the ids of a picture have no prefix")
endif()
foreach(reference IN ITEMS "https?://" "<(script|img|link|iframe|object|embed|image|pre)[ >]" "@import" " src=" "url\\([^#]"
    "href=[\"'][^#]")
  if(page MATCHES "${reference}")
    message(FATAL_ERROR "the page refers to something outside, or has lines that are cut off: ${CMAKE_MATCH_0}")
  endif()
endforeach()
set(last -1)
set(pictures 1)  # wide.svg
foreach(program IN LISTS PROGRAMS)
  get_filename_component(name ${program} NAME_WE)
  string(FIND "${page}" "<section class=\"chapter\" id=\"${name}\">" position)
  if(position EQUAL -1 OR position LESS last)
    message(FATAL_ERROR "the chapter of ${name} is missing or not in its place")
  endif()
  set(last ${position})
  file(STRINGS ${OUTPUT}/${name}.chapter.html images REGEX "<img ")
  list(LENGTH images count)
  math(EXPR pictures "${pictures} + ${count}")
endforeach()
find_program(GNUPLOT gnuplot)
string(REGEX MATCHALL "<svg [^>]*role=\"img\"" drawn "${page}")
list(LENGTH drawn drawn)
if(GNUPLOT AND NOT drawn EQUAL pictures)
  message(FATAL_ERROR "${drawn} pictures instead of ${pictures}")
endif()
if(NOT page MATCHES "missing.svg was not drawn")
  message(FATAL_ERROR "nothing is said of the picture that was not drawn")
endif()

if(NOT BROWSER)
  return()
endif()
# A window may not be narrow enough, but a frame in it may. The page's copy tells its frame how wide it came out.
file(READ ${OUTPUT}/report.html page)
set(closed "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")
string(FIND "${page}" "${closed}" found)
if(found EQUAL -1)
  message(FATAL_ERROR "the page does not forbid requests")
endif()
string(REPLACE "style-src 'unsafe-inline'\">" "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">" page "${page}")
string(REPLACE "</body>" "<script>
  const root = document.documentElement, shown = [...document.querySelectorAll('svg')].filter(s => s.clientWidth > 100);
  const scrolls = [...document.querySelectorAll('body *')].filter(e => e.scrollWidth > e.clientWidth &&
    !getComputedStyle(e).overflowX.includes('visible') && !e.querySelector(':scope > table:not(.stacked)') &&
    (e instanceof HTMLElement) && innerWidth < 500);
  parent.postMessage(root.scrollWidth + ' of ' + innerWidth + ', ' + shown.length + ' pictures, ' + scrolls.length +
    ' scroll', '*');
</script></body>" page "${page}")
file(WRITE ${OUTPUT}/measured.html "${page}")
foreach(width IN ITEMS 360 1280)
  file(WRITE ${OUTPUT}/frame.html "<body><p id=\"result\"></p><script>
    onmessage = event => { document.getElementById('result').textContent = 'width ' + event.data; };
    </script><iframe src=\"measured.html\" width=\"${width}\" height=\"800\" style=\"border: 0\"></iframe></body>")
  execute_process(COMMAND ${BROWSER} --headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars
      --disable-background-networking --disable-component-update --disable-sync --enable-logging=stderr
      --user-data-dir=${OUTPUT}/profile --virtual-time-budget=5000 --window-size=1400,900 --dump-dom
      file://${OUTPUT}/frame.html
    TIMEOUT 60 RESULT_VARIABLE status OUTPUT_VARIABLE dom ERROR_VARIABLE log)
  string(REGEX MATCH "width [0-9]+ of [0-9]+, [0-9]+ pictures, [0-9]+ scroll" result "${dom}")
  message("${result}")
  if(NOT status EQUAL 0 OR NOT result STREQUAL "width ${width} of ${width}, ${drawn} pictures, 0 scroll")
    message(FATAL_ERROR "at ${width} pixels: '${result}' (status ${status})\n${log}")
  endif()
  if(log MATCHES "CONSOLE[^\n]*")
    message(FATAL_ERROR "on the console: ${CMAKE_MATCH_0}")
  endif()
endforeach()
