#!/usr/bin/env bash
# The package as a file: lintian's opinion, what it has and has not, manual pages that print without a warning.
. "$(dirname "$0")/lib.sh"
need lintian lintian
need man man-db
[ -f "$package" ] || skip "there is no package: see packaging.package"

step "lintian"
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs "$package"

step "contents"
files=$(dpkg-deb -c "$package" | awk '{print $1, $2, $6}')
for expected in \
  '-rwxr-xr-x root/root ./usr/bin/busbar' \
  '-rw-r--r-- root/root ./etc/busbar/busbar.yaml.example' \
  '-rw-r--r-- root/root ./usr/lib/systemd/system/busbar.service' \
  '-rw-r--r-- root/root ./usr/lib/systemd/system/busbar-once.service' \
  '-rw-r--r-- root/root ./usr/lib/systemd/system/busbar-once.timer' \
  '-rw-r--r-- root/root ./usr/share/busbar/serial.conf' \
  '-rw-r--r-- root/root ./usr/lib/sysusers.d/busbar.conf' \
  '-rw-r--r-- root/root ./usr/share/dbus-1/system.d/org.busbar.Busbar1.conf' \
  '-rw-r--r-- root/root ./usr/share/busbar/busbar.schema.json' \
  '-rw-r--r-- root/root ./usr/share/busbar/profiles/orion1000.yaml' \
  '-rw-r--r-- root/root ./usr/share/bash-completion/completions/busbar' \
  '-rw-r--r-- root/root ./usr/share/zsh/vendor-completions/_busbar' \
  '-rw-r--r-- root/root ./usr/share/fish/vendor_completions.d/busbar.fish' \
  '-rw-r--r-- root/root ./usr/share/doc/busbar/copyright' \
  '-rw-r--r-- root/root ./usr/share/doc/busbar/changelog.gz' \
  '-rw-r--r-- root/root ./usr/share/doc/busbar/docs/configuration.md'; do
  expect "$expected" grep -qxF -- "$expected" <<<"$files"
done
refuse_text 'etc/busbar/busbar\.yaml$|\.hpp$|\.a$|/usr/etc|/usr/local' "$files"
expect_text '^/etc/busbar/busbar\.yaml\.example$' "$(dpkg-deb --info "$package" conffiles)"
depends=$(dpkg-deb -f "$package" Depends)
expect_text 'libc6 \(>= ' "$depends"
# The list for the container is written by hand: it must name the same libraries.
for name in $("$source_folder/packaging/packages.sh" list run | grep '^lib' | grep -v '^libspdlog'); do
  expect_text "(^|, )$name( |,|\$)" "$depends"
done

step "manual pages"
tree=$WORK/contents
rm -rf "$tree"
dpkg-deb -x "$package" "$tree"
for page in man1/busbar.1 man5/busbar.yaml.5; do
  warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$tree/usr/share/man/$page.gz" 2>&1 >/dev/null)
  expect "no warning of troff about $page: $warnings" test -z "$warnings"
done
page() { LC_ALL=C.UTF-8 MANWIDTH=100 man -l "$tree/usr/share/man/$1.gz" | col -b; }
program=$(page man1/busbar.1)
while read -r command _; do
  expect_text "^   $command\$" "$program"
done < <("$BUSBAR" --help | sed -n '/^Commands:/,/^$/s/^  //p')
expect_text '^ +-c FILE, --config FILE$' "$program"
expect_text '^ +78 +The configuration is invalid' "$program"
site=$(page man5/busbar.yaml.5)
expect_text '^ +link +tcp://HOST:PORT' "$site"
for key in spacing username heartbeat password; do expect_text "^ +$key( |\$)" "$site"; done
expect_text 'integer; default 8; 5 … 8' "$site"
rm -rf "$tree"
