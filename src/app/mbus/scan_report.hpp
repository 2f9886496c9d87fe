// What a scan found: as a table, as JSON, and as a site file that polls it. Pure.
#pragma once

#include <busbar/client/mbus_types.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace busbar::app::mbus {

struct ScanResult {
  std::string link;  ///< as 'link' of a channel
  client::Discovered found{};
  bool whole = true;  ///< false: it was interrupted
};

/// A line for each meter and each oddity, for people.
[[nodiscard]] std::string table_of(const ScanResult& result);
[[nodiscard]] std::string json_of(const ScanResult& result);
/// Loads as it is, and polls every meter; "" when there is none.
[[nodiscard]] std::string site_file_of(const ScanResult& result);

/// By the share that is done; nullopt while too little is.
[[nodiscard]] std::optional<std::chrono::seconds> time_left(std::chrono::milliseconds spent, double done);
/// " 42 %  address 17  2 found  1:05 left"
[[nodiscard]] std::string progress_text(const protocol::mbus::Search& search,
                                        std::chrono::milliseconds spent);

}  // namespace busbar::app::mbus
