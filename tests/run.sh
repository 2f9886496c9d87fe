#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. The last lines are CTest's summary.
#
#   tests/run.sh                 everything that needs the normal build: unit, integration, structure, format
#   tests/run.sh --quick         unit tests only
#   tests/run.sh --all           also the unit tests under ASan and UBSan, and every fuzz target for 60 s (as CI=true does)
#   tests/run.sh --asan          also the unit tests under ASan and UBSan
#   tests/run.sh --fuzz SECONDS  also every fuzz target for so long
#   tests/run.sh -R REGEX        only tests whose name matches
#
# Builds live in build/test, build/test-asan and build/test-fuzz; a second run compiles what changed.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly root=$PWD

usage() { sed -n '2,11s/^# \{0,1\}//p' "$root/tests/run.sh"; }

quick='' asan='' fuzz_seconds='' regex=''
if [ "${CI:-}" = true ]; then asan=1 fuzz_seconds=60; fi
while [ $# -gt 0 ]; do
  case "$1" in
    --quick) quick=1 ;;
    --all) asan=1 fuzz_seconds=60 ;;
    --asan) asan=1 ;;
    --fuzz)
      fuzz_seconds=${2:-}
      shift
      if ! [[ $fuzz_seconds =~ ^[1-9][0-9]*$ ]]; then echo "run.sh: --fuzz needs a number of seconds" >&2; exit 64; fi ;;
    -R)
      regex=${2:-}
      shift
      if [ -z "$regex" ]; then echo "run.sh: -R needs a regular expression" >&2; exit 64; fi ;;
    -h | --help) usage; exit 0 ;;
    *) echo "run.sh: unknown option '$1'" >&2; usage >&2; exit 64 ;;
  esac
  shift
done

jobs=${BUSBAR_JOBS:-$(nproc)}
phases=()
phase() {  # phase NAME COMMAND…: says what runs and remembers how long it took
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@"
  phases+=("$(printf '%-34s %4d s' "$name" $((SECONDS - started)))")
}

# The programs a build folder makes whose names begin with a prefix.
programs() {
  ninja -C "$1" -t targets all | sed -n "s/^\($2[a-z0-9_]*\): phony.*/\1/p" | sort -u
}
build() {  # build PRESET FOLDER [TARGET-PREFIX [CMAKE-OPTION…]]
  local preset=$1 folder=$2 prefix=${3:-} targets=()
  cmake --preset "$preset" -B "$folder" "${@:4}"
  if [ -n "$prefix" ]; then mapfile -t targets < <(programs "$folder" "$prefix"); fi
  cmake --build "$folder" -j "$jobs" ${targets[@]+--target "${targets[@]}"}
}

# One CTest run over everything, so that there is one summary: the folder of the normal build, and the programs of the
# other builds as one test each.
suite=$root/build/test-suite
write_suite() {
  local name program seeds
  mkdir -p "$suite"
  {
    echo "subdirs(\"$root/build/test\")"
    if [ -n "$asan" ]; then
      for name in $(programs build/test-asan unit_); do
        program=$(find "$root/build/test-asan/tests" -name "$name" -type f)
        echo "add_test(asan.$name \"$program\" --gtest_brief=1)"
        echo "set_tests_properties(asan.$name PROPERTIES LABELS asan TIMEOUT 600 COST 500)"
      done
    fi
    if [ -n "$fuzz_seconds" ]; then
      for name in $(programs build/test-fuzz fuzz_); do
        program=$(find "$root/build/test-fuzz/tests" -name "$name" -type f)
        seeds=$root/tests/fuzz/corpus/${name#fuzz_}
        mkdir -p "$suite/$name"
        # New inputs go to the build folder; the seeds of the repository are only read.
        echo "add_test($name \"$program\" -max_total_time=$fuzz_seconds -timeout=10 -rss_limit_mb=2048 -print_final_stats=1" \
          "\"-artifact_prefix=$suite/$name-\" \"$suite/$name\" $([ ! -d "$seeds" ] || echo "\"$seeds\""))"
        echo "set_tests_properties($name PROPERTIES LABELS fuzz TIMEOUT $((fuzz_seconds + 120)) COST 1000)"
      done
    fi
  } >"$suite/CTestTestfile.cmake"
}

phase "packages" packaging/packages.sh install build test
if [ -n "$quick" ]; then
  phase "build (unit tests)" build dev build/test unit_
else
  phase "build" build dev build/test
fi
[ -z "$asan" ] || phase "build with ASan and UBSan" build asan-ubsan build/test-asan unit_
[ -z "$fuzz_seconds" ] || phase "build of the fuzz targets" build fuzz build/test-fuzz fuzz_ \
  -DCMAKE_BUILD_TYPE=Fuzz "-DCMAKE_CXX_FLAGS_FUZZ=-O1 -g1"  # compiles in half the time of -O2, and keeps assertions
write_suite

printf '\n== time so far\n'
printf '%s\n' "${phases[@]}"
printf '\n== tests\n'
export UBSAN_OPTIONS=print_stacktrace=1
exec ctest --test-dir "$suite" -j "$jobs" --output-on-failure --no-tests=error \
  ${quick:+-L unit} ${regex:+-R "$regex"} </dev/null
