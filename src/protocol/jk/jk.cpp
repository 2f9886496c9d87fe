// Which of JK's protocols a profile speaks.
#include "protocol/jk/parts.hpp"

#include <busbar/protocol/jk.hpp>

#include <string>

namespace busbar::protocol::jk {

Result<std::unique_ptr<Codec>> make_codec(std::string_view dialect) {
  if (dialect.empty() || dialect == "terminal") return make_terminal();
  if (dialect == "record") return make_record();
  if (dialect == "bus") return make_bus();
  return Error{Errc::invalid_configuration, "unknown dialect '" + std::string{dialect.substr(0, 40)} +
                                                "' of protocol jk; known: terminal, record, bus"};
}

}  // namespace busbar::protocol::jk
