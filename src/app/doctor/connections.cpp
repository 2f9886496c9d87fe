#include "app/doctor/connections.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <istream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace busbar::app::doctor {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::tcp;

constexpr std::string_view established = "01";

std::optional<std::uint32_t> hexadecimal(std::string_view text) {
  std::uint32_t value = 0;
  const auto [rest, bad] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return bad == std::errc{} && rest == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// Words of 32 bits, printed as this machine reads them from memory, where they stand in network order.
template <class Address>
std::optional<address> address_of(std::string_view digits) {
  typename Address::bytes_type bytes{};
  if (digits.size() != 2 * bytes.size()) return std::nullopt;
  for (std::size_t at = 0; at < bytes.size(); at += 4) {
    const auto word = hexadecimal(digits.substr(2 * at, 8));
    if (!word) return std::nullopt;
    std::memcpy(bytes.data() + at, &*word, sizeof *word);
  }
  return Address{bytes};
}

/// "0100007F:1F90"
std::optional<tcp::endpoint> endpoint_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = address_of<boost::asio::ip::address_v4>(text.substr(0, colon));
  if (!host) host = address_of<boost::asio::ip::address_v6>(text.substr(0, colon));
  const auto port = hexadecimal(text.substr(colon + 1));
  if (!host || !port || *port > 0xFFFF) return std::nullopt;
  return tcp::endpoint{*host, static_cast<std::uint16_t>(*port)};
}

}  // namespace

std::vector<uid_t> users_connected(std::istream& table, const std::vector<tcp::endpoint>& peers) {
  std::vector<uid_t> users;
  for (std::string line; std::getline(table, line);) {
    std::istringstream words{line};
    std::string number, local, remote, state, queues, timer, retransmits;
    uid_t user = 0;
    if (!(words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> user)) continue;
    const auto peer = endpoint_of(remote);
    if (state != established || !peer || std::find(peers.begin(), peers.end(), *peer) == peers.end())
      continue;
    if (std::find(users.begin(), users.end(), user) == users.end()) users.push_back(user);
  }
  return users;
}

std::vector<uid_t> users_connected(const std::vector<tcp::endpoint>& peers) {
  std::vector<uid_t> users;
  for (const char* const name : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream table{name};
    const auto some = users_connected(table, peers);
    users.insert(users.end(), some.begin(), some.end());
  }
  return users;
}

}  // namespace busbar::app::doctor
