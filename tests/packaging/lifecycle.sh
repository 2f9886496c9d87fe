#!/usr/bin/env bash
# Install, upgrade, remove, purge in a clean Debian 12 without a running systemd (a chroot, as an image is built).
. "$(dirname "$0")/lib.sh"
need_root
[ -f "$package" ] || skip "there is no package: see packaging.package"
copy_debian lifecycle
trap 'rm -rf --one-file-system "$root"' EXIT
inside() { env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot "$root" "$@"; }
apt() { inside apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" </dev/null 2>&1; }
status() { inside dpkg-query -W -f '${db:Status-Abbrev} ${Version}' busbar 2>/dev/null || true; }
enabled() { [ -L "$root/etc/systemd/system/multi-user.target.wants/busbar.service" ]; }
readonly example=/etc/busbar/busbar.yaml.example

step "install, with what it depends on from Debian's archive"
cp "$package" "$root/busbar.deb"
cp "$newer_package" "$root/busbar-newer.deb"
before=$(inside dpkg-query -W -f '${Package}\n' | sort)
# The lists are of today, the archive may be of this minute.
out=$(apt install /busbar.deb) || { apt update; out=$(apt install /busbar.deb); } || fail "apt-get install: $out"
expect_text 'busbar is installed and enabled, and waits for its configuration' "$out"
expect_text '^ii ' "$(status)"
expect_text "^busbar $(sed -n 's/.*VERSION \([0-9.]*\) LANG.*/\1/p' "$source_folder/CMakeLists.txt")\$" \
  "$(inside busbar --version)"
expect_text '^orion1000 ' "$(inside busbar profile list)"
expect "the service is enabled" enabled
refuse "the timer is enabled" test -e "$root/etc/systemd/system/timers.target.wants/busbar-once.timer"
refuse "a site file that nobody wrote" test -e "$root/etc/busbar/busbar.yaml"
expect "the example is valid" inside busbar --config $example --check-config
expect "all of its libraries are there" test -z "$(inside ldd /usr/bin/busbar | grep 'not found')"
expect "every file is as it was packed" test -z "$(inside dpkg --verify busbar)"
installed=$(inside dpkg-query -W -f '${Package}\n' | sort)

step "upgrade: the choices of the administrator stay"
inside cp $example /etc/busbar/busbar.yaml
inside systemctl --quiet disable busbar.service 2>/dev/null
out=$(apt install /busbar-newer.deb) || fail "apt-get install: $out"
expect_text '^ii .*\.1$' "$(status)"
refuse "enabled again" enabled
refuse_text 'waits for its configuration' "$out"
expect "an unchanged example is replaced" grep -q 'newer example' "$root$example"
refuse "the site file is touched" grep -q 'newer example' "$root/etc/busbar/busbar.yaml"

step "the same again, and back: the changed example is the administrator's"
inside systemctl --quiet enable busbar.service 2>/dev/null
echo '# mine' >>"$root$example"
out=$(apt install --allow-downgrades -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold /busbar.deb) ||
  fail "apt-get install: $out"
expect "it is enabled still" enabled
expect "the changed example is kept" grep -qx '# mine' "$root$example"
refuse "its old form is lost" test -e "$root$example.dpkg-old"

step "remove: configuration and state stay"
mkdir -p "$root/var/lib/private/busbar"
ln -s private/busbar "$root/var/lib/busbar"
touch "$root/var/lib/private/busbar/mqtt.topics"
out=$(apt remove busbar) || fail "apt-get remove: $out"
expect_text '^rc ' "$(status)"
refuse "the program is there" test -e "$root/usr/bin/busbar"
refuse "the unit is there" test -e "$root/usr/lib/systemd/system/busbar.service"
expect "the example is there" test -f "$root$example"
expect "the state is there" test -f "$root/var/lib/private/busbar/mqtt.topics"

step "install again, purge"
out=$(apt install /busbar.deb) || fail "apt-get install: $out"
expect "enabled as before" enabled
out=$(apt purge busbar) || fail "apt-get purge: $out"
expect_text '^$' "$(status)"
refuse "enabled" enabled
for gone in $example /usr/share/busbar /usr/share/doc/busbar /var/lib/busbar /var/lib/private/busbar \
  /usr/lib/systemd/system/busbar-once.timer /usr/share/man/man1/busbar.1.gz; do
  refuse "$gone is left" test -e "$root$gone" -o -L "$root$gone"
done
left=$(find "$root/etc/systemd" "$root/var/lib/systemd" -name '*busbar*')
expect "nothing of systemd's: $left" test -z "$left"
expect "what the administrator wrote" test -f "$root/etc/busbar/busbar.yaml"
expect "nothing else was removed" test "$(inside dpkg-query -W -f '${Package}\n' | sort)" = "$(grep -vx busbar <<<"$installed")"
printf 'Installed with it: %s\n' "$(comm -13 <(printf '%s' "$before") <(printf '%s' "$installed") | tr '\n' ' ')"
