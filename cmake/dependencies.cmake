# Finds Eigen and xsimd, for the source tree and for the installed package alike. Sets hillock_dependencies_found, and
# hillock_dependencies_message where that is false. Gives Eigen3::Eigen and hillock::xsimd.
#
# Both are found without a version and compared here: Eigen 3.4 refuses a version range, Eigen 5 refuses "3.4", and xsimd
# refuses every request that does not name its own major version.

set(hillock_dependencies_found TRUE)
set(hillock_dependencies_message "")

macro(hillock_check_range name found from below)
  if(NOT "${found}" STREQUAL "" AND ("${found}" VERSION_LESS ${from} OR NOT "${found}" VERSION_LESS ${below}))
    message(WARNING "hillock is tested with ${name} from ${from} to below ${below}; found ${found}")
  endif()
endmacro()

if(NOT TARGET Eigen3::Eigen)
  find_package(Eigen3 CONFIG QUIET)
  hillock_check_range(Eigen "${Eigen3_VERSION}" 3.4 6)
endif()
if(NOT TARGET Eigen3::Eigen)
  set(hillock_dependencies_found FALSE)
  string(APPEND hillock_dependencies_message
    "Eigen >= 3.4 was not found (libeigen3-dev on Debian and Ubuntu; CMAKE_PREFIX_PATH names other places). ")
endif()

# The target xsimd is not linked: the one Debian 12 installs links a library (xtl) that is not there. Only its include
# path is used; an imported target's include path is a system one, so that warnings in it do not reach the user.
if(NOT TARGET hillock::xsimd)
  if(NOT TARGET xsimd)
    find_package(xsimd CONFIG QUIET)
  endif()
  if(TARGET xsimd)
    get_target_property(hillock_xsimd_include xsimd INTERFACE_INCLUDE_DIRECTORIES)
  else()
    find_path(HILLOCK_XSIMD_INCLUDE_DIR xsimd/xsimd.hpp DOC "Where xsimd/xsimd.hpp is")
    set(hillock_xsimd_include ${HILLOCK_XSIMD_INCLUDE_DIR})
    set(xsimd_VERSION "")
    if(HILLOCK_XSIMD_INCLUDE_DIR)
      file(STRINGS ${HILLOCK_XSIMD_INCLUDE_DIR}/xsimd/config/xsimd_config.hpp xsimd_VERSION
        REGEX "#define XSIMD_VERSION_(MAJOR|MINOR|PATCH)")
      string(REGEX REPLACE "[^;0-9]" "" xsimd_VERSION "${xsimd_VERSION}")
      string(REPLACE ";" "." xsimd_VERSION "${xsimd_VERSION}")
    endif()
  endif()
  if(hillock_xsimd_include)
    hillock_check_range(xsimd "${xsimd_VERSION}" 8 15)
    # Global, because a project that adds hillock as a subdirectory links it from outside this directory.
    add_library(hillock::xsimd INTERFACE IMPORTED GLOBAL)
    set_target_properties(hillock::xsimd PROPERTIES
      INTERFACE_INCLUDE_DIRECTORIES "${hillock_xsimd_include}")
  else()
    set(hillock_dependencies_found FALSE)
    string(APPEND hillock_dependencies_message
      "xsimd >= 8 was not found (libxsimd-dev on Debian and Ubuntu; CMAKE_PREFIX_PATH names other places). ")
  endif()
endif()
