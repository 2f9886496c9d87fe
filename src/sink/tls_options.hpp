// TLS of a sink that connects to a server; filled by the configuration.
#pragma once

#include <string>

namespace busbar::sink {

struct TlsOptions {
  std::string ca_file;           ///< "" = the system's store
  std::string certificate_file;  ///< client certificate, PEM
  std::string key_file;
  std::string key_password;  ///< secret
  bool verify = true;        ///< chain and host name; false is loudly logged
  bool operator==(const TlsOptions&) const = default;
};

}  // namespace busbar::sink
