#!/usr/bin/env python3
"""Writes the manual pages and the shell completions of a built busbar.

    packaging/manual/generate.py BUSBAR CONFIGURATION.md VERSION FOLDER

busbar(1) and the completions come from what the program prints on --help, busbar.yaml(5) from the page on configuration:
neither has a text of its own that could grow old.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True

import completions  # noqa: E402
import man_pages  # noqa: E402
from help_text import read_program  # noqa: E402


def main() -> int:
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 64
    busbar, configuration, version, folder = sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])
    program = read_program(busbar)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "busbar.1": man_pages.program_page(program, version),
        "busbar.yaml.5": man_pages.configuration_page(configuration.read_text(encoding="utf-8"), version),
        "busbar.bash": completions.bash(program),
        "_busbar": completions.zsh(program),
        "busbar.fish": completions.fish(program),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
