// The recorder of one channel: what the channel does and hears becomes a capture file (link/capture.hpp).
// Notes come from the loop and cost it an append to a buffer; a thread of its own writes them, once a second
// at most.
#pragma once

#include "link/capture.hpp"

#include <busbar/model/error.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace busbar::channel {

struct RecorderOptions {
  std::string path{};
  std::uint64_t limit = 64 * 1024 * 1024;  ///< bytes on disk, older file included
  /// At half the limit the file is renamed to <path>.1, replacing that, and begun anew. Otherwise the
  /// recording ends at the limit.
  bool rotate = false;
  Steady origin{};                 ///< offset 0; the same for all recorders of a run
  link::capture::Header header{};  ///< its `begin` is set by the recorder
  std::function<void()> on_end{};  ///< called on the loop when it ends by itself: limit reached, disk full
};

class Recorder {
 public:
  /// Creates the file, readable by owner and group. A file that is there already becomes <path>.1. io_error,
  /// permission_denied.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> create(RecorderOptions options);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();  ///< writes what is left

  /// Who is behind a name; before its first exchange.
  void device(std::string_view id, std::string_view profile, std::uint32_t address, ByteView prefix = {});
  void opened();
  void refused(Errc error);
  void closed();
  void sent(std::uint64_t exchange, std::string_view device, std::string_view query, ByteView bytes);
  void received(ByteView bytes, UtcMillis utc);
  void expired(std::uint64_t exchange);
  void done(std::uint64_t exchange, std::string_view device, std::string_view query, unsigned attempts,
            std::optional<Errc> error);
  void heard(std::string_view device, std::string_view query, std::optional<Errc> error);

  /// What has been written and is still to be written.
  [[nodiscard]] std::uint64_t bytes() const noexcept;
  [[nodiscard]] std::uint64_t exchanges() const noexcept;

 private:
  struct State;
  explicit Recorder(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace busbar::channel
