#!/usr/bin/env bash
# busbar without any hardware, in one command: installs the Debian packages it needs, builds the daemon, starts a
# Mosquitto, two simulated battery packs and busbar on free ports of this machine, shows what arrives, and cleans up.
#
#   packaging/quickstart.sh          show readings, discovery and metrics, then stop everything
#   packaging/quickstart.sh --keep   leave it running until Ctrl-C, and print where to look
#
# Nothing is left behind but the build in build/quickstart. A second run takes seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly build=$PWD/build/quickstart
readonly run=$build/demo
keep=

for argument in "$@"; do
  case "$argument" in
    --keep) keep=1 ;;
    -h | --help) sed -n '2,8s/^# \{0,1\}//p' packaging/quickstart.sh; exit 0 ;;
    *) echo "quickstart.sh: unknown option '$argument' (known: --keep, --help)" >&2; exit 64 ;;
  esac
done

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
step() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }

# --- everything started here is stopped here, in reverse order and by process id
names=() pids=()
stop_all() {
  local i status=$?
  trap - EXIT INT TERM
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    if kill -TERM "${pids[i]}" 2>/dev/null; then wait "${pids[i]}" 2>/dev/null || true; fi
  done
  if [ ${#pids[@]} -gt 0 ]; then printf '\nStopped: %s\n' "${names[*]}"; fi
  if [ "$status" = 0 ] || [ "$status" = 130 ]; then rm -rf "$run"; else echo "Logs are in $run"; fi
  exit "$status"
}
trap stop_all EXIT
trap 'exit 130' INT TERM

start() {  # start NAME COMMAND…: in the background, its output in a log
  local name=$1
  shift
  "$@" >"$run/$name.log" 2>&1 </dev/null &
  names+=("$name") pids+=($!)
}

fail() {
  echo "quickstart.sh: $1" >&2
  local name
  for name in "${names[@]}"; do printf -- '--- last lines of %s\n' "$name" >&2; tail -n 15 "$run/$name.log" >&2; done
  exit 1
}

is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM))
    if ! is_open "$port"; then echo "$port"; return; fi
  done
  echo "no free port found" >&2
  return 1
}
wait_for() {  # wait_for SECONDS WHAT COMMAND…: until the command succeeds
  local deadline=$((SECONDS + $1)) what=$2 i
  shift 2
  until "$@"; do
    for i in "${!pids[@]}"; do
      kill -0 "${pids[i]}" 2>/dev/null || fail "${names[i]} has ended while waiting for $what"
    done
    [ "$SECONDS" -lt "$deadline" ] || fail "no $what"
    sleep 0.1
  done
}

# --- 1, 2: what it takes
step "1/4 Debian packages"
packaging/packages.sh install build demo

step "2/4 Building busbar (the first time takes a few minutes)"
if ! [ -f "$build/build.ninja" ]; then
  cmake --preset release -B "$build" -DBUSBAR_TESTS=OFF -DBUSBAR_BENCHMARKS=OFF
fi
cmake --build "$build" --target busbar
busbar=$(find "$build" -name busbar -type f -perm -u+x | head -n 1)

# --- 3: broker, packs, daemon
rm -rf "$run"
mkdir -p "$run"
mqtt_port=$(free_port) pack_port=$(free_port) http_port=$(free_port)

step "3/4 Starting a broker, two simulated Orion 1000 packs and busbar"
printf '%s\n' "listener $mqtt_port 127.0.0.1" "allow_anonymous true" "persistence false" "user $(id -un)" \
  >"$run/mosquitto.conf"
start mosquitto "$(PATH=$PATH:/usr/sbin command -v mosquitto)" -c "$run/mosquitto.conf"
wait_for 10 "broker" is_open "$mqtt_port"
start subscriber stdbuf -oL mosquitto_sub -p "$mqtt_port" -t 'busbar/#' -t 'homeassistant/#' -F '%t %p'
start simulator "$busbar" simulate orion --listen "127.0.0.1:$pack_port" --count 2 --cells 16
wait_for 10 "simulated pack" is_open "$pack_port"

export BUSBAR_DEMO_GATEWAY="tcp://127.0.0.1:$pack_port" BUSBAR_DEMO_MQTT="mqtt://127.0.0.1:$mqtt_port"
export BUSBAR_DEMO_HTTP_PORT=$http_port BUSBAR_DEMO_STATE=$run
start busbar "$busbar" --config config/demo.yaml
healthy() { curl -fsS -o /dev/null "http://127.0.0.1:$http_port/healthz" 2>/dev/null; }
wait_for 10 "answer of busbar's /healthz" healthy
printf 'broker 127.0.0.1:%s   packs 127.0.0.1:%s   metrics http://127.0.0.1:%s/metrics\n' \
  "$mqtt_port" "$pack_port" "$http_port"

# --- 4: what arrives
step "4/4 What arrives"
received=$run/subscriber.log
all_there() {
  local pack topic
  for pack in pack1 pack2; do
    for topic in "homeassistant/device/[^ ]*$pack/config" "busbar/$pack/state/voltages" "busbar/$pack/state/status"; do
      grep -q "^$topic " "$received" || return 1
    done
  done
}
wait_for 60 "discovery and readings of both packs over MQTT" all_there
# The newest message of each topic, in the order in which the topics came.
newest() { awk '!($1 in line) { order[++n] = $1 } { line[$1] = $0 } END { for (i = 1; i <= n; i++) print line[order[i]] }'; }
show() { cut -c "1-${COLUMNS:-140}" | sed 's/^/  /'; }

echo "Home Assistant discovery (one retained message a device):"
grep '^homeassistant/device/' "$received" | newest | show
echo "Availability and readings:"
grep '^busbar/' "$received" | newest | show
echo "Prometheus:"
curl -fsS "http://127.0.0.1:$http_port/metrics" | grep -E '^busbar_(device_up|cell_voltage_volts.*cell="1"|pack_voltage|current_|soc)' | show
echo "On a terminal, busbar cells --config config/demo.yaml pack1:"
"$busbar" cells --config config/demo.yaml pack1 2>&1 | show || true

if [ -n "$keep" ]; then
  printf '\nRunning until Ctrl-C:\n  mosquitto_sub -p %s -v -t "busbar/#"\n  curl http://127.0.0.1:%s/metrics\n  log: %s\n' \
    "$mqtt_port" "$http_port" "$run/busbar.log"
  while true; do wait -n "${pids[@]}" || true; fail "something has ended"; done
fi
