// From the text of busbar.yaml to a valid Configuration, or to everything that is wrong with it, in one pass.
#include "app/configuration.hpp"

#include "app/configuration_reader.hpp"
#include "app/substitution.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

extern char** environ;

namespace busbar::app {
namespace {

constexpr std::array<std::string_view, 5> log_levels{"trace", "debug", "info", "warning", "error"};

// The version is that of the file's form; a later busbar will read 1 as it is read here.
void read_version(yaml::MapReader& reader) {
  const yaml::Node* const version = reader.node("version");
  if (version == nullptr) {
    reader.fail("version", "the key 'version' is missing", "begin the file with 'version: 1'");
  } else if (version->type != yaml::Type::scalar || version->scalar != "1") {
    reader.fail("version", "'version' must be 1, the only form of the file this busbar knows; found " +
                               yaml::shown(*version));
  }
}

std::string state_directory(yaml::MapReader& reader, const std::string& file,
                            const Environment& environment) {
  if (const auto given = reader.text("state_directory")) {
    return beside(file, *given);
  }
  // systemd joins several StateDirectory= with ':'.
  const auto variable = environment.variables.find("STATE_DIRECTORY");
  return variable == environment.variables.end() ? ""
                                                 : variable->second.substr(0, variable->second.find(':'));
}

// The hint is a line that can be pasted.
const yaml::Node* required_section(yaml::MapReader& reader, std::string_view key, std::string_view example) {
  const yaml::Node* const node = reader.node(key);
  if (node == nullptr && !reader.document().root.entries.empty()) {
    reader.fail(key, "the key '" + std::string(key) + "' is missing", std::string(example));
  }
  return node;
}

// Channels come before devices, which name them; the order in the file does not matter.
void read_root(const ReadContext& context, yaml::MapReader& reader, Configuration& configuration) {
  const yaml::Node* channel_defaults = nullptr;
  const yaml::Node* device_defaults = nullptr;
  if (const yaml::Node* const defaults = reader.node("defaults")) {
    yaml::MapReader sections(context.document, *defaults, "defaults", context.findings);
    channel_defaults = sections.node("channel");
    device_defaults = sections.node("device");
    sections.finish();
  }
  configuration.channels = read_channels(
      context,
      required_section(reader, "channels", "e.g. channels: {rs485: {link: \"tcp://192.168.1.50:26\"}}"),
      channel_defaults);
  configuration.devices = read_devices(
      context, required_section(reader, "devices", "e.g. devices: {pack1: {profile: orion1000, address: 1}}"),
      device_defaults, configuration.channels);
  read_virtuals(context, reader, device_defaults, configuration);
  const yaml::Node* const sinks = reader.node("sinks");
  configuration.sinks = read_sinks(context, sinks, configuration.state_directory, configuration.filters);
  if (sinks == nullptr) {
    context.warn(reader.place(), "there are no 'sinks': the readings go nowhere");
  }
}

// A value that was refused before it was read (a ${…} that could not be replaced, an alias) has been
// reported; that what is left of it is no number is no news. Ordered as the lines of the file are.
yaml::Findings without_consequences(const yaml::Findings& first, const yaml::Findings& rest) {
  const auto key = [](const yaml::Finding& f) { return std::tie(f.file, f.place.line, f.place.column); };
  std::vector<yaml::Finding> all = first.list();
  for (const yaml::Finding& finding : rest.list()) {
    const bool known = std::any_of(first.list().begin(), first.list().end(),
                                   [&](const yaml::Finding& f) { return key(f) == key(finding); });
    if (!known) {
      all.push_back(finding);
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [&](const yaml::Finding& a, const yaml::Finding& b) { return key(a) < key(b); });
  yaml::Findings merged;
  for (yaml::Finding& finding : all) {
    merged.add(finding.file, finding.place, std::move(finding.message), std::move(finding.hint));
  }
  return merged;
}

// The second line of defence: nodes marked secret are not shown in the first place.
yaml::Findings masked(const yaml::Findings& findings, std::span<const std::string> secrets) {
  yaml::Findings clean;
  for (const yaml::Finding& finding : findings.list()) {
    clean.add(finding.file, finding.place, mask_secrets(finding.message, secrets),
              mask_secrets(finding.hint, secrets));
  }
  return clean;
}

// Goes on after findings as far as there is something to read, so that one run tells all.
Loaded interpret(yaml::Document document, yaml::Findings syntax, const Environment& environment) {
  Loaded loaded;
  if (!syntax.empty() && document.root.type == yaml::Type::null) {
    loaded.findings = std::move(syntax);
    return loaded;
  }
  if (document.root.type == yaml::Type::null) {
    loaded.findings.add(document.file, {}, "the file is empty; a configuration was expected",
                        "start from the example busbar.yaml");
    return loaded;
  }
  Configuration configuration;
  configuration.file = document.file;
  configuration.secrets = substitute(document, environment, syntax);
  yaml::Findings findings;
  yaml::MapReader reader(document, document.root, "the configuration", findings);
  if (document.root.type == yaml::Type::map) {
    read_version(reader);
    set(configuration.log_level, reader.choice("log_level", log_levels));
    set(configuration.dbus, reader.boolean("dbus"));
    configuration.state_directory = state_directory(reader, document.file, environment);
    configuration.profiles_directory = beside(document.file, reader.text("profiles").value_or(""));
    loaded.profiles = profile::Library::load(configuration.profiles_directory, findings);
    const ReadContext context{document, loaded.profiles, findings, loaded.warnings};
    read_root(context, reader, configuration);
    reader.finish();
    check_devices(context, configuration);
    check_sinks(context, configuration);
    check_filters(context, configuration);
  }
  loaded.findings = masked(without_consequences(syntax, findings), configuration.secrets);
  for (std::string& warning : loaded.warnings) {
    warning = mask_secrets(std::move(warning), configuration.secrets);
  }
  if (loaded.findings.empty()) {
    loaded.configuration = std::move(configuration);
  }
  return loaded;
}

}  // namespace

Environment Environment::of_process() {
  Environment environment;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) {
      environment.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  return environment;
}

Loaded load_configuration(const std::string& path, const Environment& environment) {
  yaml::Findings syntax;
  yaml::Document document = yaml::load(path, syntax);
  return interpret(std::move(document), std::move(syntax), environment);
}

Loaded parse_configuration(std::string_view text, std::string file, const Environment& environment) {
  yaml::Findings syntax;
  yaml::Document document = yaml::parse(text, std::move(file), syntax);
  return interpret(std::move(document), std::move(syntax), environment);
}

}  // namespace busbar::app
