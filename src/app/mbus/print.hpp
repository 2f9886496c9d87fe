// Telegrams for people and for scripts.
#pragma once

#include <busbar/protocol/mbus/telegram.hpp>

#include <nlohmann/json_fwd.hpp>

#include <iosfwd>
#include <string>

namespace busbar::app::mbus {

/// "variable data", "application error: too many readouts".
[[nodiscard]] std::string content_text(const protocol::mbus::Telegram& telegram);
/// "12345678 PAD version 1, water; secondary address 1234567824400107"
[[nodiscard]] std::string identity_text(const protocol::mbus::Identity& identity);
/// Header, a line for each record, and what could not be followed.
void print_table(const protocol::mbus::Telegram& telegram, std::ostream& out);
[[nodiscard]] nlohmann::ordered_json json_of(const protocol::mbus::Telegram& telegram);
/// Adds id, manufacturer, version, medium, secondary_address.
void add_identity(nlohmann::ordered_json& json, const protocol::mbus::Identity& identity);
/// Text from a meter may be no UTF-8: replaced, never thrown.
[[nodiscard]] std::string json_text(const nlohmann::ordered_json& json, int indent = 2);

}  // namespace busbar::app::mbus
