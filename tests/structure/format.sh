#!/usr/bin/env bash
# Every C++ file is formatted as .clang-format says. `tests/structure/format.sh --fix` formats the tree.
set -euo pipefail
cd "$(dirname "$0")/../.."
mode=(--dry-run -Werror)
[ "${1:-}" = --fix ] && mode=(-i)
find include src tests \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0 -r -n 40 -P 2 clang-format "${mode[@]}"
