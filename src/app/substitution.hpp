// ${…} in the scalars of a configuration: environment variables, files and systemd credentials; and keeping
// what is secret out of every text.
#pragma once

#include "app/configuration.hpp"
#include "yaml/node.hpp"

#include <span>
#include <string>
#include <vector>

namespace busbar::app {

/// Replaces, in every scalar value of the tree (never in keys, and never twice):
///   ${NAME}             environment variable; unknown is a finding
///   ${NAME:-default}    the default when the variable is unset or empty
///   ${file:PATH}        content of a regular file up to 64 KiB, one trailing newline removed
///   ${credential:NAME}  the same, from $CREDENTIALS_DIRECTORY (systemd.exec(5), LoadCredential=)
///   $$                  one $
/// Relative paths start at the directory of the document. What comes from a file or a credential, and every
/// value of a key that holds a password, is marked `secret` in the tree and returned, so that it can be
/// masked elsewhere.
[[nodiscard]] std::vector<std::string> substitute(yaml::Document& document, const Environment& environment,
                                                  yaml::Findings& findings);

/// True for keys whose values are secrets: password, key_password, token, …
[[nodiscard]] bool is_secret_key(std::string_view key);

/// `text` with every occurrence of a secret replaced by ********. A secret of less than four characters is
/// replaced only where it stands alone: "1" must not blot out every digit.
[[nodiscard]] std::string mask_secrets(std::string text, std::span<const std::string> secrets);

/// `path`, or when it is relative, the same below the directory of `file`. "" stays "".
[[nodiscard]] std::string beside(const std::string& file, const std::string& path);

}  // namespace busbar::app
