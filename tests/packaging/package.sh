#!/usr/bin/env bash
# Makes the package from the binary of this build, and the same as if it were newer, for the upgrade. A hardened release is
# what the preset "package" builds; everything but the program is the same.
. "$(dirname "$0")/lib.sh"
need dpkg-shlibdeps dpkg-dev
rm -rf "$WORK/out" "$WORK/newer" "$package" "$newer_package"

step "manual pages and completions"
cmake --build "$BUILD" --target manual >/dev/null
step "the package"
(cd "$BUILD" && cpack -G DEB --config "$BUILD/CPackConfig.cmake" -B "$WORK/out")
cp "$WORK"/out/busbar_*.deb "$package"

step "its successor: another version, another example"
dpkg-deb -R "$package" "$WORK/newer"
sed -i 's/^Version: .*/&.1/' "$WORK/newer/DEBIAN/control"
echo "# A line of the newer example." >>"$WORK/newer/etc/busbar/busbar.yaml.example"
(cd "$WORK/newer" && find etc usr -type f -exec md5sum {} + >DEBIAN/md5sums)
dpkg-deb --root-owner-group -b "$WORK/newer" "$newer_package" >/dev/null
rm -rf "$WORK/out" "$WORK/newer"
