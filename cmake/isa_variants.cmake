# hillock_add_isa_variants(<target> FUNCTION <name> TABLE <type> HEADER <header> SOURCE <file> [ARCHS <march>...])
#
# Builds <file> once as it is and once more for each -march of ARCHS (default: x86-64-v2 x86-64-v3 x86-64-v4), and adds to
# <target> the function <name>, which returns the variant made for the best instruction set the processor has:
#
#   kernels.hpp   struct Kernels { void (*swish)(const float* x, float* y, std::size_t n); };
#                 const Kernels& kernels();
#   kernels.cpp   #include <hillock/hillock.hpp>
#                 #include "kernels.hpp"
#                 static void swish(const float* x, float* y, std::size_t n) { hillock::forward(hillock::swish, x, y, n); }
#                 extern const Kernels HILLOCK_VARIANT{&swish};
#   CMake         hillock_add_isa_variants(app FUNCTION kernels TABLE Kernels HEADER kernels.hpp SOURCE kernels.cpp)
#
# Each variant is a file of <target> that includes <file>, so it is compiled with all that <target> has, whenever it is
# given to it: language standard, visibility, position independence, definitions, options, include paths, and what was
# set for <file> itself. Only -march is added; of two the last counts. Precompiled headers and unity builds are not used
# for them: they would be shared by files of different instruction sets. <target> is linked with hillock::hillock.
#
# The functions of the table take pointers and sizes, no Eigen type: the linker keeps one copy of each inline function and
# template instance for the whole program. hillock's own carry the instruction set in their names and stay apart; for what
# is left (std::string in an error message) the variants are linked from the lowest instruction set to the highest,
# because the linker takes the first copy.
# On processors other than x86 there is one variant, the file as it is.
function(hillock_add_isa_variants target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FUNCTION;TABLE;HEADER;SOURCE" "ARCHS")
  foreach(required IN ITEMS FUNCTION TABLE HEADER SOURCE)
    if(NOT arg_${required})
      message(FATAL_ERROR "hillock_add_isa_variants: ${required} is missing")
    endif()
  endforeach()
  set(known x86-64-v2 x86-64-v3 x86-64-v4)
  if(NOT arg_ARCHS)
    set(arg_ARCHS ${known})
  endif()
  foreach(arch IN LISTS arg_ARCHS)
    if(NOT arch IN_LIST known)
      message(FATAL_ERROR "hillock_add_isa_variants: ${arch} is not one of ${known}")
    endif()
  endforeach()
  set(archs "")
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64|i[3-6]86)$")
    foreach(arch IN LISTS known)  # from the lowest to the highest
      if(arch IN_LIST arg_ARCHS)
        list(APPEND archs ${arch})
      endif()
    endforeach()
  endif()
  # What __builtin_cpu_supports knows under these names with every compiler; it also asks whether the system saves the
  # wide registers.
  set(features_x86-64-v2 ssse3 sse4.1 sse4.2 popcnt)
  set(features_x86-64-v3 ${features_x86-64-v2} avx avx2 fma bmi bmi2)
  set(features_x86-64-v4 ${features_x86-64-v3} avx512f avx512bw avx512cd avx512dq avx512vl)

  # The properties of a file are known in one directory.
  get_target_property(target_folder ${target} SOURCE_DIR)
  if(NOT target_folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "hillock_add_isa_variants: call it in ${target_folder}, where the target ${target} is defined")
  endif()
  # Not target_link_libraries, which takes either a keyword everywhere or nowhere.
  set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES hillock::hillock)

  get_filename_component(source ${arg_SOURCE} ABSOLUTE)
  get_filename_component(header ${arg_HEADER} ABSOLUTE)
  set(declarations "")
  set(choice "")
  foreach(arch IN ITEMS baseline ${archs})
    string(MAKE_C_IDENTIFIER ${arg_FUNCTION}_${arch} variant)
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/${target}_${variant}.cpp)
    file(GENERATE OUTPUT ${unit} CONTENT "#include \"${source}\"\n")
    foreach(property IN ITEMS COMPILE_OPTIONS COMPILE_DEFINITIONS INCLUDE_DIRECTORIES OBJECT_DEPENDS COMPILE_FLAGS)
      get_source_file_property(value ${source} ${property})
      if(value)
        set_property(SOURCE ${unit} PROPERTY ${property} "${value}")
      endif()
    endforeach()
    set_property(SOURCE ${unit} APPEND PROPERTY COMPILE_DEFINITIONS HILLOCK_VARIANT=${variant})
    set_source_files_properties(${unit} PROPERTIES SKIP_PRECOMPILE_HEADERS ON SKIP_UNITY_BUILD_INCLUSION ON)
    target_sources(${target} PRIVATE ${unit})

    string(APPEND declarations "extern const ${arg_TABLE} ${variant};\n")
    if(NOT arch STREQUAL "baseline")
      set_property(SOURCE ${unit} APPEND PROPERTY COMPILE_OPTIONS -march=${arch})
      set(test "")
      foreach(feature IN LISTS features_${arch})
        list(APPEND test "__builtin_cpu_supports(\"${feature}\")")
      endforeach()
      string(REPLACE ";" " &&\n      " test "${test}")
      string(PREPEND choice "  if (${test}) {\n    return ${variant};\n  }\n")
    endif()
  endforeach()
  if(archs)
    string(PREPEND choice "  __builtin_cpu_init();\n")
  endif()

  set(dispatch ${CMAKE_CURRENT_BINARY_DIR}/${target}_${arg_FUNCTION}.cpp)
  file(GENERATE OUTPUT ${dispatch} CONTENT "#include \"${header}\"

${declarations}
static const ${arg_TABLE}& best() {
${choice}  return ${arg_FUNCTION}_baseline;
}

const ${arg_TABLE}& ${arg_FUNCTION}() {
  static const ${arg_TABLE}& chosen = best();
  return chosen;
}
")
  target_sources(${target} PRIVATE ${dispatch})
endfunction()
