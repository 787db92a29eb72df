#pragma once

// The only place the version is written: CMake and the package read it from here.
#define HILLOCK_VERSION_MAJOR 0
#define HILLOCK_VERSION_MINOR 1
#define HILLOCK_VERSION_PATCH 0
