// The sense of error codes of streams.
#include "link/stream_io.hpp"

#include <boost/asio/error.hpp>

#include <cerrno>

namespace busbar::link {
namespace {

/// The connection is lost, rather than one call on it: the channel then opens the link anew.
bool means_gone(const boost::system::error_code& code) {
  namespace error = asio::error;
  return code == error::eof || code == error::connection_reset || code == error::broken_pipe ||
         code == error::connection_aborted || code == error::not_connected || code == error::timed_out ||
         code == error::operation_aborted || code == error::bad_descriptor ||
         code == error::host_unreachable || code == error::network_unreachable ||
         code == error::network_down || code == error::network_reset ||
         // A serial adapter that was unplugged.
         code.value() == EIO || code.value() == ENODEV || code.value() == ENXIO;
}

/// In words for people; Asio's own where they will do.
std::string reason(const boost::system::error_code& code) {
  namespace error = asio::error;
  if (code == error::eof) return "closed by the far side";
  if (code == error::connection_reset) return "reset by the far side";
  if (code == error::operation_aborted || code == error::bad_descriptor) return "closed";
  if (code == error::timed_out) return "the far side no longer answers";
  if (code.value() == EIO || code.value() == ENODEV || code.value() == ENXIO) return "device unplugged";
  return code.message();
}

}  // namespace

Error stream_error(const boost::system::error_code& code, std::string_view action,
                   std::string_view endpoint) {
  std::string detail{action};
  detail.append(" ").append(endpoint).append(": ").append(reason(code));
  return {means_gone(code) ? Errc::connection_closed : Errc::io_error, std::move(detail)};
}

}  // namespace busbar::link
