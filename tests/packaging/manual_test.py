#!/usr/bin/env python3
"""The reader of help texts and the writer of manual pages, on small inputs."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging" / "manual"))

import completions  # noqa: E402
import man_pages  # noqa: E402
from help_text import Option, Program, read_command, share_words, words_of  # noqa: E402

HELP = """\
Usage: busbar ask [DEVICE…] [--format FORMAT]

Asks it.

Arguments:
  DEVICE  ids of devices

Options:
  -h [ --help ]                    print this help and exit
  -c [ --config ] FILE (=/etc/busbar/busbar.yaml)
                                   the site file
  -f [ --format ] FORMAT (=table)  table, json or jsonl
  --link URL                       a link, which takes more
                                   than one line to explain
  -l [ --log-level ] LEVEL         trace shows every byte
"""


class HelpText(unittest.TestCase):
    def setUp(self):
        self.command = read_command("ask", "asks", HELP)
        self.options = {option.long: option for option in self.command.options}

    def test_reads_usage_text_and_arguments(self):
        self.assertEqual(self.command.usage, "busbar ask [DEVICE…] [--format FORMAT]")
        self.assertEqual(self.command.text, ["Asks it."])
        self.assertEqual([argument.name for argument in self.command.arguments], ["DEVICE"])

    def test_reads_options_over_two_lines(self):
        self.assertEqual(self.options["config"],
                         Option("config", "c", "FILE", "/etc/busbar/busbar.yaml", "the site file"))
        self.assertEqual(self.options["link"].help, "a link, which takes more than one line to explain")
        self.assertEqual(self.options["help"].metavariable, "")

    def test_knows_a_closed_list_of_values(self):
        self.assertEqual(self.options["format"].words, ["table", "json", "jsonl"])
        self.assertEqual(self.options["link"].words, [])
        self.assertEqual(words_of("trace, debug, error or off; overrides the file"), ["trace", "debug", "error", "off"])
        self.assertEqual(words_of("orion"), ["orion"])
        self.assertEqual(words_of("where to listen"), [])

    def test_shares_a_list_between_commands(self):
        other = read_command("run", "runs", "Usage: busbar run\n\nOptions:\n  --log-level LEVEL  debug or off\n")
        share_words([self.command, other])
        self.assertEqual(self.options["log-level"].words, ["debug", "off"])

    def test_refuses_what_it_does_not_understand(self):
        with self.assertRaisesRegex(SystemExit, "cannot read this line of busbar ask --help: ' what is this'"):
            read_command("ask", "asks", HELP + " what is this\n")

    def test_keeps_a_section_of_its_own(self):
        command = read_command("ask", "asks", "Usage: busbar ask\n\nText.\n\nExamples:\n  busbar ask\n")
        self.assertIn("Examples:", command.text)


class ManPages(unittest.TestCase):
    def test_escapes_what_troff_would_read(self):
        self.assertEqual(man_pages.escape(r".B --once \n"), r"\&.B \-\-once \en")
        self.assertEqual(man_pages.inline("'a' is `b-c`, **d** and [e](f.md)"), r"\&'a' is \fBb\-c\fR, \fBd\fR and e")

    def test_makes_an_entry_of_each_row(self):
        rows = ["| Key | Type | Default | Range | Meaning |", "| --- | --- | --- | --- | --- |",
                "| `baud` | integer | 9600 | 50 … 99 | Speed |", "| `link` | text | required | – | Where |",
                r"| `a` | one of | – | `x`, `y` | This \| that |"]
        self.assertEqual(man_pages.table(rows), [
            ".TP", r"\fBbaud\fR", "Speed [integer; default 9600; 50 … 99]", ".TP", r"\fBlink\fR", "Where [text; required]",
            ".TP", r"\fBa\fR", r"This | that [one of; \fBx\fR, \fBy\fR]"])

    def test_turns_a_page_into_sections(self):
        lines = man_pages.markdown("Some\ntext.\n\n## A part\n\n- one\n  more\n- two\n\n```sh\n.x\n```\n| a | b |\n| --- | --- |\n| c | d |")
        self.assertEqual(lines, [
            ".PP", "Some text.", ".SH A PART", r".IP \(bu 2", "one more", r".IP \(bu 2", "two",
            ".PP", ".RS 4", ".nf", r"\&.x", ".fi", ".RE", ".TP", "c", "d"])


class Completions(unittest.TestCase):
    def test_quote_what_shells_would_read(self):
        command = read_command("ask", "the device's [state]: now", "Usage: busbar ask\n\nOptions:\n  --all  it's [all]: all\n")
        program = Program(["busbar"], [], [], [command])
        self.assertIn(r"'ask:the device'\''s \[state\]\: now'", completions.zsh(program))
        self.assertIn(r"--all'[it'\''s \[all\]\: all]'", completions.zsh(program))
        self.assertIn(r"-l all -d 'it\'s [all]: all'", completions.fish(program))

    def test_know_what_a_value_is(self):
        kinds = {completions.kind(option) for option in read_command("ask", "asks", HELP).options}
        self.assertEqual(kinds, {"", "files", "words", "text"})
        self.assertEqual(completions.kind(Option("profile", "p", "NAME", "", "the profile")), "profiles")


if __name__ == "__main__":
    unittest.main()
