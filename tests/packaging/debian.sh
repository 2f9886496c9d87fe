#!/usr/bin/env bash
# A clean Debian 12 with systemd and nothing of busbar's, in a folder: what the package is installed into.
. "$(dirname "$0")/lib.sh"
need_root
need mmdebstrap mmdebstrap
readonly mirror=${BUSBAR_DEBIAN_MIRROR:-http://deb.debian.org/debian}
curl -fsSI --max-time 30 "$mirror/dists/bookworm/InRelease" >/dev/null || skip "the archive $mirror does not answer"
# One of today is good enough.
if [ -n "$(find "$debian.made" -mmin -720 2>/dev/null)" ] && [ -d "$debian" ]; then exit; fi
rm -rf --one-file-system "$debian" "$debian.new"
# The lists are kept, so that apt can install the package and what it depends on.
mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv,dbus --skip=cleanup/apt \
  --dpkgopt=force-unsafe-io --dpkgopt=path-exclude=/usr/share/locale/* bookworm "$debian.new" "$mirror"
mv "$debian.new" "$debian"
touch "$debian.made"
