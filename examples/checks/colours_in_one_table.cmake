# In the SOURCES of the examples a colour is spelt in the table of colours alone, support/function_style, so that a
# function looks the same in every chart.
cmake_policy(VERSION 3.16)
file(GLOB_RECURSE files RELATIVE ${SOURCES} ${SOURCES}/*.cpp ${SOURCES}/*.hpp)
set(with_colours "")
foreach(file IN LISTS files)
  file(STRINGS ${SOURCES}/${file} lines REGEX "#[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][^0-9a-zA-Z]")
  if(lines AND NOT file MATCHES "^support/function_style\\.[ch]pp$")
    list(APPEND with_colours ${file})
  endif()
endforeach()
if(with_colours)
  message(FATAL_ERROR "these spell colours of their own: ${with_colours}")
endif()
