// What is written down about a channel: for people the log, the first trouble at once and then ever more
// rarely; for a replay the recording, every event.
#pragma once

#include "channel/channel.hpp"
#include "channel/policy.hpp"

#include <busbar/model/error.hpp>

#include <cstdint>
#include <string>

namespace busbar::channel {

class Journal {
 public:
  /// `recorder` may be null.
  Journal(std::string channel, std::string endpoint, Recorder* recorder);

  void opened() const;
  void refused(const Error& error);
  /// The stream has ended; with `stopped` by our own wish.
  void closed(const Error& error, bool stopped);
  /// A frame came: troubles that follow are news again.
  void useful() noexcept { troubles_ = 0; }
  void sent(JobId job, const Request& request, ByteView wire) const;
  void received(ByteView bytes, UtcMillis utc) const;
  void expired(JobId job) const;
  void done(const Action& finished, const Request& request) const;
  void heard(const Request& request, const Result<Reply>& outcome) const;

 private:
  /// The 1st, 2nd, 4th, 8th … in a row is logged.
  void trouble(const Error& error);
  void trace(char direction, ByteView bytes) const;

  std::string channel_;
  std::string endpoint_;
  Recorder* recorder_;
  std::uint64_t troubles_ = 0;
};

}  // namespace busbar::channel
