#!/usr/bin/env bash
# Start of the add-on: makes the site file from the options and the supervisor's MQTT service, gives up root, becomes busbar.
set -euo pipefail
data=${ADDON_DATA:-/data} config=${ADDON_CONFIG:-/config} run=${ADDON_RUN:-/tmp/busbar} here=${ADDON_HOME:-/usr/share/busbar}
supervisor=${SUPERVISOR:-http://supervisor}
readonly options=$data/options.json user=10001

say() { printf 'busbar add-on: %s\n' "$*" >&2; }
option() { jq -r --arg name "$1" '.[$name] // ""' "$options"; }

# The broker that the supervisor knows of; null when there is none. It answers an error then, with a reason.
service=null
answer=$(curl -sS --max-time 20 -H "Authorization: Bearer ${SUPERVISOR_TOKEN:-}" "$supervisor/services/mqtt") ||
  answer='{"message": "it does not answer"}'
if jq -e '.result == "ok" and (.data.host | type == "string")' >/dev/null 2>&1 <<<"$answer"; then
  service=$(jq -c .data <<<"$answer")
else
  say "the supervisor offers no MQTT service: $(jq -r '.message // .' 2>/dev/null <<<"$answer" || echo "$answer")"
fi

umask 077
mkdir -p "$run" "$data/state"
site_file=$(option site_file)
if [ -n "$site_file" ]; then
  # A file of the user's own may write ${MQTT_HOST} and so on.
  file=$config/$site_file
  [ -r "$file" ] || { say "the option site_file names $site_file, which is not in the add-on's configuration folder"; exit 78; }
  for name in host port username password; do
    declare -x "MQTT_${name^^}=$(jq -r --arg name "$name" 'if . == null then "" else .[$name] // "" | tostring end' <<<"$service")"
  done
else
  file=$run/busbar.yaml
  jq --argjson service "$service" -f "$here/site.jq" "$options" >"$file" || { say "the options give no site file"; exit 78; }
fi

export STATE_DIRECTORY=$data/state
unset SUPERVISOR_TOKEN
if [ "$(id -u)" != 0 ]; then exec busbar --config "$file"; fi
# Serial ports belong to dialout, whatever its number is on the host.
ports=$(stat -c %g /dev/ttyUSB* /dev/ttyACM* /dev/ttyAMA* /dev/ttyS0 2>/dev/null | sort -u | grep -vx 0 | paste -sd, || true)
chown -R "$user:$user" "$run" "$data/state"
if [ -n "$ports" ]; then groups=(--groups "$ports"); else groups=(--clear-groups); fi
exec setpriv --reuid "$user" --regid "$user" "${groups[@]}" --inh-caps=-all --ambient-caps=-all --bounding-set=-all \
  --no-new-privs busbar --config "$file"
