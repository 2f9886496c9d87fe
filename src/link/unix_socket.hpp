// Unix link: a stream socket in the file system, such as socat or a container offers one.
#pragma once

#include "link/link.hpp"

namespace busbar::link {

class UnixLink final : public Link {
 public:
  explicit UnixLink(UnixOptions options) : options_{std::move(options)} {}
  /// Errors: connect_failed, permission_denied.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override;

 private:
  UnixOptions options_;
};

}  // namespace busbar::link
