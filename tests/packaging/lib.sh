# shellcheck shell=bash
# Shared by the packaging tests: skipping loudly, expecting, waiting. CTest sets BUILD, BUSBAR and WORK.
set -euo pipefail
: "${BUILD:?run by ctest}" "${BUSBAR:?run by ctest}" "${WORK:?run by ctest}"
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly source_folder
PATH=$PATH:/usr/sbin:/sbin
readonly package=$WORK/busbar.deb newer_package=$WORK/busbar-newer.deb debian=$WORK/debian

# CTest counts 77 as skipped and names the test in its summary.
skip() { printf '\nSKIPPED: %s\n' "$*"; exit 77; }
fail() { printf '\nFAILED: %s\n' "$*" >&2; exit 1; }
need() {  # need COMMAND PACKAGE
  command -v "$1" >/dev/null || skip "there is no $1 here (apt-get install $2)"
}
need_root() { [ "$(id -u)" = 0 ] || skip "this needs root, for chroot and mount"; }
step() { printf '%3d s == %s\n' "$SECONDS" "$*"; }

expect() {  # expect WHAT COMMAND…
  local what=$1
  shift
  "$@" || fail "expected: $what ($*)"
}
refuse() {  # refuse WHAT COMMAND…
  local what=$1
  shift
  if "$@"; then fail "not expected: $what ($*)"; fi
}
expect_text() {  # expect_text PATTERN TEXT
  grep -qE -- "$1" <<<"$2" || fail "no line matches '$1' in:
$2"
}
refuse_text() {
  if grep -E -- "$1" <<<"$2"; then fail "a line matches '$1'"; fi
}
eventually() {  # eventually SECONDS WHAT COMMAND…
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || fail "in time: $what"
    sleep 0.1
  done
}
is_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local port
  for _ in {1..100}; do
    port=$((20000 + RANDOM % 12000))
    if ! is_open "$port"; then echo "$port"; return; fi
  done
  fail "no free port"
}

# A copy of the clean Debian for one test to change, on the same file system.
copy_debian() {  # copy_debian NAME → its path in $root
  [ -d "$debian" ] || skip "there is no clean Debian: see packaging.debian"
  root=$WORK/$1
  rm -rf --one-file-system "$root"
  cp -a --reflink=auto "$debian" "$root"
  rm -f "$root/etc/resolv.conf"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
}
