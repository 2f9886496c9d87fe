"""What may not be written, how long files may be, and what a reader may count on finding."""

import re
import statistics

from tree import Tree

# The path of one reading, and how long each of its files may be.
FIVE_FILES = {
    "src/poll/poller.cpp": 200,
    "src/channel/channel.cpp": 300,
    "src/protocol/orion/orion.cpp": 400,
    "src/profile/decoder.cpp": 300,
    "src/sink/mqtt/mqtt_sink.cpp": 350,
}
LONGEST, LONG, MEDIAN = 600, 400, 120
# Lines of tests a line of product. The aim is 1; this is a ratchet on the way there: raise it, never lower it.
TESTS = 0.88

# (name, pattern in the code without comments, folders, why)
FORBIDDEN = [
    ("detached", r"\bdetached\b", ("src", "include", "tests"),
     "a detached coroutine dies unseen; use async::TaskGroup::spawn"),
    ("sleep", r"\b(?:sleep_for|sleep_until|usleep|nanosleep|sleep)\s*\(", ("src", "include", "tests"),
     "wait for a condition with a deadline, or pass the time in"),
    ("blocking token", r"(?<!co_await )\b\w+->(?:wait|wait_for|wait_until)\s*\(", ("src/sink",),
     "a sink lives on the loop; wait for Paho's tokens by their callbacks"),
    ("getenv", r"\b(?:secure_)?getenv\s*\(", ("src/model", "src/yaml", "src/protocol", "src/profile", "src/link",
                                              "src/channel", "src/poll", "src/simulate", "src/client", "include"),
     "the environment is read by app, service and screen; others get options"),
    ("printing", r"\bstd::(?:cout|cerr|clog)\b|\bprintf\s*\(", ("src/model", "src/yaml", "src/protocol", "src/profile",
                                                               "src/link", "src/channel", "src/poll", "include"),
     "standard output carries results only; log, or return an error"),
    ("using namespace in a header", r"^\s*using\s+namespace\b.*", ("include",), "it reaches every user of the library"),
]
# In any text of the repository. It must stand alone: no paths of one machine, no numbers of one tracker.
FOREIGN = [
    ("path of one machine", re.compile(r"(?<![\w.}/-])/(?:work|root|home/(?!USER|you|pi\b)\w+)/")),
    ("number of a tracker", re.compile(r"\b[Ii]ssue #\d|\(#\d+\)")),
]
TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "src", "include", "config", "packaging", "systemd", "tests", "docs",
             "Dockerfile", "README.md", "LICENSE", "CHANGELOG.md", "build"}
TEXT = {".cpp", ".hpp", ".md", ".yaml", ".yml", ".json", ".py", ".sh", ".cmake", ".txt", ".service", ".in", ".svg",
        ".timer", ".conf", ".jq", ".zsh"}


def check(tree: Tree):
    yield from _patterns(tree)
    yield from _lengths(tree)
    yield from _five_files(tree)
    yield from _heads(tree)
    yield from _foreign(tree)
    yield from _top_level(tree)
    yield from _tests(tree)


def _patterns(tree: Tree):
    for name, pattern, folders, why in FORBIDDEN:
        expression = re.compile(pattern, re.MULTILINE)
        for source in tree.under(*folders):
            if name == "using namespace in a header" and not source.path.endswith(".hpp"):
                continue
            if name == "printing" and source.path.endswith("/main.cpp"):
                continue  # a program of the build, not part of the daemon
            for match in expression.finditer(source.code):
                yield f"{source.path}:{source.line_of(match.start())}: {name}: '{match[0].strip()}'; {why}"


def _lengths(tree: Tree):
    for source in tree.sources.values():
        if source.lines > LONGEST:
            yield f"{source.path}: {source.lines} lines; none may have more than {LONGEST}"
    lengths = sorted(source.lines for source in tree.product)
    if not lengths:
        return
    long_ones = [source.path for source in tree.product if source.lines > LONG]
    if len(long_ones) > len(lengths) * 0.05:
        yield f"{len(long_ones)} of {len(lengths)} files have more than {LONG} lines (5 % may): " + ", ".join(long_ones)
    if statistics.median(lengths) > MEDIAN:
        yield f"the median file has {statistics.median(lengths):.0f} lines; {MEDIAN} is the most"


def _five_files(tree: Tree):
    for path, limit in FIVE_FILES.items():
        if path not in tree.sources:
            yield f"{path}: one of the five files of one reading is missing"
        elif tree.sources[path].lines > limit:
            yield f"{path}: {tree.sources[path].lines} lines; a file of one reading may have {limit}"


def _heads(tree: Tree):
    for source in tree.product:
        described_by_header = source.path.endswith(".cpp") and source.path[:-4] + ".hpp" in tree.sources
        if not source.text.startswith("//") and not described_by_header:
            yield f"{source.path}:1: the first line says in a comment what the file is"


def _foreign(tree: Tree):
    # Build folders are not even looked into: other tests make and remove whole file systems there.
    tops = [top for top in tree.root.iterdir() if top.name not in ("build", ".git") and not top.name.startswith("build-")]
    for path in sorted(path for top in tops for path in (top.rglob("*") if top.is_dir() else [top])):
        relative = path.relative_to(tree.root)
        if not path.is_file():
            continue
        if path.suffix not in TEXT and path.name != "Dockerfile" and relative.parts[0] != ".ci":
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for name, expression in FOREIGN:
            for match in expression.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{relative.as_posix()}:{line}: {name}: '{match[0]}'"


def _top_level(tree: Tree):
    for path in sorted(tree.root.iterdir()):
        known = path.name in TOP_LEVEL or path.name.startswith((".", "build-")) or path.name == "__pycache__"
        if not known and path.name != "compile_commands.json":
            yield f"{path.name}: the top level is fixed; find it a place in: {', '.join(sorted(TOP_LEVEL))}"


def _tests(tree: Tree):
    product = sum(source.lines for source in tree.product)
    tests = sum(source.lines for source in tree.under("tests"))
    if tests < product * TESTS:
        yield f"tests have {tests} lines, the product {product}; {TESTS} a line is the least, 1 the aim"


def report(tree: Tree) -> str:
    product = tree.product
    lengths = sorted(source.lines for source in product)
    if not lengths:
        return "no sources"
    comment, code = (sum(pair) for pair in zip(*(source.comment_and_code_lines() for source in product)))
    at_95 = lengths[min(len(lengths) - 1, int(len(lengths) * 0.95))]
    tests = sum(source.lines for source in tree.under("tests"))
    return (
        f"{len(lengths)} files, {sum(lengths)} lines: median {statistics.median(lengths):.0f}, 95th percentile {at_95}, "
        f"longest {lengths[-1]}; comments {100 * comment / (comment + code):.0f} % (15 to 25 is the aim); "
        f"tests {tests} lines, {tests / sum(lengths):.2f} a line of product (1 is the aim)"
    )


