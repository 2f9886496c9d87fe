// Says why a connection to the broker fails. The MQTT library only says that it does.
#pragma once

#include "sink/mqtt/options.hpp"

#include <string>

namespace busbar::sink::mqtt {

[[nodiscard]] bool is_tls(const Options& options);
/// "" when all files named can be read, else which one cannot, and why.
[[nodiscard]] std::string unreadable_file(const TlsOptions& tls);
/// Looks the broker up, connects and makes the TLS handshake once more, and tells which of these fails, why,
/// and how to mend it; "" when all succeed. Blocks for a few seconds at most (and as long as the name lookup
/// takes).
[[nodiscard]] std::string diagnose(const Options& options);

}  // namespace busbar::sink::mqtt
