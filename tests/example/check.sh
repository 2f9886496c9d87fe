#!/usr/bin/env bash
# Installs a build, builds the example against what was installed and runs it against the simulator.
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
port=$((20000 + RANDOM))
while is_open "$port"; do port=$((20000 + RANDOM)); done
"$work/prefix/bin/busbar" simulate orion --listen "127.0.0.1:$port" --cells 4 --baud 0 >"$work/simulator.log" 2>&1 &
simulator=$!
trap 'kill "$simulator" 2>/dev/null || true; wait "$simulator" 2>/dev/null || true' EXIT
deadline=$((SECONDS + 10))
until is_open "$port"; do
  if [ "$SECONDS" -ge "$deadline" ] || ! kill -0 "$simulator"; then cat "$work/simulator.log"; exit 1; fi
  sleep 0.1
done

"$work/build/read_pack" "tcp://127.0.0.1:$port" | tee "$work/output.txt"
for expected in '^Cell 4 .*: [0-9.]* V$' '^.*[Cc]urrent: -\{0,1\}[0-9.]* A$' ' %$'; do
  grep -q "$expected" "$work/output.txt" || { echo "no line matches '$expected'"; exit 1; }
done
