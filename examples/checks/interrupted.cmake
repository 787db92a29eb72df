# Interrupts PROGRAM in its training, as ctrl-C does: it must end with status 130 and leave nothing in OUTPUT.
cmake_policy(VERSION 3.16)
file(REMOVE_RECURSE ${OUTPUT})
execute_process(COMMAND ${TIMEOUT} --preserve-status --signal=INT 1 ${PROGRAM} --epochs 100000 --output ${OUTPUT}
  RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
file(GLOB written ${OUTPUT}/* ${OUTPUT}/.*)
if(NOT status EQUAL 130 OR written)
  message(FATAL_ERROR "status ${status}, written: ${written}\n${out}${err}")
endif()
