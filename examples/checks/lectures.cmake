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

# Columns 4 and 5: test accuracy, difference from one matrix.
hillock_effect(08_deep_linear
  SAYS "differ by rounding only.*The layers are worth something only"
  PICTURES 08_deep_linear_identity.svg 08_deep_linear_relu.svg
  EFFECT
    "^none,0,6,|4|LESS|0.7"
    "^identity,8,|4|LESS|0.7"
    "^identity,8,|5|LESS|1e-4"
    "^relu,8,|4|GREATER|0.95"
    "^relu,8,|5|GREATER|0.1"
    "^tanh,8,|4|GREATER|0.95")

# Column 5: the gradient at the first layer over that at the last.
hillock_effect(09_vanishing_gradients
  SAYS "so it vanishes.*The sigmoid network does not get far"
  PICTURES 09_vanishing_gradients_layers.svg 09_vanishing_gradients_scales.svg
  EFFECT
    "^sigmoid,1,1,|5|LESS|1e-9"
    "^sigmoid,4,1,|5|LESS|1e-3"
    "^sigmoid,16,1,|4|GREATER|0.3"  # saturated
    "^tanh,1,1,|5|GREATER|0.01"
    "^tanh,0.25,1,|5|LESS|1e-9"
    "^tanh,16,1,|5|GREATER|1e5"
    "^relu,0.25,1,|5|LESS|1e-9"
    "^relu,1.414214,1,|5|GREATER|0.05"
    "^relu,1.414214,1,|5|LESS|20"
    "^relu,16,1,|5|GREATER|1e15"
    "^elu,0.25,1,|5|LESS|1e-9"
    "^elu,16,1,|5|GREATER|1e15")

# Column 4: the share of steps of one sign.
hillock_effect(10_zero_centred
  SAYS "It must be so.*100 % of the steps move both weights the same way.*it zig-zags behind the sigmoid"
  PICTURES 10_zero_centred_signs.svg 10_zero_centred_path.svg
  EFFECT
    "^sigmoid,1,|4|GREATER|0.9999"
    "^relu,1,|4|GREATER|0.9999"
    "^tanh,1,|4|LESS|0.01"
    "^elu,1,|4|LESS|0.01"
    "^sigmoid,32,|4|LESS|0.5"
    "^tanh,32,|4|LESS|0.01")

# Columns 6, 7, 8, 9: dead share of the first and the second layer, training accuracy, revived share.
hillock_effect(11_dying_relu
  SAYS "A high learning rate kills.*The lectures advise a small positive bias.*ELUs die too.*A large negative bias kills for good"
  PICTURES 11_dying_relu_rates.svg 11_dying_relu_biases.svg 11_dying_relu_instead.svg
  EFFECT
    "^rate,relu,0.02,0,20,|7|LESS|0.02"
    "^rate,relu,0.15,0,20,|7|GREATER|0.5"
    "^rate,relu,0.15,0,20,|8|LESS|0.5"
    "^high rate,leaky_relu,0.1,0,20,|7|LESS|0.001"
    "^high rate,elu,0.1,0,20,|7|GREATER|0.05"
    "^worst bias,maxout,0.02,-3,20,|7|GREATER|0.01"
    "^worst bias,relu,0.02,-3,20,|7|GREATER|0.95"
    "^worst bias,relu,0.02,-3,20,|9|LESS|0.02"
    "^worst bias,prelu,0.02,-3,20,|8|GREATER|0.95"
    "^worst bias,elu,0.02,-3,20,|8|GREATER|0.95"
    "^worst bias,maxout,0.02,-3,20,|8|GREATER|0.95")

# Column 4: epochs to the goal.
hillock_effect(12_convergence
  SAYS "It is not six times here: .* with one rate for all, and a small one, ReLU is ahead"
  PICTURES 12_convergence.svg
  EFFECT
    "^right labels,0.02,relu,0.005,|4|LESS|12"
    "^right labels,0.02,sigmoid,0.005,|4|GREATER|24"
    "^right labels,0.02,tanh,0.005,|4|LESS|24"
    "^right labels,0.02,sigmoid,0.1,|4|LESS|12"
    "^shuffled labels,0.25,relu,0.01,|4|LESS|45"
    "^shuffled labels,0.25,tanh,0.05,|4|LESS|45")

# Columns 3, 4, 5: parameters, difference of the probabilities, of the gradient.
hillock_effect(13_maxout_and_prelu
  SAYS "the same function, but for rounding.*1.93 times the parameters.*From 0.25 each unit went its own way"
  PICTURES 13_maxout_shapes.svg 13_prelu_slopes.svg
  EFFECT
    "^imitation,relu,|4|LESS|1e-5"
    "^imitation,relu,|5|LESS|1e-4"
    "^imitation,leaky_relu,|4|LESS|1e-5"
    "^imitation,leaky_relu,|5|LESS|1e-4"
    "^trained,relu,64,|3|LESS|8971"
    "^trained,maxout,64,|3|GREATER|17289"
    "^trained,maxout,64,|7|GREATER|0.95")

find_program(HILLOCK_TIMEOUT timeout)
mark_as_advanced(HILLOCK_TIMEOUT)
if(HILLOCK_TIMEOUT)
  add_test(NAME examples.dying_relu.writes_nothing_when_interrupted
    COMMAND ${CMAKE_COMMAND} -D PROGRAM=$<TARGET_FILE:11_dying_relu> -D OUTPUT=${scratch}/dying_relu.interrupted
      -D TIMEOUT=${HILLOCK_TIMEOUT} -P ${CMAKE_CURRENT_SOURCE_DIR}/interrupted.cmake)
endif()

hillock_refused(dying_relu.refuses_a_learning_rate_of_zero 11_dying_relu "--learning-rates must be above 0"
  --learning-rates 0.1,0)
hillock_refused(dying_relu.refuses_a_bias_of_nan 11_dying_relu "--biases must be finite" --biases 0,nan)
hillock_refused(dying_relu.refuses_missing_digits 11_dying_relu "no_such.csv: cannot be opened"
  --data ${scratch}/no_such.csv)
hillock_refused(convergence.refuses_zero_epochs 12_convergence "epochs" --epochs 0)

foreach(program IN LISTS lecture_programs)
  string(REGEX REPLACE "^[0-9]+_" "" name ${program})
  hillock_refused(${name}.refuses_an_unknown_option ${program} "--no-such-option" --no-such-option)
  hillock_refused(${name}.refuses_a_negative_seed ${program} "seed" --seed=-1)
  hillock_refused(${name}.refuses_an_output_below_a_file ${program} "cannot be written"
    --output ${scratch}/empty.csv/below)
endforeach()
