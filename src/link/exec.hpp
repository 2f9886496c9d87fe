// Exec link: a helper process whose standard input and output are the wire, so that ssh or socat can be one.
#pragma once

#include "link/link.hpp"

namespace busbar::link {

class ExecLink final : public Link {
 public:
  explicit ExecLink(ExecOptions options) : options_{std::move(options)} {}
  /// Errors: connect_failed, also when the helper ends at once.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override;

 private:
  ExecOptions options_;
};

}  // namespace busbar::link
