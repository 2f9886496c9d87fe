"""busbar(1) from the help of the program, busbar.yaml(5) from docs/configuration.md."""

import re

from help_text import Command, Program

FENCE = re.compile(r"^```")
TABLE = re.compile(r"^\|")
ITEM = re.compile(r"^ *(?:-|\d+\.) +")
TOKEN = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\([^)]*\)")


def escape(text: str) -> str:
    """Text that troff prints as it stands. A hyphen is typed as one: people copy options out of manuals."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("`", "\\(ga").replace("^", "\\(ha").replace("~", "\\(ti")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def inline(text: str) -> str:
    """Markdown's code and bold become bold, a link its text."""
    out, at = "", 0
    for match in TOKEN.finditer(text):
        out += escape(text[at:match.start()])
        out += rf"\fB{escape(match[1] or match[2])}\fR" if match[3] is None else inline(match[3])
        at = match.end()
    out += escape(text[at:])
    return re.sub(r"^([.'])", r"\\&\1", out)


def header(name: str, section: int, version: str, title: str) -> list[str]:
    return [f'.TH {name.upper()} {section} "" "busbar {version}" "{title}"', ".nh", ".ad l"]


def verbatim(lines: list[str]) -> list[str]:
    return [".PP", ".RS 4", ".nf", *[escape(line) for line in lines], ".fi", ".RE"]


def prose(lines: list[str]) -> list[str]:
    """Paragraphs of a help text; where a line is indented, the layout is kept."""
    out: list[str] = []
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
        rows = paragraph.split("\n")
        if any(row.startswith(" ") for row in rows):
            out += verbatim(rows)
        else:
            out += [".PP", *[escape(row) for row in rows]]
    return out


def command_section(command: Command) -> list[str]:
    out = [f".SS {escape(command.name)}", ".PP", rf"\fB{escape(command.usage)}\fR", *prose(command.text)]
    for argument in command.arguments:
        out += [".TP", rf"\fI{escape(argument.name)}\fR", escape(argument.help)]
    for option in command.options:
        value = rf" \fI{escape(option.metavariable)}\fR" if option.metavariable else ""
        default = f" Default: {escape(option.default)}." if option.default else ""
        out += [".TP", ", ".join(rf"\fB{escape(name)}\fR{value}" for name in option.names), f"{escape(option.help)}.{default}"]
    return out


FILES = [
    ("/etc/busbar/busbar.yaml", "The site file, see busbar.yaml(5). The service does not start without it."),
    ("/etc/busbar/busbar.yaml.example", "A commented example."),
    ("/usr/share/busbar/profiles", "Texts of the built-in profiles."),
    ("/usr/share/busbar/busbar.schema.json", "JSON Schema of the site file, for editors."),
    ("/usr/share/busbar/serial.conf", "Drop-in that opens serial ports to the service."),
    ("/var/lib/busbar", "What the service remembers between runs."),
]


def program_page(program: Program, version: str) -> str:
    out = header("busbar", 1, version, "User Commands")
    out += [".SH NAME", r"busbar \- telemetry daemon for batteries, inverters and meters on field buses", ".SH SYNOPSIS"]
    for usage in program.usage:
        out += [rf"\fB{escape(usage)}\fR", ".br"]
    out += [".SH DESCRIPTION", *prose(program.text), ".SH COMMANDS"]
    for command in program.commands:
        out += command_section(command)
    out += [".SH EXIT STATUS"]
    for code, meaning in program.exit_codes:
        out += [".TP", rf"\fB{code}\fR", escape(meaning[0].upper() + meaning[1:]) + "."]
    out += [".SH FILES"]
    for path, meaning in FILES:
        out += [".TP", rf"\fI{escape(path)}\fR", escape(meaning)]
    out += [".SH SEE ALSO", r"\fBbusbar.yaml\fR(5), \fBsystemctl\fR(1), \fBsystemd.exec\fR(5)"]
    return "\n".join(out) + "\n"


def cells(row: str) -> list[str]:
    return [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows: list[str]) -> list[str]:
    """Each row is an entry: the first cell its name, the last its meaning, those between in brackets."""
    out: list[str] = []
    for row in map(cells, rows[2:]):
        details = [cell for cell in row[1:-1] if cell not in ("", "–")]
        titles = dict(zip(cells(rows[0])[1:-1], row[1:-1]))
        if "Default" in titles:
            fallback = titles["Default"]
            word = fallback if fallback in ("required", "none", "empty") else f"default {fallback}"
            details = [titles["Type"], "" if fallback == "–" else word]
            details += [] if titles["Range"] == "–" else [titles["Range"]]
        note = f" [{'; '.join(inline(detail) for detail in details if detail)}]" if any(details) else ""
        out += [".TP", inline(row[0]), inline(row[-1]) + note]
    return out


def markdown(text: str) -> list[str]:
    """The part of Markdown that docs/configuration.md is written in."""
    out: list[str] = []
    lines = iter([*text.splitlines(), ""])
    paragraph: list[str] = []
    rows: list[str] = []
    for line in lines:
        starts_anew = not line.strip() or line.startswith(("#", "|", "```")) or ITEM.match(line)
        if paragraph and starts_anew:
            out.append(inline(" ".join(paragraph)))
            paragraph = []
        if rows and not TABLE.match(line):
            out += table(rows)
            rows = []
        if FENCE.match(line):
            block = []
            for inner in lines:
                if FENCE.match(inner):
                    break
                block.append(inner)
            out += verbatim(block)
        elif line.startswith("#"):
            level, title = line.split(" ", 1)
            out.append((".SH " + escape(title).upper()) if len(level) <= 2 else ".SS " + escape(title))
        elif TABLE.match(line):
            rows.append(line)
        elif ITEM.match(line):
            out.append(r".IP \(bu 2")
            paragraph = [ITEM.sub("", line).strip()]
        elif line.strip():
            if not paragraph:
                out.append(".PP")
            paragraph.append(line.strip())
    return out


def configuration_page(text: str, version: str) -> str:
    body = text.split("\n", 1)[1]  # without its title
    out = header("busbar.yaml", 5, version, "File Formats")
    out += [".SH NAME", r"busbar.yaml \- the site file of busbar", ".SH DESCRIPTION", *markdown(body)]
    out += [".SH SEE ALSO", r"\fBbusbar\fR(1)"]
    return "\n".join(out) + "\n"
