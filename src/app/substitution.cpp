// Substitution walks the tree once; limits on each value and on the sum keep a hostile file from growing
// without end.
#include "app/substitution.hpp"

#include "yaml/map_reader.hpp"
#include "yaml/source_text.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>

namespace busbar::app {
namespace {

constexpr std::size_t max_value = 64 * 1024;
constexpr std::size_t max_total = 4 * 1024 * 1024;
constexpr std::string_view mask = "********";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
         std::all_of(name.begin(), name.end(), is_name_character);
}

// One walk over one document; the first failure of a value ends that value only.
class Substitution {
 public:
  Substitution(yaml::Document& document, const Environment& environment, yaml::Findings& findings)
      : document_(document), environment_(environment), findings_(findings) {}

  std::vector<std::string> run() {
    walk(document_.root, false);
    std::sort(secrets_.begin(), secrets_.end());
    secrets_.erase(std::unique(secrets_.begin(), secrets_.end()), secrets_.end());
    return std::move(secrets_);
  }

 private:
  // Depth is bounded by the parser.
  void walk(yaml::Node& node, bool secret) {
    if (node.type == yaml::Type::scalar) {
      node.secret = secret;
      replace(node);
      if (node.secret && !node.scalar.empty()) {
        secrets_.push_back(node.scalar);
      }
    }
    for (yaml::Node& item : node.items) {
      walk(item, secret);
    }
    for (yaml::Entry& entry : node.entries) {
      walk(entry.value, is_secret_key(entry.key));
    }
  }

  // What is put in is never scanned again: a secret may hold any characters, "${" included.
  void replace(yaml::Node& node) {
    const std::string source = std::move(node.scalar);
    node.scalar.clear();
    for (std::size_t i = 0; i < source.size();) {
      const std::string_view rest = std::string_view(source).substr(i);
      if (rest.starts_with("$$")) {
        node.scalar += '$';
        i += 2;
      } else if (rest.starts_with("${")) {
        const std::size_t end = rest.find('}');
        if (end == std::string_view::npos) {
          fail(node, "'${' without a closing '}'", "write $$ for a plain $");
          return;
        }
        const auto value = evaluate(node, rest.substr(2, end - 2));
        if (!value || !fits(node, *value)) {
          return;
        }
        node.scalar += *value;
        node.quoted = false;  // "${PORT}" in quotes is a number when the variable holds one
        i += end + 1;
      } else {
        const std::size_t next = rest.find('$', 1);
        node.scalar += rest.substr(0, next);
        i += std::min(next, rest.size());
      }
    }
  }

  // The text between the braces; nullopt after a finding. Marks the node when the value is a secret.
  std::optional<std::string> evaluate(yaml::Node& node, std::string_view expression) {
    if (expression.starts_with("file:")) {
      node.secret = true;
      return content(node, beside(document_.file, std::string(expression.substr(5))));
    }
    if (expression.starts_with("credential:")) {
      node.secret = true;
      return credential(node, std::string(expression.substr(11)));
    }
    const std::size_t separator = expression.find(":-");
    const std::string_view name = expression.substr(0, separator);
    if (!is_variable_name(name)) {
      fail(node, "${" + clipped(expression) + "} is not understood",
           "write ${NAME}, ${NAME:-default}, ${file:PATH} or ${credential:NAME}; $$ for a plain $");
      return std::nullopt;
    }
    const auto variable = environment_.variables.find(name);
    const bool found = variable != environment_.variables.end();
    if (separator != std::string_view::npos) {
      return found && !variable->second.empty() ? variable->second
                                                : std::string(expression.substr(separator + 2));
    }
    if (!found) {
      fail(node, "the environment variable " + clipped(name) + " is not set",
           "set it, or give a default: ${" + clipped(name) + ":-default}");
      return std::nullopt;
    }
    return variable->second;
  }

  // systemd.exec(5), "Credentials": one file for each credential in a directory only the service can read.
  std::optional<std::string> credential(const yaml::Node& node, const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.')) {
      fail(node, "${credential:" + clipped(name) + "}: a credential has a plain name, not a path");
      return std::nullopt;
    }
    const auto directory = environment_.variables.find("CREDENTIALS_DIRECTORY");
    if (directory == environment_.variables.end() || directory->second.empty()) {
      fail(node, "there is no credential '" + clipped(name) + "': $CREDENTIALS_DIRECTORY is not set",
           "add LoadCredential=" + clipped(name) + ":/path to the systemd unit");
      return std::nullopt;
    }
    return content(node, directory->second + '/' + name);
  }

  // A file as one value. Editors and `echo` end a file with a line end that is not part of the password.
  std::optional<std::string> content(const yaml::Node& node, const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    // A FIFO would block the start, a device might never end.
    if (!std::filesystem::is_regular_file(status)) {
      fail(node, yaml::in_quotes(path) +
                     (std::filesystem::exists(status) ? " is not a regular file" : " does not exist"));
      return std::nullopt;
    }
    std::ifstream file(path, std::ios::binary);
    std::string text(max_value + 1, '\0');
    if (!file || (file.read(text.data(), static_cast<std::streamsize>(text.size())), file.bad())) {
      fail(node, yaml::in_quotes(path) + " cannot be read", "check its owner and mode");
      return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.ends_with('\n')) {
      text.pop_back();
    }
    if (text.ends_with('\r')) {
      text.pop_back();
    }
    if (yaml::SourceText(text).first_bad_byte()) {
      fail(node, yaml::in_quotes(path) + " does not hold plain UTF-8 text");
      return std::nullopt;
    }
    return text;
  }

  bool fits(const yaml::Node& node, const std::string& value) {
    total_ += value.size();
    if (node.scalar.size() + value.size() > max_value || total_ > max_total) {
      fail(node, "the substituted values are too large", "at most 64 KiB each and 4 MiB together");
      return false;
    }
    return true;
  }

  // Fit for a message, without the quotes.
  static std::string clipped(std::string_view text) {
    const std::string quoted = yaml::in_quotes(text);
    return quoted.substr(1, quoted.size() - 2);
  }

  void fail(const yaml::Node& node, std::string message, std::string hint = {}) {
    findings_.add(document_.file, node.place, std::move(message), std::move(hint));
  }

  yaml::Document& document_;
  const Environment& environment_;
  yaml::Findings& findings_;
  std::vector<std::string> secrets_;
  std::size_t total_ = 0;
};

bool stands_alone(const std::string& text, std::size_t at, std::size_t length) {
  const bool before = at > 0 && is_name_character(text[at - 1]);
  const bool after = at + length < text.size() && is_name_character(text[at + length]);
  return !before && !after;
}

}  // namespace

std::vector<std::string> substitute(yaml::Document& document, const Environment& environment,
                                    yaml::Findings& findings) {
  return Substitution(document, environment, findings).run();
}

bool is_secret_key(std::string_view key) {
  constexpr std::array<std::string_view, 4> endings{"password", "passphrase", "secret", "token"};
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return key.ends_with(ending); });
}

std::string mask_secrets(std::string text, std::span<const std::string> secrets) {
  constexpr std::size_t shortest_anywhere = 4;
  // The longest first: one secret may contain another.
  std::vector<std::string_view> ordered(secrets.begin(), secrets.end());
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](std::string_view a, std::string_view b) { return a.size() > b.size(); });
  for (const std::string_view secret : ordered) {
    if (secret.empty()) {
      continue;
    }
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      if (secret.size() >= shortest_anywhere || stands_alone(text, at, secret.size())) {
        text.replace(at, secret.size(), mask);
        at += mask.size();
      } else {
        ++at;
      }
    }
  }
  return text;
}

std::string beside(const std::string& file, const std::string& path) {
  const std::filesystem::path given(path);
  if (path.empty() || given.is_absolute()) {
    return path;
  }
  return (std::filesystem::path(file).parent_path() / given).string();
}

}  // namespace busbar::app
