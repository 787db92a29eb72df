# The lectures' experiments show what the lectures say, in numbers.

# hillock_effect(program SAYS regex PICTURES svg... EFFECT row|column|comparison|limit... [ARGUMENTS argument...])
function(hillock_effect program)
  cmake_parse_arguments(check "" "SAYS" "PICTURES;EFFECT;ARGUMENTS" ${ARGN})
  if(HILLOCK_SANITIZE)  # a hundred times slower
    return()
  endif()
  add_test(NAME examples.${program}
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:${program}> -D OUTPUT=${scratch}/${program}
      -D CSV=${program}.csv "-DARGUMENTS=${check_ARGUMENTS}" "-DEFFECT=${check_EFFECT}"
      "-DSAYS=${check_SAYS}" "-DPICTURES=${check_PICTURES}"
      -P ${CMAKE_CURRENT_SOURCE_DIR}/effect.cmake)
endfunction()

# Columns 6, 7, 8, 9: dead share of the first and the second layer, training accuracy, revived share.
hillock_effect(11_dying_relu
  SAYS "A high learning rate kills.*A large negative bias kills for good"
  PICTURES 11_dying_relu_rates.svg 11_dying_relu_biases.svg 11_dying_relu_instead.svg
  EFFECT
    "^rate,relu,0.02,0,20,|7|LESS|0.02"
    "^rate,relu,0.15,0,20,|7|GREATER|0.5"
    "^rate,relu,0.15,0,20,|8|LESS|0.5"
    "^high rate,leaky_relu,0.1,0,20,|7|LESS|0.001"
    "^worst bias,relu,0.02,-3,20,|7|GREATER|0.95"
    "^worst bias,relu,0.02,-3,20,|9|LESS|0.02"
    "^worst bias,prelu,0.02,-3,20,|8|GREATER|0.95"
    "^worst bias,elu,0.02,-3,20,|8|GREATER|0.95"
    "^worst bias,maxout,0.02,-3,20,|8|GREATER|0.95")

foreach(program IN LISTS lecture_programs)
  string(REGEX REPLACE "^[0-9]+_" "" name ${program})
  hillock_refused(${name}.refuses_an_unknown_option ${program} "--no-such-option" --no-such-option)
  hillock_refused(${name}.refuses_a_negative_seed ${program} "seed" --seed=-1)
  hillock_refused(${name}.refuses_an_output_below_a_file ${program} "cannot be written"
    --output ${scratch}/empty.csv/below)
endforeach()
