#!/usr/bin/env bash
# The container image: built by buildah, looked at, and run as compose.yaml runs it: read-only, without privileges, busbar as
# process 1, beside a broker and a simulated gateway with the names of that file.
#
# The stage that compiles is replaced by the program of this build, which saves many minutes; BUSBAR_FULL_IMAGE=1 builds
# it too.
. "$(dirname "$0")/lib.sh"
need_root
need buildah buildah
need mosquitto mosquitto
need ip iproute2
need jq jq
[ -d "$debian" ] || skip "there is no clean Debian: see packaging.debian"
export STORAGE_DRIVER BUILDAH_ISOLATION=chroot
b() { buildah --root "$WORK/image/storage" --runroot "$WORK/image/run" "$@"; }
folder=$WORK/image
clean() { b rm --all >/dev/null 2>&1 || true; rm -rf --one-file-system "$folder"; }
trap clean EXIT
rm -rf "$folder"
mkdir -p "$folder"

step "a base: Debian as it is in a container"
# Overlays save copies of the whole; not every file system can carry them.
for STORAGE_DRIVER in overlay vfs none; do
  if container=$(b from scratch 2>/dev/null) && b mount "$container" >/dev/null 2>&1; then break; fi
  rm -rf --one-file-system "$folder/storage" "$folder/run"
done
[ "$STORAGE_DRIVER" != none ] || skip "buildah cannot store images here: $(STORAGE_DRIVER=vfs b from scratch 2>&1 | tail -n 1)"
b add --quiet "$container" "$debian" / >/dev/null
b commit --quiet --rm "$container" localhost/debian:test >/dev/null
build=(b build --quiet --format docker --pull-never --build-arg BASE=localhost/debian:test)

step "the image"
if [ -z "${BUSBAR_FULL_IMAGE:-}" ]; then
  DESTDIR=$folder/stage/install cmake --install "$BUILD" --component daemon --strip --prefix /usr >/dev/null
  instead=(--build-context "build=$folder/stage")
fi
"${build[@]}" "${instead[@]}" -t localhost/busbar:test "$source_folder" >"$folder/build.log" 2>&1 || fail "$(tail -n 30 "$folder/build.log")"
config=$(b inspect --type image localhost/busbar:test | jq -c .Docker.config)
is() { expect "$1 is $2" test "$(jq -c "$1" <<<"$config")" = "$2"; }
is .User '"10001:10001"'
is .Entrypoint '["/usr/bin/busbar"]'
is .Cmd '["--config","/config/busbar.yaml"]'
is .Healthcheck.Test '["CMD","/usr/bin/busbar","healthcheck"]'
is .StopSignal '"SIGTERM"'
is .Volumes '{"/data":{}}'
is '.Labels["org.opencontainers.image.licenses"]' '"MIT"'
container=$(b from --pull-never localhost/busbar:test)
root=$(b mount "$container")
expect "no package lists" test -z "$(ls "$root/var/lib/apt/lists")"
refuse "a compiler" test -e "$root/usr/bin/g++"
expect "all of its libraries are there" test -z "$(chroot "$root" ldd /usr/bin/busbar | grep 'not found')"
expect_text ' 10001 10001$' "$(stat -c '%a %u %g' "$root/data")"

unshare --mount --net --propagation private "$source_folder/tests/packaging/image_run.sh" "$root" "$folder"
b rm "$container" >/dev/null
rm -f "$WORK/image.tar"
b push --quiet localhost/busbar:test "docker-archive:$WORK/image.tar:busbar-test/busbar:test" >/dev/null  # for compose.sh

step "the add-on's image"
"$source_folder/packaging/home-assistant/make.sh" "$folder/addon" "$package"
"${build[@]}" --build-arg BUILD_VERSION=0.1.0 --build-arg BUILD_ARCH=amd64 -t localhost/addon:test "$folder/addon" \
  >"$folder/build.log" 2>&1 || fail "$(tail -n 30 "$folder/build.log")"
config=$(b inspect --type image localhost/addon:test | jq -c .Docker.config)
is .Entrypoint '["/usr/bin/busbar-addon"]'
is '.Labels["io.hass.type"]' '"addon"'
container=$(b from --pull-never localhost/addon:test)
root=$(b mount "$container")
mkdir -p "$root/data"
echo '{"channels": [], "devices": []}' >"$root/data/options.json"
out=$(b run "$container" -- /usr/bin/busbar-addon 2>&1) && fail "it starts without devices"
expect_text 'the supervisor offers no MQTT service' "$out"
expect_text 'no broker: install the add-on Mosquitto broker' "$out"
jq -n '{channels: [{id: "wire", link: "tcp://127.0.0.1:1"}], mqtt_url: "mqtt://127.0.0.1:1",
  devices: [{id: "pack1", profile: "orion1000"}]}' >"$root/data/options.json"
b run "$container" -- timeout --signal=TERM 3 /usr/bin/busbar-addon >"$folder/addon.log" 2>&1 || true
expect_text 'busbar .* started' "$(cat "$folder/addon.log")"
expect "it gave up root" test "$(stat -c %u "$root/data/state")" = 10001
