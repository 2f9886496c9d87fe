#!/usr/bin/env bash
# Installs a build, builds the examples against what was installed and runs them against the simulator.
#   tests/example/check.sh BUILD_FOLDER
set -euo pipefail
source_folder=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
work=$build/example
rm -rf "$work"

cmake --install "$build" --prefix "$work/prefix" >/dev/null
cmake -S "$source_folder" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configure.log"
cmake --build "$work/build"
test -s "$work/prefix/share/busbar/profiles/orion1000.yaml"

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
simulator=
trap '[ -z "$simulator" ] || { kill "$simulator"; wait "$simulator"; } 2>/dev/null || true' EXIT

# run EXAMPLE FAMILY OPTION…: the example against a simulator of the family
run() {
  local example=$1 family=$2 port=$((20000 + RANDOM)) deadline=$((SECONDS + 10))
  shift 2
  while is_open "$port"; do port=$((20000 + RANDOM)); done
  "$work/prefix/bin/busbar" simulate "$family" --listen "127.0.0.1:$port" --baud 0 "$@" >"$work/simulator.log" 2>&1 &
  simulator=$!
  until is_open "$port"; do
    if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$simulator"; then cat "$work/simulator.log"; exit 1; fi
    sleep 0.1
  done
  "$work/build/$example" "tcp://127.0.0.1:$port" | tee "$work/output.txt"
  kill "$simulator"
  wait "$simulator" 2>/dev/null || true
  simulator=
}
expect() {
  for expected in "$@"; do
    grep -q "$expected" "$work/output.txt" || { echo "no line matches '$expected'"; exit 1; }
  done
}

run read_pack orion --cells 4
expect '^Cell 4 .*: [0-9.]* V$' '^.*[Cc]urrent: -\{0,1\}[0-9.]* A$' ' %$'
run read_meters mbus --count 3
expect '^Energy: 100[0-9.]* kWh$' '^Volume: 200[0-9.]* m³$' '^Flow temperature: 62.5 °C$'
