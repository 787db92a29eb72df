# Toolchain file: 64-bit ARM from Debian's cross compiler, programs run by qemu's user mode.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64 -L /usr/aarch64-linux-gnu)
# xsimd and Catch2 2 are headers alone: the host's serve, searched after the target's own. Because the compiler now names
# /usr/include among its own folders, CMake never puts it in front of the target's.
set(CMAKE_CXX_FLAGS_INIT "-idirafter /usr/include")
