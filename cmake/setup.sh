# Set-up shared by tests/run, examples/run, bench/run, bench/cycles and .ci/run. Sourced by bash:
#
#   . "$(dirname "${BASH_SOURCE[0]}")/../cmake/setup.sh"
#   hillock_setup cmake g++ eigen xsimd cli11 zlib || exit 2
#   hillock_offer gnuplot fashion-mnist
#
# hillock_setup NEED...   Installs what is missing with apt (Debian, Ubuntu; as root, or through a sudo that asks for no
#                         password). Elsewhere prints what to install and returns 1. Silent where nothing is missing.
# hillock_offer NEED...   The same for what one can do without: never fails, one line says what will be left out.
# hillock_have NEED       Whether NEED is there.
# hillock_lacks MARCH     Succeeds where this processor cannot run programs for -march=MARCH, and prints the first of the
#                         processor's flags that is missing. Knows x86-64-v2, -v3 and -v4; fails for all others.
# hillock_header_folder HEADER...   Prints the folder of the first of these headers that is there; fails without one.
# hillock_llvm_mca        Prints the command of llvm-mca: version 19, else the newest; fails without one.
# hillock_llvm_mca_version COMMAND   Prints its major version.
# hillock_jobs            Prints the number of processors to build with.
# hillock_root            The top of the source tree (a variable).
#
# A NEED is a C++ compiler's command (g++, clang++, g++-13, clang++-19, aarch64-linux-gnu-g++) or one of
#   cmake (with a build tool)  eigen  xsimd  catch2  benchmark  cli11  zlib  gnuplot  fashion-mnist
#   nlohmann-json  nm  qemu-aarch64  clang-sanitizers  mpfr  sleef  dnnl  highway  llvm-mca
#   clang-format-14  clang-tidy-14
# HILLOCK_NO_INSTALL=1 only prints what is missing. Ninja is used where it is installed, unless CMAKE_GENERATOR is set.

hillock_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

hillock_jobs() { nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2; }

hillock_lacks() {
  local flag needed=()
  case $1 in
    x86-64-v2) needed=(ssse3 sse4_1 sse4_2 popcnt) ;;
    x86-64-v3) needed=(avx2 fma bmi2 f16c) ;;
    x86-64-v4) needed=(avx512f avx512bw avx512cd avx512dq avx512vl) ;;
    *) return 1 ;;
  esac
  [ -r /proc/cpuinfo ] || return 1
  for flag in "${needed[@]}"; do
    grep -qwm1 "$flag" /proc/cpuinfo || { echo "$flag"; return 0; }
  done
  return 1
}

# Headers are where compilers and CMake look, or below CMAKE_PREFIX_PATH.
hillock_header_folder() {
  local header prefix folder prefixes=${CMAKE_PREFIX_PATH:-}
  # Debian has headers that differ by processor in include/x86_64-linux-gnu and the like.
  local machine
  machine=$(uname -m 2>/dev/null || true)-linux-gnu
  for header in "$@"; do
    for prefix in /usr /usr/local /opt/homebrew ${prefixes//[:;]/ }; do
      for folder in include include/eigen3 include/catch2 "include/$machine"; do
        [ -e "$prefix/$folder/$header" ] && echo "$prefix/$folder" && return 0
      done
    done
  done
  return 1
}
hillock_have_header() { hillock_header_folder "$@" >/dev/null; }

# Below version 17 it has no model of Zen 4 and of Sapphire Rapids.
hillock_llvm_mca() {
  local version command
  for version in 19 {40..20} 18 17; do
    command -v llvm-mca-$version && return 0
  done
  for command in llvm-mca /opt/homebrew/opt/llvm/bin/llvm-mca; do
    command -v $command >/dev/null || continue
    [ "$(hillock_llvm_mca_version $command)" -ge 17 ] && echo $command && return 0
  done
  return 1
}
hillock_llvm_mca_version() { "$1" --version | sed -n 's/.*LLVM version \([0-9]*\).*/\1/p'; }

# Debian's package of llvm-mca: that of version 19 where it is known, else of the newest that is.
hillock_llvm_package() {
  local known
  known=$(apt-cache search --names-only '^llvm-[0-9]+$' 2>/dev/null | cut -d' ' -f1 | sort -V)
  case $'\n'$known$'\n' in
    $'\n\n' | *$'\nllvm-19\n'*) echo llvm-19 ;;
    *) tail -n 1 <<<"$known" ;;
  esac
}

hillock_have() {
  case $1 in
    cmake) command -v cmake >/dev/null && { command -v ninja >/dev/null || command -v make >/dev/null; } ;;
    eigen) hillock_have_header Eigen/Core ;;
    xsimd) hillock_have_header xsimd/xsimd.hpp ;;
    catch2) hillock_have_header catch2/catch.hpp catch2/catch_all.hpp ;;
    nlohmann-json) hillock_have_header nlohmann/json.hpp ;;
    benchmark) hillock_have_header benchmark/benchmark.h ;;
    cli11) hillock_have_header CLI/CLI.hpp ;;
    zlib) hillock_have_header zlib.h ;;
    mpfr) hillock_have_header mpfr.h ;;
    sleef) hillock_have_header sleef.h ;;
    dnnl) hillock_have_header dnnl.hpp oneapi/dnnl/dnnl.hpp ;;
    highway) hillock_have_header hwy/highway.h ;;
    fashion-mnist) [ -e /usr/share/datasets/fashion-mnist ] ;;
    llvm-mca) hillock_llvm_mca >/dev/null ;;
    clang-sanitizers)  # clang's run-time libraries are a package of their own
      local archive
      archive=$(clang++ -print-file-name=libclang_rt.asan-x86_64.a 2>/dev/null) && [ -e "$archive" ] && return 0
      archive=$(clang++ -print-file-name=libclang_rt.asan.a 2>/dev/null) && [ -e "$archive" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# The Debian packages behind a need.
hillock_packages() {
  case $1 in
    cmake) echo cmake ninja-build ;;
    eigen) echo libeigen3-dev ;;
    xsimd) echo libxsimd-dev ;;
    catch2) echo catch2 ;;
    nlohmann-json) echo nlohmann-json3-dev ;;
    benchmark) echo libbenchmark-dev ;;
    cli11) echo libcli11-dev ;;
    zlib) echo zlib1g-dev ;;
    mpfr) echo libmpfr-dev ;;
    sleef) echo libsleef-dev ;;
    dnnl) echo libdnnl-dev ;;
    highway) echo libhwy-dev ;;
    gnuplot) echo gnuplot-nox ;;
    fashion-mnist) echo dataset-fashion-mnist ;;
    nm) echo binutils ;;
    llvm-mca) hillock_llvm_package ;;
    qemu-aarch64) echo qemu-user ;;
    aarch64-linux-gnu-g++) echo g++-aarch64-linux-gnu ;;
    clang-sanitizers) echo "libclang-rt-$(clang++ -dumpversion 2>/dev/null | cut -d. -f1)-dev" ;;
    clang++*) echo "${1/clang++/clang}" ;;
    *) echo "$1" ;;
  esac
}

# Sets `missing` to those of the needs that are not there.
hillock_list_missing() {
  local need
  missing=()
  for need in "$@"; do hillock_have "$need" || missing+=("$need"); done
}

# hillock_apt LOG APT-GET-ARGUMENT...   apt-get, as root by the caller's as_root. A new server upgrades itself just when
# it is first used: while another program holds one of the locks of apt or dpkg, says so and waits, for as many seconds as
# HILLOCK_APT_WAIT says (15 minutes). apt's own DPkg::Lock::Timeout knows nothing of the locks of the lists and archives.
hillock_apt() {
  local log=$1 waits="" held until=$((SECONDS + ${HILLOCK_APT_WAIT:-900}))
  shift
  until "${as_root[@]+"${as_root[@]}"}" env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get -q "$@" >"$log" 2>&1; do
    held=$(grep -m1 -E 'Could not get lock|Unable to acquire the dpkg' "$log") || return 1
    [ $SECONDS -lt $until ] || return 1
    [ -n "$waits" ] || echo "-- waiting until another program is done: ${held#E: }" >&2
    waits=yes
    sleep 3
  done
}

# Installs the packages of the needs; fails where that is not possible or not allowed.
hillock_install() {
  [ -z "${HILLOCK_NO_INSTALL:-}" ] && command -v apt-get >/dev/null || return 1
  local need packages=() as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null && sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  for need in "$@"; do packages+=($(hillock_packages "$need")); done
  echo "-- installing ${packages[*]}" >&2
  local log
  log=$(mktemp)
  # A list that cannot be refreshed may still be good enough to install from.
  hillock_apt "$log" update || cat "$log" >&2
  if ! hillock_apt "$log" install -y --no-install-recommends "${packages[@]}"; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

hillock_say_how_to_install() {
  local need packages=()
  for need in "$@"; do packages+=($(hillock_packages "$need")); done
  echo "   on Debian and Ubuntu: apt-get install --no-install-recommends ${packages[*]}" >&2
  echo "   installed somewhere else: name the prefix in CMAKE_PREFIX_PATH" >&2
}

hillock_prefer_ninja() {
  if [ -z "${CMAKE_GENERATOR:-}" ] && command -v ninja >/dev/null; then export CMAKE_GENERATOR=Ninja; fi
}

hillock_setup() {
  local missing
  hillock_list_missing "$@"
  [ ${#missing[@]} -eq 0 ] || hillock_install "${missing[@]}" || true
  hillock_list_missing "$@"
  hillock_prefer_ninja
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "Missing: ${missing[*]}" >&2
  hillock_say_how_to_install "${missing[@]}"
  return 1
}

hillock_offer() {
  local missing
  hillock_list_missing "$@"
  [ ${#missing[@]} -eq 0 ] && return 0
  hillock_install "${missing[@]}" || true
  hillock_list_missing "$@"
  [ ${#missing[@]} -eq 0 ] || echo "-- going on without: ${missing[*]}" >&2
  return 0
}

