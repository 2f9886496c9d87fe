"""The source tree as the structure rules see it: files, their text without comments, and who includes whom."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

CODE = {".cpp", ".hpp"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
# A comment, or something that may contain what looks like one: strings and characters are kept as they are.
TOKEN = re.compile(
    r'R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'"
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)",
    re.DOTALL,
)


def without_comments(text: str) -> str:
    """Comments become blanks; every line keeps its number."""

    def blank(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match[0]) if match["comment"] is not None else match[0]

    return TOKEN.sub(blank, text)


@dataclass
class Source:
    """One C++ file."""

    root: Path
    path: str  # relative to the root, with '/'
    text: str = field(repr=False)

    @cached_property
    def code(self) -> str:
        return without_comments(self.text)

    @cached_property
    def lines(self) -> int:
        return self.text.count("\n")

    @cached_property
    def includes(self) -> list[tuple[int, str, bool]]:
        """(line, name as written, written with quotes)"""
        found = []
        for match in INCLUDE.finditer(self.code):
            found.append((self.code.count("\n", 0, match.start()) + 1, match[1] or match[2], match[1] is not None))
        return found

    def line_of(self, position: int) -> int:
        return self.code.count("\n", 0, position) + 1

    def comment_and_code_lines(self) -> tuple[int, int]:
        comment = code = 0
        for original, stripped in zip(self.text.splitlines(), self.code.splitlines()):
            code += bool(stripped.strip())
            comment += original.rstrip() != stripped.rstrip()
        return comment, code


class Tree:
    def __init__(self, root: Path):
        self.root = root
        self.sources = {
            source.path: source for folder in ("include", "src", "tests") for source in self._read(root / folder)
        }

    def _read(self, folder: Path):
        for path in sorted(folder.rglob("*")):
            if path.suffix in CODE and path.is_file():
                yield Source(self.root, path.relative_to(self.root).as_posix(), path.read_text(encoding="utf-8"))

    def under(self, *folders: str) -> list[Source]:
        return [source for source in self.sources.values() if source.path.startswith(tuple(f + "/" for f in folders))]

    @property
    def product(self) -> list[Source]:
        return self.under("include", "src")

    def resolve(self, source: Source, name: str) -> str | None:
        """The project's file that an include names; None for a foreign or generated header."""
        beside = (Path(source.path).parent / name).as_posix()
        for candidate in (f"include/{name}", f"src/{name}", beside):
            if candidate in self.sources:
                return candidate
        return None


def folder_of(path: str) -> str | None:
    """The layer a file belongs to: 'poll' for src/poll/…, 'model' for include/busbar/model/…"""
    parts = path.split("/")
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    if parts[:2] == ["include", "busbar"] and len(parts) > 3:
        return parts[2]
    return None


def part_of(path: str) -> str | None:
    """The member of a family of folders: 'sink/mqtt', 'protocol/orion'. None for what lies beside them."""
    parts = path.split("/")
    if parts[0] == "src" and len(parts) > 3 and parts[1] in ("sink", "protocol"):
        return f"{parts[1]}/{parts[2]}"
    return None
