// The JSON Schema for editors, the parser and the reference page know the same keys, ranges and defaults.
#include "unit/app/configuration_support.hpp"
#include "yaml/map_reader.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <regex>
#include <set>

namespace busbar::app {
namespace {

using Json = nlohmann::json;
using test::file_of;

const Json& schema() {
  static const Json loaded = Json::parse(test::content_of(BUSBAR_SOURCE_DIR "/config/busbar.schema.json"));
  return loaded;
}

// Follows "$ref": "#/…" as long as there is one.
const Json& resolved(const Json& node) {
  const Json* current = &node;
  while (current->contains("$ref")) {
    current = &schema().at(Json::json_pointer((*current)["$ref"].get<std::string>().substr(1)));
  }
  return *current;
}

// A mapping of the file: its definition in the schema, and a file with {} where the mapping's content goes.
struct Section {
  std::string definition;
  std::string before;
  std::string after;
};

const std::string channel = "channels: {a: {link: \"tcp://x:1\"}}\n";
const std::string device = "devices: {p: {profile: orion1000}}\n";

std::vector<Section> sections() {
  const std::string rest = "}\n" + device;
  return {
      {"channel_defaults", "version: 1\ndefaults: {channel: {", "}}\n" + channel + device},
      {"device_defaults", "version: 1\ndefaults: {device: {", "}}\n" + channel + device},
      {"channel", "version: 1\nchannels: {a: {", "}}\n" + device},
      {"reconnect", "version: 1\nchannels: {a: {link: \"tcp://x:1\", reconnect: {", "}}}\n" + device},
      {"breaker", "version: 1\nchannels: {a: {link: \"tcp://x:1\", breaker: {", "}}}\n" + device},
      {"device", "version: 1\n" + channel + "devices: {p: {", "}}\n"},
      {"virtual_device", "version: 1\n" + channel + device + "virtual_devices: {b: {", "}}\n"},
      {"virtual_reading",
       "version: 1\n" + channel + device +
           "virtual_devices: {b: {virtual: {watts: {expression: p.current, unit: W}, x: {",
       "}}}}\n"},
      {"mqtt", "version: 1\n" + channel + device + "sinks: {mqtt: {", "}}\n"},
      {"tls", "version: 1\n" + channel + device + "sinks: {mqtt: {url: \"mqtts://b\", tls: {", "}}}\n"},
      {"home_assistant_settings", "version: 1\n" + channel + device + "sinks: {mqtt: {home_assistant: {",
       "}}}\n"},
      {"events_settings", "version: 1\n" + channel + device + "sinks: {mqtt: {events: {", "}}}\n"},
      {"textfile", "version: 1\n" + channel + device + "sinks: {textfile: {", "}}\n"},
      {"http", "version: 1\n" + channel + device + "sinks: {http: {", "}}\n"},
      {"pushgateway", "version: 1\n" + channel + device + "sinks: {pushgateway: {", "}}\n"},
      {"influx", "version: 1\n" + channel + device + "sinks: {influx: {", "}}\n"},
      {"aggregate", "version: 1\n" + channel + device + "sinks: {screen: {aggregate: {", "}}}\n"},
      {"screen", "version: 1\n" + channel + device + "sinks: {screen: {", "}}\n"},
  };
}

const Json& properties(const std::string& definition) { return schema()["$defs"][definition]["properties"]; }

std::set<std::string> keys_of(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.insert(key);
  }
  return keys;
}

// The keys the parser knows in a mapping: what it lists when an unknown key resembles none of them.
std::set<std::string> keys_of_parser(const std::string& text) {
  const std::string findings = test::loaded(text).findings.text();
  std::smatch match;
  std::set<std::string> keys;
  if (std::regex_search(findings, match, std::regex("'qqqqqqqqqqqq'.*known here: ([^)]*)"))) {
    const std::string list = match[1];
    const std::regex word("[a-z_]+");
    for (auto it = std::sregex_iterator(list.begin(), list.end(), word); it != std::sregex_iterator(); ++it) {
      keys.insert(it->str());
    }
  }
  return keys;
}

TEST(Schema, every_mapping_has_the_keys_of_the_parser) {
  EXPECT_EQ(keys_of(schema()["properties"]), keys_of_parser("version: 1\nqqqqqqqqqqqq: 1\n"));
  EXPECT_EQ(keys_of(schema()["properties"]["defaults"]["properties"]),
            keys_of_parser("version: 1\ndefaults: {qqqqqqqqqqqq: 1}\n"));
  for (const Section& section : sections()) {
    EXPECT_EQ(keys_of(properties(section.definition)),
              keys_of_parser(section.before + "qqqqqqqqqqqq: 1" + section.after))
        << section.definition;
  }
}

TEST(Schema, every_definition_is_tested_here) {
  std::set<std::string> tested{"substitution", "duration", "intervals", "home_assistant",
                               "virtual",      "patterns", "events"};
  for (const Section& section : sections()) {
    tested.insert(section.definition);
  }
  EXPECT_EQ(keys_of(schema()["$defs"]), tested);
}

// The numbers between which a key may lie, as YAML text: from an integer or number, or a duration.
std::optional<std::pair<std::string, std::string>> range_of(const Json& property) {
  if (property.contains("x-minimum")) {
    return std::pair(property["x-minimum"].get<std::string>(), property["x-maximum"].get<std::string>());
  }
  for (const Json& choice : property.value("anyOf", Json::array())) {
    if (choice.contains("minimum")) {
      return std::pair(choice["minimum"].dump(), choice["maximum"].dump());
    }
  }
  return std::nullopt;
}

// One step outside the range, at either end.
std::vector<std::string> outside(const std::pair<std::string, std::string>& range) {
  const auto shifted = [](const std::string& text, int by) {
    if (const auto duration = yaml::parse_duration(text);
        duration && text.find_first_not_of("0123456789") != std::string::npos) {
      return by < 0 && duration->count() == 0 ? "-1s" : std::to_string(duration->count() + by) + "ms";
    }
    return std::to_string(std::stoll(text) + by);
  };
  return {shifted(range.first, -1), shifted(range.second, 1)};
}

void for_each_property(
    const std::function<void(const Section&, const std::string& key, const Json& property)>& check) {
  for (const Section& section : sections()) {
    for (const auto& [key, property] : properties(section.definition).items()) {
      check(section, key, resolved(property));
    }
  }
}

std::string finding_about(const std::string& text, const std::string& key) {
  const Loaded result = test::loaded(text);
  for (const yaml::Finding& finding : result.findings.list()) {
    if (finding.message.starts_with("'" + key + "' must be")) {
      return finding.message;
    }
  }
  return {};
}

TEST(Schema, its_ranges_are_those_of_the_parser) {
  int ranges = 0;
  for_each_property([&](const Section& section, const std::string& key, const Json& property) {
    const auto range = range_of(property);
    if (!range || key == "address") {  // the profile knows the largest address
      return;
    }
    ++ranges;
    for (const std::string& inside : {range->first, range->second}) {
      EXPECT_EQ(finding_about(section.before + key + ": " + inside + section.after, key), "")
          << section.definition;
    }
    for (const std::string& value : outside(*range)) {
      EXPECT_NE(finding_about(section.before + key + ": " + value + section.after, key), "")
          << section.definition << "." << key << ": " << value;
    }
  });
  EXPECT_GT(ranges, 40);
}

TEST(Schema, its_choices_are_those_of_the_parser) {
  for_each_property([](const Section& section, const std::string& key, const Json& property) {
    for (const Json& choice : property.value("anyOf", Json::array())) {
      for (const Json& value : choice.value("enum", Json::array())) {
        const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
        EXPECT_EQ(finding_about(section.before + key + ": " + text + section.after, key), "");
        EXPECT_NE(finding_about(section.before + key + ": " + text + "x" + section.after, key), "");
      }
    }
  });
}

TEST(Schema, writing_a_default_out_changes_nothing) {
  int defaults = 0;
  for_each_property([&](const Section& section, const std::string& key, const Json& property) {
    if (!property.contains("default") || section.definition.ends_with("_defaults")) {
      return;
    }
    // A serial setting needs a serial link; a path and a link must be there at all.
    std::string before = section.before;
    const std::string after = section.after;
    std::string extra;
    if (section.definition == "channel") {
      extra = key == "data_bits" || key == "parity" || key == "stop_bits" ? "link: /dev/ttyS0"
                                                                          : "link: \"tcp://x:1\"";
    } else if (section.definition == "textfile") {
      extra = "path: a.prom";
    } else if (section.definition == "device") {
      extra = "profile: orion1000";
    } else if (section.definition == "influx") {
      extra = "database: d";
    } else if (section.definition == "virtual_device") {
      extra = "virtual: {x: {expression: p.soc}}";
    } else if (section.definition == "virtual_reading") {
      extra = key == "sign" || key == "max_gap" ? "energy: b.watts" : "expression: p.soc";
    }
    const Json& value = property["default"];
    const std::string text =
        value.is_string() && !value.get<std::string>().empty() ? value.get<std::string>() : value.dump();
    const std::string quoted = text.find(':') == std::string::npos ? text : '"' + text + '"';
    const Configuration without = test::valid(before + extra + after);
    const Configuration with =
        test::valid(before + extra + (extra.empty() ? "" : ", ") + key + ": " + quoted + after);
    EXPECT_EQ(without.channels, with.channels) << key;
    EXPECT_EQ(without.devices, with.devices) << key;
    EXPECT_EQ(without.virtuals, with.virtuals) << key;
    EXPECT_EQ(without.filters, with.filters) << section.definition << '.' << key;
    EXPECT_EQ(without.sinks, with.sinks) << section.definition << '.' << key;
    ++defaults;
  });
  EXPECT_GT(defaults, 40);
}

/// One test a mapping: each loads some hundred files.
class SchemaOf : public testing::TestWithParam<Section> {};

TEST_P(SchemaOf, wrong_types_are_findings_for_every_key) {
  const Section& section = GetParam();
  for (const auto& [key, property] : properties(section.definition).items()) {
    for (const std::string value :
         {"", "[[]]", "{a: {b: c}}", "[1, 2]", "-1", "1e999", "\"\\0\"", "~", "\xC3\xA9"}) {
      const Loaded result = test::loaded(section.before + key + ": " + value + section.after);
      EXPECT_EQ(result.configuration.has_value(), result.findings.empty());
    }
    const std::string nonsense = section.before + key + ": {a: {b: c}}" + section.after;
    EXPECT_FALSE(test::loaded(nonsense).findings.empty()) << section.definition << '.' << key;
  }
}

INSTANTIATE_TEST_SUITE_P(Each, SchemaOf, testing::ValuesIn(sections()),
                         [](const auto& instance) { return instance.param.definition; });

TEST(Reference, mentions_every_key_of_the_schema) {
  const std::string page = test::content_of(BUSBAR_SOURCE_DIR "/docs/configuration.md");
  std::set<std::string> keys = keys_of(schema()["properties"]);
  for_each_property([&](const Section&, const std::string& key, const Json&) { keys.insert(key); });
  for (const std::string& key : keys) {
    EXPECT_NE(page.find('`' + key + '`'), std::string::npos) << key;
  }
}

TEST(Reference, gives_every_default_and_range) {
  const std::string page = test::content_of(BUSBAR_SOURCE_DIR "/docs/configuration.md");
  for_each_property([&](const Section& section, const std::string& key, const Json& property) {
    const auto range = range_of(property);
    if (!range || key == "address" || section.definition.ends_with("_defaults")) {
      return;
    }
    const Json& value = property["default"];
    const std::string text = value.is_string()         ? value.get<std::string>()
                             : value.is_number_float() ? value.dump().substr(0, 1)
                                                       : value.dump();
    const std::string row = "| `" + key + "` | ";
    bool found = false;
    for (auto at = page.find(row); at != std::string::npos; at = page.find(row, at + 1)) {
      const std::string line = page.substr(at, page.find('\n', at) - at);
      found = found || (line.find("| " + text + " |") != std::string::npos &&
                        line.find("| " + range->first + " … " + range->second + " |") != std::string::npos);
    }
    EXPECT_TRUE(found) << section.definition << '.' << key << ": default " << text << ", range "
                       << range->first << " … " << range->second;
  });
}

}  // namespace
}  // namespace busbar::app
