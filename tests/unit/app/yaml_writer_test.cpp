// What is printed as YAML is read back as what it was, whatever it was.
#include "app/yaml_writer.hpp"

#include "yaml/node.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;

/// The text of a scalar as the configuration gets it: parsed, "$$" being one '$'.
std::string read_back(const std::string& scalar) {
  yaml::Findings findings;
  const auto document = yaml::parse("a: " + scalar + "\n", "x.yaml", findings);
  EXPECT_TRUE(findings.empty()) << scalar << "\n" << findings.text();
  if (document.root.entries.size() != 1) return "(no entry)";
  return std::regex_replace(document.root.entries[0].value.scalar, std::regex{R"(\$\$)"}, "$$");
}

TEST(YamlScalar, IsReadBackAsItWas) {
  for (const std::string text : {"plain",
                                 "pack-1",
                                 "tcp://192.168.1.50:26",
                                 "/dev/serial/by-id/usb-FTDI",
                                 "10s",
                                 "0x10",
                                 "1e3",
                                 "true",
                                 "",
                                 " ",
                                 " leading",
                                 "trailing ",
                                 "a: b",
                                 "a:",
                                 ":a",
                                 "- a",
                                 "-",
                                 "#a",
                                 "a #b",
                                 "a#b",
                                 "[a]",
                                 "{a}",
                                 "a, b",
                                 "*a",
                                 "&a",
                                 "!a",
                                 "|",
                                 ">",
                                 "%a",
                                 "@a",
                                 "`a",
                                 "~",
                                 "null",
                                 "Null",
                                 "NULL",
                                 "nul",
                                 "'",
                                 "\"",
                                 "\\",
                                 "a\\nb",
                                 "a\nb",
                                 "a\tb",
                                 "\r",
                                 "\x01",
                                 "\x7F",
                                 "$",
                                 "${HOME}",
                                 "$$",
                                 "a$b$$c",
                                 "?",
                                 "? a",
                                 "---",
                                 "...",
                                 "Küche",
                                 "°C",
                                 "💡"}) {
    EXPECT_EQ(read_back(yaml_scalar(text)), text) << yaml_scalar(text);
  }
}

TEST(YamlScalar, OfEveryCharacterIsReadBack) {
  for (int c = 1; c < 0x80; ++c) {
    const std::string alone(1, static_cast<char>(c));
    for (const std::string& text : {alone, "a" + alone, alone + "a", "a" + alone + "b"})
      EXPECT_EQ(read_back(yaml_scalar(text)), text) << c;
  }
}

TEST(YamlScalar, NeedsNoQuotesForWhatPeopleWrite) {
  for (const std::string text : {"pack1", "tcp://gateway:26", "/dev/ttyUSB0", "200ms", "orion1000"})
    EXPECT_EQ(yaml_scalar(text), text);
}

TEST(YamlWriter, IndentsByLevels) {
  YamlWriter out;
  out.open("channels");
  out.open("rs485");
  out.text("link", "tcp://h:26");
  out.duration("spacing", 200ms);
  out.real("scale", 0.1);
  out.flag("tls", false);
  out.number("port", 26);
  out.close();
  out.close();
  out.texts("tags", {{"site", "a b"}, {"x", "$y"}});
  out.texts("none", {});
  out.reals("limits", {{"soc", 0.5}});
  EXPECT_EQ(out.take(),
            "channels:\n  rs485:\n    link: tcp://h:26\n    spacing: 200ms\n    scale: 0.1\n    tls: false\n"
            "    port: 26\ntags:\n  site: \"a b\"\n  x: \"$$y\"\nlimits:\n  soc: 0.5\n");
}

}  // namespace
}  // namespace busbar::app
