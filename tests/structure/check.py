#!/usr/bin/env python3
"""Checks the structure of the source tree: include directions, lengths, forbidden patterns, links of the docs.

    tests/structure/check.py [--root DIR] [--headers]

Prints one line a finding and ends with 1 when there is one. --headers compiles every public header by itself instead.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

import rules_docs  # noqa: E402
import rules_includes  # noqa: E402
import rules_text  # noqa: E402
from tree import Tree  # noqa: E402


def findings(root: Path) -> list[str]:
    tree = Tree(root)
    return [line for rules in (rules_includes, rules_text, rules_docs) for line in rules.check(tree)]


def header_findings(root: Path) -> list[str]:
    """A public header must compile as the only line of a program, without the private headers in reach."""
    compiler = os.environ.get("CXX", "g++")

    def compile_one(header: Path) -> list[str]:
        name = header.relative_to(root / "include").as_posix()
        command = [compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", str(root / "include"),
                   "-x", "c++", "-"]
        done = subprocess.run(command, input=f"#include <{name}>\n", text=True, capture_output=True)
        return [f"include/{name} does not compile by itself:\n{done.stderr}"] if done.returncode else []

    headers = sorted((root / "include").rglob("*.hpp"))
    with ThreadPoolExecutor(max_workers=2) as pool:
        return [line for lines in pool.map(compile_one, headers) for line in lines]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2])
    parser.add_argument("--headers", action="store_true", help="compile every public header by itself")
    arguments = parser.parse_args()
    lines = header_findings(arguments.root) if arguments.headers else findings(arguments.root)
    for line in lines:
        print(line)
    print(rules_text.report(Tree(arguments.root)))
    print(f"{len(lines)} finding{'' if len(lines) == 1 else 's'}")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
