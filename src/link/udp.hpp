// UDP link: device servers and BMS bridges that send datagrams.
#pragma once

#include "link/link.hpp"

namespace busbar::link {

class UdpLink final : public Link {
 public:
  explicit UdpLink(UdpOptions options) : options_{std::move(options)} {}
  /// Errors: resolve_failed, connect_failed. That nobody listens shows when something is written.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override;

 private:
  UdpOptions options_;
};

}  // namespace busbar::link
