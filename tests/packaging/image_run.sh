#!/usr/bin/env bash
# The second half of image.sh, in mount and network namespaces of its own: no engine runs here, so what an engine does with
# compose.yaml is done by hand. Nothing of it is seen outside.
. "$(dirname "$0")/lib.sh"
readonly root=$1 folder=$2
readonly docker=$source_folder/packaging/docker
pids=()
trap 'for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true' EXIT
ip link set lo up

step "the broker of compose.yaml"
mkdir -p "$folder/broker"
chmod 777 "$folder/broker"
sed "s|^persistence_location .*|persistence_location $folder/broker/|" "$docker/mosquitto.conf" >"$folder/mosquitto.conf"
mosquitto -c "$folder/mosquitto.conf" >"$folder/mosquitto.log" 2>&1 & pids+=($!)
eventually 10 "the broker" is_open 1883

# Read-only but for /data, with the site file and the names of the other containers.
mkdir -p "$root/config" "$folder/data" "$folder/config"
chown 10001:10001 "$folder/data"
cp "$docker/config/busbar.yaml" "$folder/config/"
printf '127.0.0.1 localhost mosquitto simulator\n' >"$folder/hosts"
touch "$root/etc/hosts"
mount --bind "$root" "$root"
mount --bind "$folder/data" "$root/data"
mount --bind "$folder/config" "$root/config"
mount --bind "$folder/hosts" "$root/etc/hosts"
mount -o remount,bind,ro "$root/config"
mount -o remount,bind,ro "$root"
refuse "the root can be written" touch "$root/file" 2>/dev/null
expect "/data can be written" touch "$root/data/file"

contain() {  # contain LOG COMMAND…: as process 1 and as the image's user, without any capability
  local log=$1
  shift
  unshare --pid --fork --kill-child setpriv --bounding-set=-all,+sys_chroot,+setuid,+setgid --no-new-privs \
    chroot --userspec=10001:10001 --groups= "$root" env -i PATH=/usr/bin STATE_DIRECTORY=/data \
    BUSBAR_GATEWAY=tcp://simulator:4001 "$@" >"$folder/$log.log" 2>&1 &
  pids+=($!)
  container=$!
}
process() { pgrep -P "$1" | head -n 1; }
health() { chroot --userspec=10001:10001 "$root" /usr/bin/busbar healthcheck >/dev/null 2>&1; }
received() { mosquitto_sub -C 1 -W 20 -t "$1"; }

step "a simulated gateway and busbar"
contain simulator /usr/bin/busbar simulate orion --listen 0.0.0.0:4001 --count 2 --cells 16 --baud 0
eventually 10 "the gateway" is_open 4001
contain busbar /usr/bin/busbar --config /config/busbar.yaml
busbar=$container
eventually 10 "health: $(cat "$folder/busbar.log")" health
pid=$(process "$busbar")
expect_text '^NSpid:.*	1$' "$(cat "/proc/$pid/status")"
expect_text '^Uid:	10001	10001	10001	10001$' "$(cat "/proc/$pid/status")"
expect_text '^CapEff:	0000000000000000$' "$(cat "/proc/$pid/status")"
for pack in pack1 pack2; do
  expect "discovery of $pack" test -n "$(received "homeassistant/device/busbar_$pack/config")"
  expect "readings of $pack" test -n "$(received "busbar/$pack/state/#")"
done

step "signals reach process 1"
sed -i 's/Pack 2/The second pack/' "$folder/config/busbar.yaml"
kill -HUP "$pid"
renamed() { grep -q 'The second pack' <<<"$(received 'homeassistant/device/busbar_pack2/config')"; }
eventually 20 "the new name" renamed
kill -TERM "$pid"
expect "exit code 0: $(tail -n 3 "$folder/busbar.log")" wait "$busbar"
refuse "health after the end" health
expect "state in /data" test -s "$folder/data/mqtt.topics"
