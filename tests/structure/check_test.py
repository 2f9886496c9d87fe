#!/usr/bin/env python3
"""The structure check finds what it is there to find: faults are planted in a small tree and in a copy of the real one."""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import rules_docs  # noqa: E402
import rules_includes  # noqa: E402
import rules_text  # noqa: E402
from tree import Tree, without_comments  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


class Planted(unittest.TestCase):
    """Each test writes a few files and looks at the findings of one set of rules."""

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.root = Path(self.directory.name)
        (self.root / "docs").mkdir()

    def write(self, path: str, text: str):
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def found(self, rules) -> str:
        return "\n".join(rules.check(Tree(self.root)))

    # --- who may include whom

    def test_allowed_direction_is_silent(self):
        self.write("include/busbar/model/bytes.hpp", "// x\n")
        self.write("src/link/link.hpp", "// x\n#include <busbar/model/bytes.hpp>\n#include <vector>\n")
        self.write("src/channel/channel.cpp", '// x\n#include "link/link.hpp"\n')
        self.assertEqual(self.found(rules_includes), "")

    def test_back_include(self):
        self.write("src/channel/channel.hpp", "// x\n")
        self.write("src/link/tcp.cpp", '// x\n#include "channel/channel.hpp"\n')
        self.assertIn("src/link/tcp.cpp:2: link includes src/channel/channel.hpp", self.found(rules_includes))

    def test_back_include_beside_the_file_and_through_the_public_folder(self):
        self.write("include/busbar/client/client.hpp", "// x\n")
        self.write("src/model/bytes.cpp", "// x\n#include <busbar/client/client.hpp>\n")
        self.write("src/yaml/node.cpp", '// x\n#include "../model/bytes.cpp"\n')
        found = self.found(rules_includes)
        self.assertIn("model includes include/busbar/client/client.hpp", found)

    def test_new_folder_must_be_placed(self):
        self.write("include/busbar/model/bytes.hpp", "// x\n")
        self.write("src/shortcut/all.cpp", "// x\n#include <busbar/model/bytes.hpp>\n")
        self.assertIn("src/shortcut is not in the table", self.found(rules_includes))

    def test_poller_may_name_only_the_interface_of_sinks(self):
        self.write("src/sink/mqtt/topics.hpp", "// x\n")
        self.write("src/poll/poller.cpp", '// x\n#include "sink/mqtt/topics.hpp"\n')
        self.assertIn("of sink it may name: src/sink/sink.hpp", self.found(rules_includes))

    def test_sinks_do_not_know_each_other(self):
        self.write("src/sink/mqtt/topics.hpp", "// x\n")
        self.write("src/sink/screen/table.cpp", '// x\n#include "sink/mqtt/topics.hpp"\n')
        self.assertIn("sink/screen includes src/sink/mqtt/topics.hpp", self.found(rules_includes))

    def test_public_header_names_no_private_one(self):
        self.write("src/link/link.hpp", "// x\n")
        self.write("include/busbar/client/client.hpp", '// x\n#include "link/link.hpp"\n')
        self.assertIn("a public header includes", self.found(rules_includes))

    def test_codec_sees_no_asio(self):
        self.write("src/protocol/orion/orion.cpp", "// x\n#include <boost/asio/io_context.hpp>\n")
        self.assertIn("protocol includes <boost/asio/io_context.hpp>", self.found(rules_includes))

    def test_throwing_library_in_one_file(self):
        self.write("src/yaml/document.cpp", "// x\n#include <yaml-cpp/yaml.h>\n")
        self.assertEqual(self.found(rules_includes), "")
        self.write("src/app/load.cpp", "// x\n#include <yaml-cpp/yaml.h>\n")
        self.assertIn("belongs in one file", self.found(rules_includes))

    def test_include_cycle_between_files(self):
        self.write("src/app/a.hpp", '// x\n#include "app/b.hpp"\n')
        self.write("src/app/b.hpp", '// x\n#include "app/c.hpp"\n')
        self.write("src/app/c.hpp", '// x\n#include "a.hpp"\n')
        self.assertIn("include cycle: src/app/a.hpp → src/app/b.hpp → src/app/c.hpp → src/app/a.hpp",
                      self.found(rules_includes))

    def test_include_in_a_comment_is_none(self):
        self.write("src/channel/channel.hpp", "// x\n")
        self.write("src/link/tcp.cpp", '// x\n// #include "channel/channel.hpp"\n/*\n#include "channel/channel.hpp"\n*/\n')
        self.assertEqual(self.found(rules_includes), "")

    # --- what may not be written

    def test_forbidden_patterns(self):
        self.write("src/poll/a.cpp", "// x\nvoid f() { co_spawn(e, g(), detached); }\n")
        self.write("tests/unit/b_test.cpp", "std::this_thread::sleep_for(1s);\n")
        self.write("src/sink/mqtt/c.cpp", "// x\ntoken->wait();\n")
        self.write("src/link/d.cpp", '// x\nauto home = std::getenv("HOME");\n')
        found = self.found(rules_text)
        self.assertIn("src/poll/a.cpp:2: detached", found)
        self.assertIn("tests/unit/b_test.cpp:1: sleep", found)
        self.assertIn("src/sink/mqtt/c.cpp:2: blocking token", found)
        self.assertIn("src/link/d.cpp:2: getenv", found)

    def test_words_in_comments_are_free(self):
        self.write("src/poll/a.cpp", "// never detached, never sleep(1)\n")
        self.assertNotIn("src/poll/a.cpp", self.found(rules_text))

    def test_lengths(self):
        self.write("src/app/huge.cpp", "// x\n" + "int x;\n" * 600)
        found = self.found(rules_text)
        self.assertIn("src/app/huge.cpp: 601 lines", found)
        self.assertIn("1 of 1 files have more than 400 lines", found)
        self.assertIn("the median file has 601 lines", found)

    def test_file_of_one_reading_too_long_or_missing(self):
        self.write("src/poll/poller.cpp", "// x\n" * 201)
        found = self.found(rules_text)
        self.assertIn("src/poll/poller.cpp: 201 lines; a file of one reading may have 200", found)
        self.assertIn("src/profile/decoder.cpp: one of the five files of one reading is missing", found)

    def test_head_comment_here_or_in_the_header(self):
        self.write("src/app/bare.cpp", "int x;\n")
        self.write("src/app/pair.cpp", "int y;\n")
        self.write("src/app/pair.hpp", "// what a pair is\n")
        found = self.found(rules_text)
        self.assertIn("src/app/bare.cpp:1: the first line says", found)
        self.assertNotIn("src/app/pair.cpp", found)

    def test_repository_stands_alone(self):
        self.write("docs/page.md", "see /ho" + "me/somebody/notes, iss" + "ue #3\n")
        found = self.found(rules_text)
        self.assertIn("docs/page.md:1: path of one machine", found)
        self.assertIn("docs/page.md:1: number of a tracker", found)

    def test_top_level_is_fixed(self):
        self.write("scripts/run.sh", "")
        self.assertIn("scripts: the top level is fixed", self.found(rules_text))

    def test_fewer_test_lines_than_code(self):
        self.write("src/app/a.cpp", "// x\n// y\n")
        self.write("tests/unit/app/a_test.cpp", "// x\n")
        self.assertIn("tests have 1 lines, the product 2", self.found(rules_text))

    # --- documentation

    def test_links(self):
        self.write("README.md", "[a](docs/a.md) [b](docs/a.md#two-words) [c](docs/b.md) [d](docs/a.md#none) [e](https://x)\n"
                                "```\n[f](docs/in-code.md)\n```\n")
        self.write("docs/a.md", "# Two words\n")
        found = self.found(rules_docs)
        self.assertIn("README.md:1: link to docs/b.md, which does not exist", found)
        self.assertIn("a.md has no heading '#none'", found)
        self.assertNotIn("two-words", found)
        self.assertNotIn("in-code", found)

    def test_files_that_pages_name(self):
        self.write("src/model/bytes.cpp", "// x\n")
        self.write("docs/a.md", "`src/model/bytes.cpp` `src/protocol/NAME` `src/gone.cpp`\n\n```\n`tests/not_prose`\n```\n")
        found = self.found(rules_docs)
        self.assertIn("docs/a.md:1: src/gone.cpp does not exist", found)
        for silent in ("bytes.cpp does", "NAME does", "not_prose"):
            self.assertNotIn(silent, found)

    def test_one_reading_names_what_exists(self):
        self.write("src/poll/poller.cpp", "// x\nvoid Poller::poll() { exchange(); }\n")
        self.write("docs/one-reading.md", "## 1 `src/poll/poller.cpp`\n`Poller::poll()` calls `exchange()`, then `gone()`\n"
                                          "## 2 `src/gone.cpp`\n`x()`\n")
        found = self.found(rules_docs)
        self.assertIn("`gone()` is not in src/poll/poller.cpp", found)
        self.assertNotIn("`exchange()`", found)
        self.assertIn("names a file that does not exist", found)
        self.assertIn("only 3 names", found)

    def test_alerts_name_metrics_and_are_explained(self):
        self.write("src/sink/prometheus/own_metrics.cpp", '// x\nauto a = "busbar_up"; auto b = "busbar_process_cpu_seconds_total";\n')
        self.write("config/busbar.rules.yaml", "groups:\n  - name: busbar_process\n    rules:\n      - alert: Gone\n        expr: "
                                               "absent(busbar_up)\n      - alert: Busy\n        expr: rate(busbar_cpu_total[1h]) > 1\n")
        self.write("docs/operations.md", "`Gone`: look\n")
        found = self.found(rules_docs)
        self.assertIn("busbar_cpu_total is no metric", found)
        self.assertIn("Busy is not explained", found)
        self.assertNotIn("Gone", found)
        self.assertNotIn("busbar_process", found)

    def test_metrics_are_documented(self):
        self.write("src/sink/prometheus/own_metrics.cpp", '// x\nauto a = "busbar_up"; auto b = "busbar_sink_queued"; auto c = "busbar_new";\n')
        self.write("docs/prometheus.md", "| `busbar_up` | |\n| `busbar_sink_healthy`, `_queued` | |\n")
        self.assertEqual([line for line in self.found(rules_docs).splitlines() if "prometheus.md" in line],
                         ["docs/prometheus.md: busbar_new is missing"])

    def test_quoted_messages_are_those_of_the_source(self):
        self.write("src/link/tcp.cpp", '// x\nauto a = "cannot connect to " + x + ": it is " "not there";\n')
        self.write("docs/a.md", "```log\ncannot connect to …: it is not there\ncannot reach …\n```\n```\nnot a message\n```\n")
        self.write("docs/b.md", "# Messages in the log\n| `it is gone` | `cure` |\n# Others\n| `no message` | |\n")
        found = self.found(rules_docs)
        self.assertIn("docs/b.md:2: no message says 'it is gone'", found)
        self.assertNotIn("docs/b.md:4", found)
        self.assertIn("docs/a.md:3: no message says 'cannot reach'", found)
        self.assertNotIn("it is not there", found)
        self.assertNotIn("not a message", found)


class Comments(unittest.TestCase):
    def test_strings_stay_and_comments_go(self):
        text = 'auto a = "// no"; // yes\nauto b = R"(/* no */)"; /* y\ne\ns */ auto c = 1\'000; char d = \'"\'; // "\n'
        self.assertEqual(
            without_comments(text).split(),
            'auto a = "// no"; auto b = R"(/* no */)"; auto c = 1\'000; char d = \'"\';'.split(),
        )
        self.assertEqual(without_comments(text).count("\n"), text.count("\n"))


class RealTree(unittest.TestCase):
    """The rules bite in this project, not only in a toy."""

    def test_back_include_planted_in_a_copy(self):
        with tempfile.TemporaryDirectory() as name:
            copy = Path(name)
            for folder in ("include", "src"):
                shutil.copytree(ROOT / folder, copy / folder)
            before = set(rules_includes.check(Tree(copy)))
            victim = copy / "src/link/link.hpp"
            victim.write_text(victim.read_text(encoding="utf-8") + '#include "channel/channel.hpp"\n', encoding="utf-8")
            new = "\n".join(sorted(set(rules_includes.check(Tree(copy))) - before))
            self.assertIn("link includes src/channel/channel.hpp", new)
            self.assertIn("include cycle: ", new)


if __name__ == "__main__":
    unittest.main()
