#!/usr/bin/env bash
# The Home Assistant add-on without Home Assistant: its start script with a supervisor that answers as the real one does, a
# real broker and a simulated pack.
. "$(dirname "$0")/lib.sh"
need jq jq
need mosquitto mosquitto
need mosquitto_sub mosquitto-clients
readonly addon=$source_folder/packaging/home-assistant/busbar
folder=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null; rm -rf "$folder"' EXIT
mkdir "$folder/data" "$folder/config" "$folder/run"
supervisor=$(free_port) broker=$(free_port) pack=$(free_port)
readonly token=token-of-the-add-on password='pa$$w{o}rd"${HOME}'

step "a broker with a password, a pack, a supervisor"
mosquitto_passwd -b -c "$folder/passwords" addons "$password" 2>/dev/null
chmod 644 "$folder/passwords"
printf '%s\n' "listener $broker 127.0.0.1" "password_file $folder/passwords" "user $(id -un)" >"$folder/mosquitto.conf"
mosquitto -c "$folder/mosquitto.conf" >"$folder/mosquitto.log" 2>&1 & pids+=($!)
"$BUSBAR" simulate orion --listen "127.0.0.1:$pack" --baud 0 >"$folder/simulator.log" 2>&1 & pids+=($!)
jq -n --arg password "$password" --argjson port "$broker" \
  '{result: "ok", data: {host: "127.0.0.1", port: $port, ssl: false, protocol: "3.1.1", username: "addons", password: $password}}' \
  >"$folder/service.json"
python3 "$source_folder/tests/packaging/supervisor.py" "$supervisor" "$token" "$folder/service.json" & pids+=($!)
for port in "$supervisor" "$broker" "$pack"; do eventually 10 "a server on port $port" is_open "$port"; done

start() {  # start [VARIABLE=VALUE…]: the add-on in the background, its log in $folder/log
  env ADDON_DATA="$folder/data" ADDON_CONFIG="$folder/config" ADDON_RUN="$folder/run" ADDON_HOME="$addon" \
    SUPERVISOR="http://127.0.0.1:$supervisor" SUPERVISOR_TOKEN="$token" PATH="$(dirname "$BUSBAR"):$PATH" "$@" \
    "$addon/run.sh" >"$folder/log" 2>&1 &
  addon_pid=$!
  pids+=("$addon_pid")
}
ended() { ! kill -0 "$addon_pid" 2>/dev/null; }
logged() { grep -qF -- "$1" "$folder/log"; }
subscribe() { mosquitto_sub -p "$broker" -u addons -P "$password" -W 15 "$@"; }
options() { jq "$1" <<<"$defaults" >"$folder/data/options.json"; }
# As the supervisor writes them: the defaults of config.yaml, here with the simulated pack.
defaults=$(jq -n --arg link "tcp://127.0.0.1:$pack" '{log_level: "info", channels: [{id: "rs485", link: $link}],
  devices: [{id: "pack1", name: "100 $ pack", profile: "orion1000", channel: "rs485", address: 1}]}')
# A program of root's cannot be read through the folders of every checkout: the child that gave up root must reach it.
if [ "$(id -u)" = 0 ]; then
  install -D "$BUSBAR" "$folder/bin/busbar"
  chmod 755 "$folder" "$folder/bin"
  BUSBAR=$folder/bin/busbar
fi

step "options and the supervisor's broker become a site"
options .
start
name=$(subscribe -C 1 -t 'homeassistant/device/busbar_pack1/config' | jq -r '.dev.name // .device.name')
expect "the device's name, not '$name'" test "$name" = '100 $ pack'
state=$(subscribe -C 1 -t 'busbar/pack1/state/#')
expect_text '^\{' "$state"
refuse "root" test "$(stat -c %u "/proc/$addon_pid")" = "$([ "$(id -u)" = 0 ] && echo 0 || echo nobody)"
refuse "the token is left to busbar" grep -qa "$token" "/proc/$addon_pid/environ"
refuse "the password is in the log" grep -qF -- "$password" "$folder/log"
kill -TERM "$addon_pid"
expect "an orderly end" wait "$addon_pid"
expect "state is kept" test -s "$folder/data/state/mqtt.topics"

step "a site file of the user's own"
printf '%s\n' "version: 1" "channels: {wire: {link: \"tcp://127.0.0.1:$pack\"}}" \
  "devices: {own: {profile: orion1000, address: 1}}" "sinks:" "  mqtt:" "    url: mqtt://\${MQTT_HOST}:\${MQTT_PORT}" \
  "    username: \${MQTT_USERNAME}" "    password: \${MQTT_PASSWORD}" >"$folder/config/busbar.yaml"
options '.site_file = "busbar.yaml"'
start
expect_text '^\{' "$(subscribe -C 1 -t 'busbar/own/state/#')"
kill -TERM "$addon_pid"
expect "an orderly end" wait "$addon_pid"

step "another broker, which needs no service"
options ".mqtt_url = \"mqtt://127.0.0.1:$broker\" | .mqtt_username = \"addons\" | .node_id = \"two\"
  | .mqtt_password = $(jq -n --arg password "$password" '$password')"
start SUPERVISOR_TOKEN=wrong
expect_text 'homeassistant/device/two' "$(subscribe -C 1 -F %t -t 'homeassistant/device/two_pack1/config')"
expect "the supervisor's reason" logged "the supervisor offers no MQTT service: unauthorized"
kill -TERM "$addon_pid"
expect "an orderly end" wait "$addon_pid"

# fails WHAT OPTIONS LOG: it ends by itself, with 78, and says why
fails() {
  options "$2"
  start "${@:4}"
  eventually 10 "the end: $1" ended
  local code=0
  wait "$addon_pid" || code=$?
  expect "exit code 78 of $1, not $code" test "$code" = 78
  expect "the log says '$3', not: $(cat "$folder/log")" logged "$3"
}
step "what is wrong is said"
fails "no broker" . "no broker: install the add-on Mosquitto broker, or set mqtt_url" SUPERVISOR_TOKEN=wrong
fails "no supervisor" . "it does not answer" "SUPERVISOR=http://127.0.0.1:1"
fails "no such site file" '.site_file = "other.yaml"' "the option site_file names other.yaml"
fails "no such profile" '.devices[0].profile = "orion1001"' "there is no profile 'orion1001' (did you mean 'orion1000'?)"
fails "an id twice" '.devices += .devices' "pack1 is the id of two entries"
fails "no such variable: a dollar sign is one" '.channels[0].link = "${HOME}"' '${HOME}'
