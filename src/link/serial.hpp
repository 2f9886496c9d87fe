// Serial link: a local port or USB adapter, opened exclusively.
#pragma once

#include "link/link.hpp"

namespace busbar::link {

class SerialLink final : public Link {
 public:
  explicit SerialLink(SerialOptions options);
  /// Errors: connect_failed (no such device, taken by another process, settings refused), permission_denied.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override;

 private:
  SerialOptions options_;
};

}  // namespace busbar::link
