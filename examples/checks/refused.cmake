# Runs PROGRAM with ARGUMENTS: it must exit with status 2, say MESSAGE on standard error only, and write nothing.
cmake_policy(VERSION 3.16)
file(REMOVE_RECURSE ${OUTPUT})
file(MAKE_DIRECTORY ${OUTPUT})
if(NOT "--output" IN_LIST ARGUMENTS)
  list(APPEND ARGUMENTS --output new/results)
endif()
execute_process(COMMAND ${PROGRAM} ${ARGUMENTS} WORKING_DIRECTORY ${OUTPUT}
  RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE err)
file(GLOB_RECURSE written LIST_DIRECTORIES true ${OUTPUT}/* ${OUTPUT}/.*)
string(FIND "${err}" "${MESSAGE}" found)
if(NOT status EQUAL 2 OR found EQUAL -1 OR NOT out STREQUAL "" OR written)
  message(FATAL_ERROR "expected status 2, got ${status}; expected '${MESSAGE}' in: ${err}; "
    "output: ${out}; written: ${written}")
endif()
