#!/usr/bin/env python3
"""Counts the instructions of the path of a reading under callgrind and holds them to the budget in budget.json.

    tests/hotpath/budget.py PROGRAM             prints the table; exit code 1 when a part needs 10 % more than its budget
    tests/hotpath/budget.py PROGRAM --update    writes what was counted into budget.json

PROGRAM is tests/hotpath/hotpath_budget of a build folder (target hotpath_budget). Instructions do not depend on the load of
the machine, but on the compiler and the libraries: with another version of the compiler than that of the budget the table is
printed and nothing is judged. Exit code 77: nothing was judged, and the output says why.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BUDGET = Path(__file__).with_name("budget.json")
ROUNDS = 200
TOLERANCE = 0.10
NOT_JUDGED = 77


def count(program):
    """Name of the part → instructions a round."""
    with tempfile.TemporaryDirectory() as directory:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={directory}/out", program, str(ROUNDS)],
            capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != 0:
            sys.exit(f"{program} failed under valgrind:\n{done.stdout}{done.stderr}")
        rounds = dict(line.split() for line in done.stdout.splitlines())
        counted = {}
        for dump in Path(directory).iterdir():
            text = dump.read_text(encoding="utf-8", errors="replace")
            name = re.search(r"^desc: Trigger: Client Request: (\S+)$", text, re.MULTILINE)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.MULTILINE)
            if name and total:
                counted[name[1]] = round(int(total[1]) / int(rounds[name[1]]))
    if counted.keys() != rounds.keys():
        sys.exit(f"valgrind did not count {sorted(rounds.keys() - counted.keys())}: was its header (valgrind/callgrind.h) "
                 f"there when {program} was built?")
    return {name: counted[name] for name in rounds}


def table(counted, budget):
    """Prints one line for each part; returns those beyond the budget."""
    beyond = []
    print(f"{'instructions a round':32}{'counted':>10}{'budget':>10}{'change':>9}")
    for name in list(counted) + [name for name in budget if name not in counted]:
        now, allowed = counted.get(name), budget.get(name)
        if now is None or allowed is None:
            print(f"{name:32}{now or '-':>10}{allowed or '-':>10}  in one of both only: use --update")
            beyond.append(name)
            continue
        change = now / allowed - 1
        verdict = ""
        if change > TOLERANCE:
            verdict = f"  MORE than {TOLERANCE:.0%} above"
            beyond.append(name)
        elif change < -TOLERANCE:
            verdict = "  less: lower the budget with --update"
        print(f"{name:32}{now:>10}{allowed:>10}{change:>+9.1%}{verdict}")
    return beyond


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--compiler", default="unknown", help="what built the program, as in budget.json")
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    if shutil.which("valgrind") is None:
        print("NOT CHECKED: valgrind is not installed, so that nobody counted the instructions of the hot path")
        sys.exit(NOT_JUDGED)
    counted = count(arguments.program)
    if arguments.update:
        BUDGET.write_text(json.dumps({"compiler": arguments.compiler, "instructions": counted}, indent=1) + "\n",
                          encoding="utf-8")
    budget = json.loads(BUDGET.read_text(encoding="utf-8"))
    beyond = table(counted, budget["instructions"])
    if budget["compiler"] != arguments.compiler:
        print(f"NOT JUDGED: the budget is that of {budget['compiler']}, this was built with {arguments.compiler}")
        sys.exit(NOT_JUDGED)
    if beyond:
        sys.exit(f"beyond the budget: {', '.join(beyond)}. Where that is the price of something wanted, say so in the commit "
                 "that raises the budget with --update")


if __name__ == "__main__":
    main()
