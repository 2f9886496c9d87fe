"""Links between pages resolve, and what the pages and the alerting rules name is there."""

import re
from pathlib import Path

from tree import Tree

LINK = re.compile(r"(?<!\\)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$", re.MULTILINE)
ONE_READING = "docs/one-reading.md"
ALERTS = "config/busbar.rules.yaml"
# A file of the repository in backticks; NAME, * and … stand for others.
FILE = re.compile(r"`((?:src|include|tests|config|packaging|systemd|docs)/[\w./-]+)`")
MESSAGES = re.compile(r"^```log\n(.*?)^```", re.MULTILINE | re.DOTALL)
OWN_METRICS = "src/sink/prometheus/own_metrics.cpp"


def check(tree: Tree):
    pages = [path for path in tree.root.glob("*.md")] + sorted((tree.root / "docs").rglob("*.md"))
    for page in pages:
        yield from _links(tree.root, page)
        yield from _files(tree.root, page)
    yield from _one_reading(tree)
    yield from _metrics(tree)
    yield from _alerts(tree)
    yield from _messages(tree)


def slug(heading: str) -> str:
    """The anchor that code hosting sites give a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    found: set[str] = set()
    for heading in HEADING.findall(_prose(page)):
        anchor, n = slug(heading), 0
        while (anchor if n == 0 else f"{anchor}-{n}") in found:
            n += 1
        found.add(anchor if n == 0 else f"{anchor}-{n}")
    return found


def _prose(page: Path) -> str:
    """The text with code blocks blanked; lines keep their numbers."""
    return FENCE.sub(lambda match: "\n" * match[0].count("\n"), page.read_text(encoding="utf-8"))


def _links(root: Path, page: Path):
    text = _prose(page)
    for match in LINK.finditer(text):
        target, _, anchor = match[1].partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        where = f"{page.relative_to(root).as_posix()}:{text.count(chr(10), 0, match.start()) + 1}"
        path = (page.parent / target).resolve() if target else page
        if not path.exists():
            yield f"{where}: link to {match[1]}, which does not exist"
        elif anchor and path.suffix == ".md" and anchor not in anchors(path):
            yield f"{where}: link to {match[1]}, but {path.name} has no heading '#{anchor}'"


def _files(root: Path, page: Path):
    """A file that a page sends its reader to is there."""
    text = _prose(page)
    for match in FILE.finditer(text):
        placeholder = any(part.isupper() for part in Path(match[1]).with_suffix("").parts)
        if not placeholder and not (root / match[1]).exists():
            line = text.count("\n", 0, match.start()) + 1
            yield f"{page.relative_to(root).as_posix()}:{line}: {match[1]} does not exist"


def _one_reading(tree: Tree):
    """Each section names its file in its heading; every `name()` in it must stand in that file."""
    page = tree.root / ONE_READING
    if not page.exists():
        yield f"{ONE_READING}: the walk through one reading is missing"
        return
    sections = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    checked = 0
    for section in sections:
        heading = section.splitlines()[0]
        named = re.search(r"`((?:src|include|tests)/[^`]+)`", heading)
        if not named:
            continue
        if named[1] not in tree.sources:
            yield f"{ONE_READING}: section '{heading}' names a file that does not exist"
            continue
        code = tree.sources[named[1]].code
        for symbol in re.findall(r"`((?:\w+::)*\w+)\(\)`", section):
            checked += 1
            if not re.search(rf"\b{re.escape(symbol.split('::')[-1])}\b", code):
                yield f"{ONE_READING}: `{symbol}()` is not in {named[1]}"
    if checked < 10:
        yield f"{ONE_READING}: only {checked} names of the form `name()` could be checked against the five files"


def _metrics(tree: Tree):
    """Every metric about busbar itself stands in its table: in full, or by its end beside another of the same row."""
    page = tree.root / "docs/prometheus.md"
    if not page.exists() or OWN_METRICS not in tree.sources:
        return
    named = re.findall(r"`(\w+)`", page.read_text(encoding="utf-8"))
    for metric in sorted(set(re.findall(r'"(busbar_\w+)"', tree.sources[OWN_METRICS].code))):
        if not any(metric == name or name.startswith("_") and metric.endswith(name) for name in named):
            yield f"docs/prometheus.md: {metric} is missing"


def _alerts(tree: Tree):
    """An alert on a metric that was renamed would never fire; one that the operator does not find explained is noise."""
    rules, page = tree.root / ALERTS, tree.root / "docs/operations.md"
    if not rules.exists() or OWN_METRICS not in tree.sources:
        return
    text = rules.read_text(encoding="utf-8")
    metrics = set(re.findall(r'"(busbar_\w+)"', tree.sources[OWN_METRICS].code))
    for metric in sorted(set(re.findall(r"\bbusbar_\w+(?=[{\[ )\n])", text)) - set(re.findall(r"name: (\w+)", text))):
        if metric not in metrics:
            yield f"{ALERTS}: {metric} is no metric of {OWN_METRICS}"
    explained = page.read_text(encoding="utf-8") if page.exists() else ""
    for alert in re.findall(r"alert: (\w+)", text):
        if f"`{alert}`" not in explained:
            yield f"{ALERTS}: {alert} is not explained in docs/operations.md"


def _messages(tree: Tree):
    """Blocks marked `log` quote the log: what stands between … and punctuation must be in a string of the source."""
    code = "\n".join(re.sub(r'(?<!\\)"\s*"', "", source.code) for source in tree.under("src"))
    for page in sorted((tree.root / "docs").rglob("*.md")):
        for line, message in _quoted(page.read_text(encoding="utf-8")):
            for part in re.split(r"[…:;()']| within | refused\b", message):
                if len(part.strip()) > 6 and part.strip() not in code:
                    yield f"{page.relative_to(tree.root).as_posix()}:{line}: no message says '{part.strip()}'"


def _quoted(text: str):
    """(line, message): blocks marked `log`, and the first column of tables below a heading about messages in the log."""
    for block in MESSAGES.finditer(text):
        for number, message in enumerate(block[1].splitlines()):
            yield text.count("\n", 0, block.start(1)) + number + 1, message
    about_messages = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            about_messages = "essages in the log" in line
        elif about_messages and line.startswith("| `"):
            for message in re.findall(r"`([^`]*)`", line.split(" | ")[0]):
                yield number, message
