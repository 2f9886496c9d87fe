#!/usr/bin/env bash
# compose.yaml as a user runs it: the image of image.sh under a real Docker Engine, with broker and simulated gateway.
# Needs an engine that answers (DOCKER_HOST names another than the usual one); nothing is published on the host's ports.
. "$(dirname "$0")/lib.sh"
need docker docker.io
need docker-compose docker-compose
docker info >/dev/null 2>&1 || skip "no Docker Engine answers (start one, or set DOCKER_HOST)"
readonly image=$WORK/image.tar folder=$WORK/compose
[ -s "$image" ] || skip "there is no image: see packaging.image"
export COMPOSE_PROJECT_NAME=busbar-test BUSBAR_GATEWAY=tcp://simulator:4001
rm -rf "$folder"
cp -r "$source_folder/packaging/docker" "$folder"
cd "$folder"
compose() { docker-compose -f compose.yaml -f images.yaml "$@" 2>>"$folder/compose.log"; }
clean() {
  compose --profile demo down --volumes --timeout 2 >/dev/null || true
  docker image rm --force busbar-test/busbar:test localhost/busbar:test busbar-test/mosquitto busbar-test/debian >/dev/null 2>&1 || true
}
trap clean EXIT

step "images"
docker load --quiet --input "$image" >/dev/null
broker=$(sed -n 's/^ *image: \(eclipse-mosquitto:.*\)$/\1/p' compose.yaml)
if ! docker image inspect "$broker" >/dev/null 2>&1 && ! timeout 120 docker pull --quiet "$broker" >/dev/null 2>&1; then
  echo "      $broker cannot be fetched: Debian's mosquitto stands in for it"
  [ -d "$debian" ] || skip "there is no clean Debian: see packaging.debian"
  tar -C "$debian" -c . | docker import - busbar-test/debian >/dev/null
  docker build --quiet --network host --tag busbar-test/mosquitto - >/dev/null <<'DOCKERFILE'
FROM busbar-test/debian
RUN apt-get update && apt-get install -y --no-install-recommends mosquitto mosquitto-clients \
 && install -d -o mosquitto /mosquitto/data
ENTRYPOINT ["mosquitto", "-c", "/mosquitto/config/mosquitto.conf"]
DOCKERFILE
  broker=busbar-test/mosquitto
fi
readonly loaded=busbar-test/busbar:test  # as image.sh named it
printf 'services: {busbar: {image: "%s"}, simulator: {image: "%s"}, mosquitto: {image: "%s"}}\n' "$loaded" "$loaded" "$broker" \
  >images.yaml

name_of() { compose ps -q "$1"; }
health() { [ "$(docker inspect --format '{{.State.Health.Status}}' "$(name_of busbar)")" = healthy ]; }
received() { docker exec "$(name_of mosquitto)" mosquitto_sub -C 1 -W 20 -t "$1"; }
logged() { docker logs "$(name_of busbar)" 2>&1 | grep -c -- "$1" || true; }
connections() { [ "$(logged 'connected to mqtt://mosquitto:1883')" -ge "$1" ]; }

step "docker-compose --profile demo up"
compose --profile demo up -d --no-build busbar mosquitto simulator >/dev/null || fail "$(tail -n 20 "$folder/compose.log")"
eventually 60 "the engine says healthy" health
for pack in pack1 pack2; do
  expect "discovery of $pack" test -n "$(received "homeassistant/device/busbar_$pack/config")"
  expect "readings of $pack" test -n "$(received "busbar/$pack/state/#")"
done

step "the broker restarts, busbar is killed"
before=$(logged 'connected to mqtt://mosquitto:1883')
docker restart --time 2 "$(name_of mosquitto)" >/dev/null
eventually 30 "connected again" connections $((before + 1))
expect_text '^online$' "$(received busbar/pack1/availability)"
docker kill --signal KILL "$(name_of busbar)" >/dev/null
docker start "$(name_of busbar)" >/dev/null
eventually 60 "healthy after SIGKILL" health

step "reload and stop"
sed -i 's/Pack 2/The second pack/' config/busbar.yaml
docker kill --signal HUP "$(name_of busbar)" >/dev/null
renamed() { grep -q 'The second pack' <<<"$(received 'homeassistant/device/busbar_pack2/config')"; }
eventually 20 "the new name" renamed
docker stop --time 2 "$(name_of busbar)" >/dev/null
expect_text '^0 false$' "$(docker inspect --format '{{.State.ExitCode}} {{.State.OOMKilled}}' "$(name_of busbar)")"
expect_text '^offline$' "$(received busbar/status)"
