#!/usr/bin/env bash
# The Debian 12 packages busbar needs: the one list that the quick start, the tests, the Dockerfile and the docs share.
#
#   packaging/packages.sh list GROUP…      print the names, one a line
#   packaging/packages.sh install GROUP…   install what is missing (root or sudo); does nothing when all is there
#
# Groups: build (compile the daemon), package (make the Debian package of it), demo (the quick start), test (the whole
#         test suite), tidy (clang-tidy), run (shared libraries of a finished binary).
set -euo pipefail

packages_of() {
  case "$1" in
    build)
      # Boost is named with its version: the default 1.74 of Debian 12 lacks boost::system::result and cancellation.
      echo g++ cmake ninja-build pkg-config ccache \
        libboost1.81-dev libboost-program-options1.81-dev libpaho-mqttpp-dev libpaho-mqtt-dev nlohmann-json3-dev \
        libyaml-cpp-dev libspdlog-dev libsystemd-dev libssl-dev \
        libmuparser-dev libsqlite3-dev ;;
    package) echo dpkg-dev file python3 ;;
    demo) echo mosquitto mosquitto-clients curl ;;
    test)
      echo libgtest-dev libgmock-dev libbenchmark-dev mosquitto mosquitto-clients prometheus prometheus-pushgateway \
        influxdb curl socat openssl \
        python3 systemd dbus locales clang libclang-rt-14-dev clang-format \
        faketime dpkg-dev file lintian man-db bsdextrautils zsh fish mmdebstrap systemd-container buildah \
        docker-compose iproute2 jq valgrind gcovr ;;
    tidy) echo clang clang-tidy ;;
    run)
      echo libboost-program-options1.81.0 libpaho-mqttpp3-1 libpaho-mqtt1.3 libyaml-cpp0.7 libspdlog1.10 libfmt9 \
        libsystemd0 libssl3 libmuparser2v5 libsqlite3-0 ca-certificates ;;
    *) echo "packages.sh: unknown group '$1' (known: build package demo test tidy run)" >&2; return 64 ;;
  esac
}

# Packages that bring a service along; the tests start their own copies on free ports.
readonly services=(mosquitto prometheus prometheus-pushgateway influxdb)

usage() { sed -n '2,8s/^# \{0,1\}//p' "$0"; }

names_of_groups() {
  local group names
  for group in "$@"; do
    names=$(packages_of "$group") || exit $?
    tr ' ' '\n' <<<"$names"
  done | sort -u
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

require_root() {
  [ "$(id -u)" = 0 ] && return
  if ! command -v sudo >/dev/null; then
    printf 'These packages are missing, and installing them needs root or sudo, neither of which is here:\n  %s\n' "$*" >&2
    printf 'Run as root: apt-get install --no-install-recommends %s\n' "$*" >&2
    exit 77
  fi
  # Without a terminal sudo cannot ask for a password: say so instead of waiting for ever.
  if ! [ -t 0 ] && ! sudo -n true 2>/dev/null; then
    printf 'sudo asks for a password, but there is no terminal. Run as root: apt-get install --no-install-recommends %s\n' \
      "$*" >&2
    exit 77
  fi
}

# Debian's libboost*1.74-dev and 1.81-dev exclude each other, and apt would remove the old ones without a word.
refuse_surprising_removals() {
  local removed strangers
  removed=$(as_root apt-get install -s -y --no-install-recommends "$@" | sed -n 's/^Remv \([^ ]*\).*/\1/p' || true)
  [ -n "$removed" ] || return 0
  strangers=$(grep -Ev '^libboost[a-z0-9.+-]*$' <<<"$removed" || true)
  if [ -n "$strangers" ] || [ -n "${BUSBAR_KEEP_PACKAGES:-}" ]; then
    printf 'Installing libboost1.81-dev would remove other packages of this machine; nothing was changed:\n%s\n' \
      "$removed" >&2
    printf 'Build in a container (docker build .) or remove them yourself first.\n' >&2
    exit 1
  fi
  printf 'libboost1.81-dev takes the place of: %s\n' "$(tr '\n' ' ' <<<"$removed")"
  printf '(to go back later: apt-get install libboost-dev; set BUSBAR_KEEP_PACKAGES=1 to refuse)\n'
}

# A freshly installed broker or Prometheus must not start by itself. Debian asks /usr/sbin/policy-rc.d; ours denies
# these services only, and only while this script runs. One that is there already is left alone.
policy=/usr/sbin/policy-rc.d
policy_is_ours=
hold_services() {
  [ -e "$policy" ] && return
  local service pattern=
  for service in "${services[@]}"; do pattern+="${pattern:+|}$service|$service.*|$service-*"; done
  printf '#!/bin/sh\ncase "$1" in %s) exit 101 ;; esac\nexit 0\n' "$pattern" | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  policy_is_ours=1
}
release_services() {
  if [ -n "$policy_is_ours" ]; then as_root rm -f "$policy"; policy_is_ours=; fi
}

install_missing() {
  local missing=() fresh=() name
  for name in "$@"; do is_installed "$name" || missing+=("$name"); done
  if [ ${#missing[@]} = 0 ]; then
    echo "All $# packages are installed."
    return
  fi
  if ! command -v apt-get >/dev/null; then
    echo "This script knows Debian 12 only (no apt-get here). Needed there: ${missing[*]}" >&2
    exit 69
  fi
  require_root "${missing[@]}"
  echo "Installing ${#missing[@]} of $# packages: ${missing[*]}"
  for name in "${services[@]}"; do is_installed "$name" || fresh+=("$name"); done

  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o Dpkg::Use-Pty=0
             -o DPkg::Lock::Timeout=300)
  as_root "${apt[@]}" update </dev/null
  refuse_surprising_removals "${missing[@]}"
  trap release_services EXIT
  hold_services
  as_root "${apt[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null
  release_services
  trap - EXIT
  # Not at the next boot either, when it was this script that brought the service.
  if [ -d /run/systemd/system ]; then
    for name in "${fresh[@]}"; do
      if is_installed "$name"; then as_root systemctl disable --quiet "$name" || true; fi
    done
  fi
}

case "${1:-}" in
  list) shift; names_of_groups "${@:?name a group}" ;;
  install)
    shift
    names=$(names_of_groups "${@:?name a group}")
    # shellcheck disable=SC2086  # one word a package
    install_missing $names
    ;;
  -h | --help) usage ;;
  *) usage >&2; exit 64 ;;
esac
