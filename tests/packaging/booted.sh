#!/usr/bin/env bash
# The package under a systemd that really boots, in a container of this machine: readiness, reload, watchdog, credentials,
# the timer, and that dead devices are no reason to be restarted. The container shares the network: all ports are chosen.
. "$(dirname "$0")/lib.sh"
need_root
need systemd-nspawn systemd-container
need nsenter util-linux
[ -f "$package" ] || skip "there is no package: see packaging.package"
copy_debian booted
leader=
take_down() {
  if [ -n "$leader" ]; then kill -KILL "$leader" 2>/dev/null || true; fi
  if [ -n "${manager:-}" ]; then wait "$manager" 2>/dev/null || true; fi
  rm -rf --one-file-system "$root"
}
trap take_down EXIT

step "boot"
# systemd-nspawn wants /run on a tmpfs and cgroup2 alone; both are given in a mount namespace of its own.
setsid unshare --mount --propagation private bash -c '
  mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/nspawn &&
  { umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup; } &&
  exec systemd-nspawn --quiet -D "$0" -b --register=no --keep-unit --console=pipe' "$root" \
  </dev/null >"$WORK/boot.log" 2>&1 &
manager=$!
inside() { nsenter -t "$leader" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }
running() { timeout 60 nsenter -t "$leader" -a systemctl is-system-running --wait 2>/dev/null | grep -qE 'running|degraded'; }
# Its first process can be entered when its bus is there; earlier one would meet it between two namespaces.
for _ in {1..300}; do
  leader=$(pgrep -P "$manager" | head -n 1) || true
  if [ -n "$leader" ] && [ -S "/proc/$leader/root/run/dbus/system_bus_socket" ]; then break; fi
  kill -0 "$manager" 2>/dev/null || break
  sleep 0.1
done
if [ -z "$leader" ] || ! running; then skip "no systemd boots here: $(tail -n 3 "$WORK/boot.log")"; fi
inside systemctl --version | head -n 1

ctl() { inside systemctl --no-pager "$@"; }
property() { ctl show -P "$1" "${2:-busbar}"; }
is() { [ "$(property "$1")" = "$2" ]; }
status_says() { grep -qF -- "$1" <<<"$(property StatusText)"; }
journal() { inside journalctl --no-pager -o cat -u "${1:-busbar}"; }
logged() { grep -qF -- "$1" <<<"$(journal)"; }
http=$(free_port) pack=$(free_port) nobody=$(free_port)
site() {  # site LINK [MORE]
  printf '%s\n' "version: 1" "channels: {wire: {link: \"$1\", spacing: 10ms}}" \
    "devices: {pack1: {profile: orion1000, channel: wire, address: 1, intervals: {status: 200ms}}}" \
    "sinks:" "  http: {port: $http}" "${2:-}" >"$root/etc/busbar/busbar.yaml"
}
metric() { inside curl -fsS "http://127.0.0.1:$http/metrics" 2>/dev/null | sed -n "s/^$1\({.*}\)\{0,1\} //p" | head -n 1; }

step "install: enabled, not failed, waiting for its configuration"
cp "$package" "$newer_package" "$root/"
install_package() { inside apt-get -qq -y --no-install-recommends install "/${package##*/}" curl </dev/null >"$WORK/apt.log" 2>&1; }
install_package || { inside apt-get -qq update; install_package; } || fail "$(cat "$WORK/apt.log")"
expect "enabled" ctl --quiet is-enabled busbar
expect "not started" is ActiveState inactive
expect "the condition is why" is ConditionResult no
expect "nothing failed" test -z "$(ctl --failed --plain --no-legend)"
# As shipped but for the watchdog, which the test does not want to wait for so long.
mkdir -p "$root/etc/systemd/system/busbar.service.d"
printf '[Service]\nWatchdogSec=5\nTimeoutAbortSec=1\nRestartSec=1\n' >"$root/etc/systemd/system/busbar.service.d/test.conf"
ctl daemon-reload
exposure=$(inside systemd-analyze security --no-pager busbar | tail -n 1)
expect_text 'busbar.service: (0\.[0-9]|1\.[0-5]) OK' "$exposure"

step "start: active means READY=1 came"
"$BUSBAR" simulate orion --listen "127.0.0.1:$pack" --baud 0 >"$WORK/simulator.log" 2>&1 &
simulator=$!
trap 'kill "$simulator" 2>/dev/null || true; take_down' EXIT
eventually 10 "a simulated pack" is_open "$pack"
site "tcp://127.0.0.1:$pack"
ctl start busbar
expect "active" is ActiveState active
eventually 10 "the status line" status_says "1 of 1 devices online"
pid=$(property MainPID)
expect "its own user" test "$(inside stat -c %U "/proc/$pid")" = busbar
expect "the sandbox is closed" is_open "$http"

step "reload: a valid change"
site "tcp://127.0.0.1:$pack" "  screen: {format: jsonl}"
expect "reload" ctl reload busbar
eventually 10 "the new output" logged '"query":"status"'
expect "the same process" is MainPID "$pid"

step "reload: an invalid file is refused, with line and column, and nothing changes"
sed -i 's/^sinks:/sink:/' "$root/etc/busbar/busbar.yaml"
refuse "reload" ctl reload busbar 2>/dev/null
expect "the reason" logged "/etc/busbar/busbar.yaml:4:1: unknown key 'sink'"
expect "active" is ActiveState active
expect "the same process" is MainPID "$pid"
# One who sends the signal by hand is told in the status line.
ctl kill --signal=HUP --kill-who=main busbar
eventually 10 "the status line" status_says "reload failed"
eventually 10 "the reload is over for systemd too" is SubState running
expect "the same process" is MainPID "$pid"

step "a credential: in the store of root, for the service alone, and seen by the check of a reload"
command install -d -m 700 "$root/etc/credstore"
(umask 077; echo secret-of-the-test >"$root/etc/credstore/busbar.mqtt")
site "tcp://127.0.0.1:$pack" \
  "  mqtt: {url: \"mqtt://127.0.0.1:$nobody\", username: u, password: \"\${credential:mqtt}\"}"
expect "restart" ctl restart busbar
expect "reload" ctl reload busbar
refuse_text 'secret-of-the-test' "$(journal)"

step "the watchdog ends a process that does not move, and it comes back"
pid=$(property MainPID)
ctl kill --signal=STOP --kill-who=main busbar
eventually 30 "the watchdog" logged "Watchdog timeout"
eventually 30 "a restart" is NRestarts 1
eventually 10 "active again" is SubState running
refuse "the same process" is MainPID "$pid"
eventually 10 "devices are back" status_says "1 of 1 devices online"

step "so does one that is killed"
pid=$(property MainPID)
ctl kill --signal=KILL --kill-who=main busbar
eventually 30 "a restart" is NRestarts 2
eventually 10 "active again" is SubState running

step "serial ports: the drop-in adds dialout, and nothing else is lost"
inside install -D -m 644 -t /etc/systemd/system/busbar.service.d /usr/share/busbar/serial.conf
ctl daemon-reload
expect "restart" ctl restart busbar
dialout=$(inside getent group dialout | cut -d: -f3)
expect_text "^Groups:.*\\b$dialout\\b" "$(inside cat "/proc/$(property MainPID)/status")"
expect_text 'busbar.service: (0\.[0-9]|1\.[0-5]) OK' "$(inside systemd-analyze security --no-pager busbar | tail -n 1)"
rm "$root/etc/systemd/system/busbar.service.d/serial.conf"
ctl daemon-reload

step "its name on the system bus"
site "tcp://127.0.0.1:$pack"
sed -i '1a dbus: true' "$root/etc/busbar/busbar.yaml"
expect "restart" ctl restart busbar
ask() { inside busctl call org.busbar.Busbar1 /org/busbar/Busbar1 org.busbar.Busbar1 "$@" 2>&1; }
answers() { grep -q pack1 <<<"$(ask Status)"; }
eventually 10 "status over D-Bus" answers
expect_text '^$' "$(ask PollNow s pack1)"
expect_text '[Aa]ccess ?[Dd]enied|not authorized|rejected' "$(inside setpriv --reuid nobody --clear-groups busctl call org.busbar.Busbar1 \
  /org/busbar/Busbar1 org.busbar.Busbar1 PollNow s pack1 2>&1)"

step "dead devices and a dead broker: no restart within three times the watchdog's limit"
kill "$simulator"
wait "$simulator" 2>/dev/null || true
ctl restart busbar
pid=$(property MainPID)
outlived() { [ "$(printf '%.0f' "$(metric busbar_process_uptime_seconds || echo 0)")" -ge 16 ]; }
eventually 60 "sixteen seconds of life" outlived
expect_text '^0$' "$(metric busbar_device_up)"
expect "the status line" status_says "0 of 1 devices online"
expect "the same process" is MainPID "$pid"
expect "no restart" is NRestarts 0

step "a configuration that is invalid at the start is not tried again"
echo nonsense >"$root/etc/busbar/busbar.yaml"
refuse "start" ctl restart busbar 2>/dev/null
expect "failed" is ActiveState failed
expect "exit code 78" is ExecMainStatus 78
expect "no restart" is NRestarts 0

step "the timer in place of the daemon"
site "tcp://127.0.0.1:$nobody"
ctl start busbar
ctl start busbar-once.timer
eventually 10 "the daemon has stopped" is ActiveState inactive
expect "the timer waits" test "$(property SubState busbar-once.timer)" = waiting
refuse "a round without devices" ctl start busbar-once.service 2>/dev/null
expect "exit code 75" test "$(property ExecMainStatus busbar-once.service)" = 75
expect_text 'pack1' "$(journal busbar-once)"

step "without that user the service makes one up"
ctl stop busbar-once.timer
inside userdel busbar
ctl start busbar
user=$(inside stat -c %u "/proc/$(property MainPID)")
expect "a dynamic user, not $user" test "$user" -ge 61184 -a "$user" -le 65519
ctl stop busbar
inside systemd-sysusers busbar.conf
ctl start busbar-once.timer

step "upgrade restarts it, removal stops it"
ctl start busbar
expect "the timer has stopped" test "$(property SubState busbar-once.timer)" = dead
pid=$(property MainPID)
inside apt-get -qq -y install "/${newer_package##*/}" </dev/null >"$WORK/apt.log" 2>&1 || fail "$(cat "$WORK/apt.log")"
expect "active" is ActiveState active
refuse "the old process" is MainPID "$pid"
ctl reset-failed busbar-once.service  # it failed above, as it should
inside apt-get -qq -y purge busbar </dev/null >"$WORK/apt.log" 2>&1 || fail "$(cat "$WORK/apt.log")"
refuse "a process" inside pidof busbar
expect "nothing failed" test -z "$(ctl --failed --plain --no-legend)"
