// Who on this machine has a connection to a gateway already: the daemon, as a rule.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <iosfwd>
#include <sys/types.h>
#include <vector>

namespace busbar::app::doctor {

/// The users with an established connection to one of `peers`, in the order of a table of the kernel's
/// (proc(5), /proc/net/tcp and tcp6). Lines that are not understood are passed over.
[[nodiscard]] std::vector<uid_t> users_connected(std::istream& table,
                                                 const std::vector<boost::asio::ip::tcp::endpoint>& peers);
/// The same by the tables of this machine; empty when they cannot be read.
[[nodiscard]] std::vector<uid_t> users_connected(const std::vector<boost::asio::ip::tcp::endpoint>& peers);

}  // namespace busbar::app::doctor
