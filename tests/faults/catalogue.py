"""The list of faults: each registers itself with its doses."""

import dataclasses
from pathlib import Path


@dataclasses.dataclass
class Fault:
    number: str
    what: str
    short: int
    long: int
    function: object


@dataclasses.dataclass
class Run:
    """What a fault is given, and where it writes down what happened."""
    busbar: Path
    directory: Path
    seed: int
    dose: int
    counts: dict = dataclasses.field(default_factory=dict)
    wrong: list = dataclasses.field(default_factory=list)
    skipped: str = ""

    def did(self, **counts):
        self.counts.update(counts)


FAULTS: list[Fault] = []


def fault(number, what, short, long):
    def register(function):
        FAULTS.append(Fault(number, what, short, long, function))
        return function
    return register
