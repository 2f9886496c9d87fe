#include "app/arguments.hpp"

#include "app/exit_code.hpp"
#include "yaml/map_reader.hpp"

#include <boost/program_options.hpp>

#include <iostream>
#include <sstream>
#include <utility>

namespace busbar::app {

namespace po = boost::program_options;

struct Arguments::State {
  std::string usage;
  std::string text;
  po::options_description visible{"Options", 100, 60};
  po::options_description hidden;
  po::positional_options_description positional;
  std::string positional_help;
  std::vector<std::string> single;  ///< long names of options that take one value
  po::variables_map values;
};

Arguments::Arguments(std::string usage, std::string text) : state_{std::make_unique<State>()} {
  state_->usage = std::move(usage);
  state_->text = std::move(text);
  flag("help,h", "print this help and exit");
}

Arguments::~Arguments() = default;

Arguments& Arguments::flag(const char* names, const char* help) {
  state_->visible.add_options()(names, help);
  return *this;
}

Arguments& Arguments::value(const char* names, const char* metavariable, const char* help,
                            const std::string& fallback) {
  auto* semantic = po::value<std::string>()->value_name(metavariable);
  if (!fallback.empty()) semantic->default_value(fallback);
  state_->visible.add_options()(names, semantic, help);
  const std::string_view all{names};
  state_->single.emplace_back(all.substr(0, all.find(',')));
  return *this;
}

Arguments& Arguments::values(const char* names, const char* metavariable, const char* help) {
  auto* semantic = po::value<std::vector<std::string>>()->value_name(metavariable)->composing();
  state_->visible.add_options()(names, semantic, help);
  return *this;
}

Arguments& Arguments::positional(const char* name, int at_most, const char* help) {
  state_->hidden.add_options()(name, po::value<std::vector<std::string>>(), help);
  state_->positional.add(name, at_most);
  state_->positional_help += std::string{"  "} + name + "  " + help + "\n";
  return *this;
}

std::optional<int> Arguments::parse(const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(state_->visible).add(state_->hidden);
  try {
    namespace style = po::command_line_style;
    // No guessing: an abbreviation that works today may be ambiguous after the next release.
    const int strict = style::unix_style & ~style::allow_guessing;
    po::store(
        po::command_line_parser(arguments).options(all).positional(state_->positional).style(strict).run(),
        state_->values);
    po::notify(state_->values);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> names;
    for (const auto& option : state_->visible.options()) names.push_back("--" + option->long_name());
    const std::vector<std::string_view> views{names.begin(), names.end()};
    const auto hint = yaml::nearest(error.get_option_name(), views);
    return usage_error("unknown option '" + error.get_option_name() + "'" +
                       (hint.empty() ? "" : " (did you mean '" + hint + "'?)") + "; see --help");
  } catch (const po::too_many_positional_options_error&) {
    return usage_error("one word too many; usage: " + state_->usage);
  } catch (const po::error& error) {
    return usage_error(std::string{error.what()} + "; see --help");
  }
  if (has("help")) {
    std::cout << help();
    return exit_ok;
  }
  // Mostly a variable of a script that is not set: "--config $FILE".
  for (const std::string& name : state_->single)
    if (given(name) && text(name).empty()) return usage_error("--" + name + " is empty; see --help");
  return std::nullopt;
}

bool Arguments::has(const std::string& name) const { return state_->values.count(name) > 0; }

bool Arguments::given(const std::string& name) const {
  return has(name) && !state_->values[name].defaulted();
}

std::string Arguments::text(const std::string& name) const {
  return has(name) ? state_->values[name].as<std::string>() : std::string{};
}

std::vector<std::string> Arguments::list(const std::string& name) const {
  return has(name) ? state_->values[name].as<std::vector<std::string>>() : std::vector<std::string>{};
}

std::optional<std::int64_t> Arguments::integer(const std::string& name, std::int64_t min,
                                               std::int64_t max) const {
  const auto parsed = yaml::parse_integer(text(name));
  if (parsed && *parsed >= min && *parsed <= max) return parsed;
  usage_error("--" + name + " is '" + text(name) + "', expected an integer from " + std::to_string(min) +
              " to " + std::to_string(max));
  return std::nullopt;
}

std::string Arguments::help() const {
  std::ostringstream out;
  out << "Usage: " << state_->usage << "\n\n" << state_->text << "\n";
  if (!state_->positional_help.empty()) out << "\nArguments:\n" << state_->positional_help;
  out << "\n" << state_->visible;
  return out.str();
}

int usage_error(std::string_view message) { return fail(exit_usage, message); }

int fail(int code, std::string_view message) {
  std::cerr << "busbar: " << message << "\n";
  return code;
}

}  // namespace busbar::app
