include(CMakeFindDependencyMacro)
find_dependency(hillock)
include(${CMAKE_CURRENT_LIST_DIR}/layers-targets.cmake)
