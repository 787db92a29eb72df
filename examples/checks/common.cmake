# Functions that the checks of experiments share.
cmake_policy(VERSION 3.16)  # of its own: an included file does not set that of the one that includes it

# run_program(ARGUMENT...): PROGRAM with its results in OUTPUT, which is emptied before; it must succeed. `out` is what it
# printed.
macro(run_program)
  file(REMOVE_RECURSE ${OUTPUT})
  execute_process(COMMAND ${PROGRAM} ${ARGN} --output ${OUTPUT}
    RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
  message("${out}${err}")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "exit status ${status}")
  endif()
endmacro()

# whole_files(PICTURE...): nothing in OUTPUT is half-written, and the pictures are there, where gnuplot is.
function(whole_files)
  file(GLOB partial ${OUTPUT}/.*partial)
  if(partial)
    message(FATAL_ERROR "left behind: ${partial}")
  endif()
  find_program(GNUPLOT gnuplot)
  foreach(picture IN LISTS ARGN)
    if(GNUPLOT)
      file(STRINGS ${OUTPUT}/${picture} end REGEX "</svg>")
      if(end STREQUAL "")
        message(FATAL_ERROR "${picture} is not complete")
      endif()
    endif()
  endforeach()
endfunction()
