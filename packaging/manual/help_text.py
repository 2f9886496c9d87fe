"""The commands and options of busbar, read from what `busbar --help` and `busbar COMMAND --help` print."""

import re
import subprocess
from dataclasses import dataclass, field

OPTION = re.compile(
    r"^  (?:-(?P<short>\w) \[ --(?P<long>[\w-]+) \]|--(?P<only>[\w-]+))"
    r"(?: (?P<metavariable>[A-Z][^\s(]*))?(?: \(=(?P<default>[^)]*)\))?(?:\s+(?P<help>\S.*))?$"
)
COMMAND = re.compile(r"^  (?P<name>[a-z][a-z-]*)\s{2,}(?P<summary>\S.*)$")
ARGUMENT = re.compile(r"^  (?P<name>[A-Z]\S*)\s{2,}(?P<help>\S.*)$")
EXIT_CODE = re.compile(r"^  (?P<code>\d+)\s+(?P<meaning>\S.*)$")
# "table, json or jsonl" at the beginning of an explanation is the closed list of its values.
WORDS = re.compile(r"^([a-z0-9.-]+(?:, [a-z0-9.-]+)*),? or ([a-z0-9.-]+)\b|^([a-z]+)$")


def words_of(explanation: str) -> list[str]:
    match = WORDS.match(explanation)
    if not match:
        return []
    return [match[3]] if match[3] else [*match[1].split(", "), match[2]]


@dataclass
class Option:
    long: str
    short: str = ""
    metavariable: str = ""
    default: str = ""
    help: str = ""
    words: list[str] = field(default_factory=list)  # all it may be; empty: anything

    def __post_init__(self):
        self.words = words_of(self.help) if self.metavariable else []

    @property
    def names(self) -> list[str]:
        return ([f"-{self.short}"] if self.short else []) + [f"--{self.long}"]


@dataclass
class Argument:
    name: str
    help: str

    @property
    def words(self) -> list[str]:
        return words_of(self.help)


@dataclass
class Command:
    name: str
    summary: str
    usage: str = ""
    text: list[str] = field(default_factory=list)
    arguments: list[Argument] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)


@dataclass
class Program:
    usage: list[str]
    text: list[str]
    exit_codes: list[tuple[str, str]]
    commands: list[Command]


def sections(text: str) -> dict[str, list[str]]:
    """The lines below each heading ("Options:"); those before the first heading under ""."""
    found: dict[str, list[str]] = {"": []}
    current = found[""]
    for line in text.splitlines():
        heading = re.fullmatch(r"([A-Z][a-z ]+):", line)
        if heading:
            current = found.setdefault(heading[1], [])
        else:
            current.append(line)
    return found


def joined(lines: list[str]) -> list[str]:
    """Lines that continue the one above, because they stand far to the right, are appended to it."""
    whole: list[str] = []
    for line in filter(str.strip, lines):
        if whole and re.match(r"^ {8}", line):
            whole[-1] += ("  " if OPTION.match(whole[-1]) and not OPTION.match(whole[-1])["help"] else " ") + line.strip()
        else:
            whole.append(line.rstrip())
    return whole


def matched(pattern: re.Pattern, lines: list[str], where: str):
    for line in joined(lines):
        match = pattern.match(line)
        if not match:
            raise SystemExit(f"manual: cannot read this line of {where}: '{line}'")
        yield match


def split_usage(lines: list[str]) -> tuple[list[str], list[str]]:
    """The paragraph that begins with "Usage:", and the rest."""
    end = lines.index("") if "" in lines else len(lines)
    usage = [line.removeprefix("Usage:").strip() for line in lines[:end]]
    return usage, "\n".join(lines[end:]).strip("\n").split("\n")


def read_command(name: str, summary: str, text: str) -> Command:
    parts = sections(text)
    usage, prose = split_usage(parts.pop(""))
    options = [
        Option(m["long"] or m["only"], m["short"] or "", m["metavariable"] or "", m["default"] or "", m["help"] or "")
        for m in matched(OPTION, parts.pop("Options", []), f"busbar {name} --help")
    ]
    arguments = [Argument(m["name"], m["help"])
                 for m in matched(ARGUMENT, parts.pop("Arguments", []), f"busbar {name} --help")]
    for heading, lines in parts.items():  # a section of this command alone stays part of its text
        prose += ["", heading + ":", *lines]
    return Command(name, summary, " ".join(usage), prose, arguments, options)


def share_words(commands: list[Command]) -> None:
    """An option whose values one command lists has them in every command."""
    options = [option for command in commands for option in command.options]
    known = {option.long: option.words for option in options if option.words}
    for option in options:
        if option.metavariable and not option.words:
            option.words = known.get(option.long, [])


def read_program(busbar: str) -> Program:
    def ask(*arguments: str) -> str:
        return subprocess.run([busbar, *arguments, "--help"], check=True, capture_output=True, encoding="utf-8").stdout

    parts = sections(ask())
    usage, text = split_usage(parts[""])
    commands = [read_command(m["name"], m["summary"], ask(m["name"]))
                for m in matched(COMMAND, [l for l in parts["Commands"] if not l.startswith("'")], "busbar --help")]
    share_words(commands)
    codes = [(m["code"], m["meaning"]) for m in matched(EXIT_CODE, parts["Exit codes"], "busbar --help")]
    return Program(usage, text, codes, commands)
