# The options of hillock's own programs (tests, examples, benchmarks). None of them reaches a user of the library.
set(HILLOCK_MARCH "" CACHE STRING "-march of hillock's own programs, such as x86-64-v3 or native")
option(HILLOCK_SANITIZE "Build hillock's own programs with the address and undefined-behaviour sanitizers" OFF)

# g++ 12 finds an uninitialised __Y inside its own AVX-512 intrinsics (GCC bug 105593) wherever Eigen uses them.
set(avx512_warnings "")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13 AND HILLOCK_MARCH)
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS -march=${HILLOCK_MARCH})
  check_cxx_source_compiles("
    #ifndef __AVX512F__
    #error
    #endif
    int main() {}" HILLOCK_HAS_AVX512_${HILLOCK_MARCH})
  unset(CMAKE_REQUIRED_FLAGS)
  if(HILLOCK_HAS_AVX512_${HILLOCK_MARCH})
    set(avx512_warnings -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
endif()

# hillock_program(target): links hillock and sets the warnings and the options above.
function(hillock_program target)
  target_link_libraries(${target} PRIVATE hillock::hillock)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(NOT MSVC)
    target_compile_options(${target} PRIVATE
      -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow ${avx512_warnings})
  endif()
  if(HILLOCK_MARCH)
    target_compile_options(${target} PRIVATE -march=${HILLOCK_MARCH})
  endif()
  if(HILLOCK_SANITIZE)
    # Without what asks for the size of an object, as the address sanitizer does: clang takes half the time.
    set(sanitize -fsanitize=address,undefined -fno-sanitize=object-size,vptr -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
    target_compile_options(${target} PRIVATE ${sanitize})
    target_link_options(${target} PRIVATE ${sanitize})
  endif()
endfunction()

# hillock_syntax_test(name source [option...]): everything in the source is instantiated, with every warning as an error,
# and not one instruction is made of it. That takes a fifth of a compilation's time.
function(hillock_syntax_test name source)
  if(MSVC)
    return()
  endif()
  set(march "")
  if(HILLOCK_MARCH)
    set(march -march=${HILLOCK_MARCH})
  endif()
  string(REPLACE " " ";" flags "${CMAKE_CXX_FLAGS}")
  add_test(NAME ${name} COMMAND ${CMAKE_CXX_COMPILER} -std=c++17 -fsyntax-only ${flags} ${march}
    -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wdouble-promotion -Werror ${quiet_avx512}
    -I${PROJECT_SOURCE_DIR}/include
    -isystem "$<JOIN:$<TARGET_PROPERTY:Eigen3::Eigen,INTERFACE_INCLUDE_DIRECTORIES>,;-isystem;>"
    -idirafter "$<JOIN:$<TARGET_PROPERTY:hillock::xsimd,INTERFACE_INCLUDE_DIRECTORIES>,;-idirafter;>"
    ${ARGN} ${source}
    COMMAND_EXPAND_LISTS)
endfunction()
