// TCP link: usually an RS-485 device server. One connection, kept open, closed with FIN.
#pragma once

#include "link/link.hpp"

namespace busbar::link {

class TcpLink final : public Link {
 public:
  explicit TcpLink(TcpOptions options);
  /// Tries every address of the name within connect_timeout. Errors: resolve_failed, connect_failed.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override;

 private:
  TcpOptions options_;
};

}  // namespace busbar::link
