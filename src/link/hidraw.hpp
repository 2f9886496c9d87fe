// HID link: the USB port of inverters, a byte stream in reports of 8 bytes.
#pragma once

#include "link/link.hpp"

namespace busbar::link {

/// The stream of an open descriptor, which it owns from now on; non-blocking is set.
[[nodiscard]] std::unique_ptr<ByteStream> hidraw_stream(asio::any_io_executor executor, int descriptor,
                                                        const HidrawOptions& options, std::string endpoint);

class HidrawLink final : public Link {
 public:
  explicit HidrawLink(HidrawOptions options) : options_{std::move(options)} {}
  /// Errors: connect_failed, permission_denied.
  [[nodiscard]] asio::awaitable<Result<std::unique_ptr<ByteStream>>> open() override;
  [[nodiscard]] std::string endpoint() const override;

 private:
  HidrawOptions options_;
};

}  // namespace busbar::link
