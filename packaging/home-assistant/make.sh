#!/usr/bin/env bash
# Makes a folder that Home Assistant takes as an add-on: the files of busbar/ and the Debian packages they install.
#   packaging/home-assistant/make.sh FOLDER busbar_…_amd64.deb [busbar_…_arm64.deb]
# Copy FOLDER to /addons of Home Assistant (add-ons Samba or SSH), reload the add-on store, install it from "Local add-ons".
set -euo pipefail
if [ $# -lt 2 ]; then sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 64; fi
folder=$1
shift
mkdir -p "$folder"
cp -r "$(dirname "$0")/busbar/." "$folder/"
rm -f "$folder"/busbar_*.deb
for package in "$@"; do
  name=$(dpkg-deb -f "$package" Package) version=$(dpkg-deb -f "$package" Version) arch=$(dpkg-deb -f "$package" Architecture)
  [ "$name" = busbar ] || { echo "make.sh: $package is no package of busbar but of $name" >&2; exit 65; }
  cp "$package" "$folder/busbar_${version}_$arch.deb"
done
