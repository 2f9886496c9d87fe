// Says why a TLS connection to the broker fails. The MQTT library only says that it does.
#pragma once

#include "sink/mqtt/options.hpp"

#include <string>

namespace busbar::sink::mqtt {

[[nodiscard]] bool is_tls(const Options& options);
/// "" when all files named can be read, else which one cannot, and why.
[[nodiscard]] std::string unreadable_file(const TlsOptions& tls);
/// Makes the handshake once more and tells what is wrong with it, with a hint; "" when it succeeds or the
/// broker cannot be reached at all. Blocks for a few seconds at most (and as long as the name lookup takes).
[[nodiscard]] std::string diagnose_tls(const Options& options);

}  // namespace busbar::sink::mqtt
