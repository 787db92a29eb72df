#!/usr/bin/env bash
# The checks of this folder must find what is planted in a small tree, name it, and let the rest pass.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tree=$folder/tree
failures=0

put() {
  local path=$tree/$1
  [ -d "${path%/*}" ] || mkdir -p "${path%/*}"
  printf '%s\n' "${@:2}" >"$path"
}
plant() { printf '%s\n' "${@:2}" >>"$tree/$1"; }
put_tree() {
  put include/hillock/version.hpp '#define HILLOCK_VERSION_MAJOR 0'
  put include/hillock/simd/batch.hpp '#include <xsimd/xsimd.hpp>' '#include <hillock/simd/instruction_set.hpp>'
  put include/hillock/simd/instruction_set.hpp '#define HILLOCK_ISA sse2'
  put include/hillock/kernels/exp.hpp '#include <hillock/simd/batch.hpp>'
  put include/hillock/arrays/lazy/expression.hpp '#include <Eigen/Core>' '#include <hillock/kernels/exp.hpp>' '#include "../views/element.hpp"'
  put include/hillock/arrays/views/element.hpp '#include <Eigen/Core>' '#include "../../simd/batch.hpp"'
  put include/hillock/verbs.hpp '#include <hillock/arrays/lazy/expression.hpp>'
  put include/hillock/activations/leaky_relu.hpp '#include <hillock/arrays/lazy/expression.hpp>'
  put include/hillock/activations/elu.hpp '#include <hillock/kernels/exp.hpp>' '#include <hillock/arrays/lazy/expression.hpp>'
  put include/hillock/hillock.hpp '#include <hillock/activations/elu.hpp>' '#include <hillock/activations/leaky_relu.hpp>'
  put include/hillock/diagnostics/reports/report.hpp '#include <hillock/simd/instruction_set.hpp>'
  put include/hillock/diagnostics/counting/counter.hpp '#include <hillock/diagnostics/reports/report.hpp>'
  put include/hillock/diagnostics/monitors/units.hpp '#include <hillock/diagnostics/counting/counter.hpp>' \
    '#include <hillock/activations/elu.hpp>'
  put include/hillock/diagnostics.hpp '#include <hillock/verbs.hpp>' '#include <hillock/diagnostics/monitors/units.hpp>'
  put tests/activations/elu_test.cpp ''
  put tests/activations/leaky_relu_test.cpp ''
  put bench/activations.cpp 'row(hillock::elu);' 'row(hillock::LeakyReLU{0.01});'
}
put_tree
mv "$tree" "$folder/in_order"
fresh() { rm -rf "$tree"; cp -r "$folder/in_order" "$tree"; }  # a copy: that takes two processes
passes() {  # check, what it is
  local output
  output=$(bash "$here/$1.sh" "$tree" 2>&1) && { echo "ok      $1 accepts $2"; return; }
  echo "FAILED  $1 refuses $2: $output"; failures=$((failures + 1))
}
names() {  # check, what it must say
  local output
  if output=$(bash "$here/$1.sh" "$tree" 2>&1); then
    echo "FAILED  $1 does not see: $2"; failures=$((failures + 1))
  elif [[ $output != *"$2"* ]]; then
    echo "FAILED  $1 does not say: $2, but: $output"; failures=$((failures + 1))
  else
    echo "ok      $1 says: $2"
  fi
}

fresh; passes arrows 'a tree in order'; passes four_places 'a tree in order'

fresh; plant include/hillock/kernels/exp.hpp '#include <hillock/verbs.hpp>'
names arrows 'include/hillock/kernels/exp.hpp:2: kernels -> verbs.hpp (verbs.hpp): points up'
fresh; plant include/hillock/simd/batch.hpp '  #  include "../kernels/exp.hpp"'
names arrows 'include/hillock/simd/batch.hpp:3: simd -> kernels (kernels/exp.hpp): points up'
fresh; plant include/hillock/verbs.hpp '#include <hillock/hillock.hpp>'
names arrows 'include/hillock/verbs.hpp:2: verbs.hpp -> hillock.hpp (hillock.hpp): points up'
fresh; plant include/hillock/version.hpp '#include <hillock/simd/batch.hpp>'
names arrows 'include/hillock/version.hpp:2: version.hpp -> simd (simd/batch.hpp): points up'
fresh; plant include/hillock/activations/elu.hpp '#include <hillock/activations/leaky_relu.hpp>'
names arrows 'include/hillock/activations/elu.hpp:3: activations -> activations (activations/leaky_relu.hpp): points sideways'
fresh; plant include/hillock/activations/elu.hpp '#include "leaky_relu.hpp"'
names arrows 'points sideways, from one activation to another'
fresh; plant include/hillock/hillock.hpp '#include <hillock/diagnostics.hpp>'
names arrows 'include/hillock/hillock.hpp:3: hillock.hpp -> diagnostics.hpp'
fresh; plant include/hillock/hillock.hpp '#include <hillock/diagnostics/monitors/units.hpp>'
names arrows 'include/hillock/hillock.hpp:3: hillock.hpp -> diagnostics (diagnostics/monitors/units.hpp): the diagnostics have a door'
fresh; plant include/hillock/activations/elu.hpp '#include <hillock/diagnostics/monitors/units.hpp>'
names arrows 'include/hillock/activations/elu.hpp:3: activations -> diagnostics (diagnostics/monitors/units.hpp): points up'
fresh; plant include/hillock/diagnostics/monitors/units.hpp '#include <hillock/diagnostics.hpp>'
names arrows 'include/hillock/diagnostics/monitors/units.hpp:3: diagnostics -> diagnostics.hpp (diagnostics.hpp): points up'
fresh; plant include/hillock/diagnostics/monitors/units.hpp '#include <hillock/hillock.hpp>'
names arrows 'include/hillock/diagnostics/monitors/units.hpp:3: diagnostics -> hillock.hpp (hillock.hpp): points up'
fresh; plant include/hillock/diagnostics/monitors/units.hpp 'using Batch = xsimd::batch<float>;'
names arrows 'include/hillock/diagnostics/monitors/units.hpp:3: diagnostics -> xsimd'
fresh; plant include/hillock/diagnostics/counting/counter.hpp '#include <hillock/diagnostics/monitors/units.hpp>'
names arrows 'counting/counter.hpp:2: diagnostics -> diagnostics (diagnostics/monitors/units.hpp): points up'
fresh; plant include/hillock/diagnostics/reports/report.hpp '#include <hillock/diagnostics/counting/counter.hpp>'
names arrows 'reports/report.hpp:2: diagnostics -> diagnostics (diagnostics/counting/counter.hpp): points up'
fresh; plant include/hillock/diagnostics/reports/report.hpp '#include <hillock/simd/batch.hpp>'
names arrows 'reports/report.hpp:2: diagnostics -> simd (simd/batch.hpp): a report is plain data and text'
fresh; plant include/hillock/diagnostics/reports/report.hpp 'using Index = Eigen::Index;'
names arrows 'reports/report.hpp:2: diagnostics -> Eigen: must not be known here'
fresh; plant include/hillock/activations/elu.hpp '#include "../../../tests/activations/elu_test.cpp"'
names arrows 'include/hillock/activations/elu.hpp:3: activations -> ..'
fresh; plant include/hillock/kernels/exp.hpp 'Eigen::ArrayXf x;'
names arrows 'include/hillock/kernels/exp.hpp:2: kernels -> Eigen'
fresh; plant include/hillock/activations/elu.hpp '#include <Eigen/Core>'
names arrows 'include/hillock/activations/elu.hpp:3: activations -> Eigen'
fresh; plant include/hillock/simd/batch.hpp 'Eigen::ArrayXf x;'
names arrows 'include/hillock/simd/batch.hpp:3: simd -> Eigen'
fresh; plant include/hillock/verbs.hpp 'using Batch = xsimd::batch<float>;'
names arrows 'include/hillock/verbs.hpp:2: verbs.hpp -> xsimd'
fresh; put include/hillock/helpers/all.hpp ''
names arrows 'include/hillock/helpers/all.hpp: has no place in the list'
fresh; plant include/hillock/kernels/exp.hpp '// #include <hillock/hillock.hpp>, Eigen::Array' "/* xsimd::batch" \
  '#include <hillock/hillock.hpp>' '*/ const char* text = "Eigen::Array // xsimd"; int n = 1'"'"'000;'
passes arrows 'what stands in comments and strings'
fresh; plant include/hillock/kernels/exp.hpp '/* here */ Eigen::ArrayXf x;'
names arrows 'include/hillock/kernels/exp.hpp:2: kernels -> Eigen'

fresh; plant include/hillock/arrays/views/element.hpp '#include <hillock/arrays/views/view.hpp>'
put include/hillock/arrays/views/view.hpp '#include "element.hpp"'
names arrows 'arrays/views/view.hpp is part of a cycle of includes'
fresh; put examples/first.cpp '#include <hillock/arrays/lazy/expression.hpp>'
names arrows 'examples/first.cpp:1: arrays/lazy/expression.hpp is behind a door'
fresh; put examples/first.cpp '#include <hillock/hillock.hpp>' '#include <hillock/activations/elu.hpp>'
passes arrows 'an example that includes the doors'

fresh; put include/hillock/activations/elu.hpp 'namespace hillock {' '/// Exponential linear unit.' 'class ELU {};' '}  // namespace hillock'
passes docstrings 'a class with a docstring'
fresh; put include/hillock/activations/elu.hpp 'namespace hillock {' 'template <class T>' 'class ELU {};' '}  // namespace hillock'
names docstrings 'include/hillock/activations/elu.hpp:3: ELU has no docstring'
fresh; put include/hillock/activations/elu.hpp 'namespace hillock {' 'namespace detail {' 'class ELU {};' '}  // namespace detail' '}  // namespace hillock'
passes docstrings 'a class of detail without a docstring'

# Pages: links beside code, and headings as GitHub makes anchors of them.
fresh_with_pages() {
  fresh
  put README.md '# A tree' '' '## What it does, in C++' '## Flags' '## Flags' 'See [the guide](docs/guide.md#first-steps), [`elu`, a' \
    'function](include/hillock/activations/elu.hpp), [above](#what-it-does-in-c), [again](#flags-1), [a page](https://none.invalid/x).'
  put docs/guide.md '# Guide' '## First `steps`' '[back](../README.md), [tests](../tests) `[no link](none.md)`' '```cpp' \
    '# no heading' '[[nodiscard]](none.hpp)' '```'
}
fresh_with_pages; passes links 'pages in order'
fresh_with_pages; plant README.md '' '[moved](docs/manual.md)'
names links 'README.md:9: docs/manual.md: there is no such file'
fresh_with_pages; plant docs/guide.md '![a picture](pictures/none.svg)'
names links 'docs/guide.md:8: pictures/none.svg: there is no such file'
fresh_with_pages; plant docs/guide.md '[`elu`](../include/hillock/activations/selu.hpp), [back](../README.md)'
names links 'docs/guide.md:8: ../include/hillock/activations/selu.hpp: there is no such file'
fresh_with_pages; plant README.md '[gone](docs/guide.md#last-steps)'
names links 'README.md:8: docs/guide.md#last-steps: there is no such heading'
fresh_with_pages; plant README.md '[gone](#flags-2)'
names links 'README.md:8: #flags-2: there is no such heading'
fresh_with_pages; plant docs/guide.md '[code](#no-heading)'
names links 'docs/guide.md:8: #no-heading: there is no such heading'
fresh_with_pages; plant docs/guide.md 'As [in the manual][manual].' '' '[manual]: manual.md'
names links 'docs/guide.md:10: manual.md: there is no such file'
fresh_with_pages; plant docs/guide.md '[outside](../../in_order/docs)'
names links 'docs/guide.md:8: ../../in_order/docs: leads out of the tree'
fresh; names links '0 links'

fresh_with_catalogue() {
  fresh
  plant include/hillock/activations/elu.hpp 'class ELU : public PreparedActivation<ELU<A, Arch>> {'
  plant include/hillock/hillock.hpp '  visitor("elu", ELU<A>{});' '/// visitor("tanh", Tanh<A>{});'
}
fresh_with_catalogue; passes four_places 'a catalogue in order'
fresh_with_catalogue; sed -i '/visitor("elu"/d' "$tree/include/hillock/hillock.hpp"
names four_places 'elu is missing: its row of the catalogue in include/hillock/hillock.hpp, visitor("elu", TYPE<A>{});'
fresh_with_catalogue; sed -i 's/ELU<A>{}/ReLU<A>{}/' "$tree/include/hillock/hillock.hpp"
names four_places 'include/hillock/activations/elu.hpp has no class ReLU'
fresh_with_catalogue; plant include/hillock/hillock.hpp '  visitor("gelu", GELU<A>{});'
names four_places 'gelu is missing: its header, include/hillock/activations/gelu.hpp, which the catalogue'
fresh; rm "$tree/tests/activations/elu_test.cpp"
names four_places 'elu is missing: its test, tests/activations/elu_test.cpp'
fresh; rm "$tree/include/hillock/activations/leaky_relu.hpp"
names four_places 'leaky_relu is missing: its header, include/hillock/activations/leaky_relu.hpp'
fresh; put include/hillock/hillock.hpp '#include <hillock/activations/elu.hpp>' '// #include <hillock/activations/leaky_relu.hpp>'
names four_places 'leaky_relu is missing: its line in include/hillock/hillock.hpp'
fresh; put bench/activations.cpp 'row(hillock::LeakyReLU{});  // row(hillock::elu);'
names four_places 'elu is missing: its row in bench/activations.cpp'
fresh; rm -r "$tree/bench"
names four_places 'leaky_relu is missing: its row in bench/activations.cpp'
fresh; rm -r "$tree/include/hillock/activations" "$tree/tests"
names four_places '0 headers and tests'

[ "$failures" -eq 0 ]
