// What the log and the recording say about one channel. A gateway that is away for a week is not worth a log
// of its own.
#include "channel/journal.hpp"

#include "channel/recorder.hpp"

#include <spdlog/spdlog.h>

#include <bit>
#include <utility>

namespace busbar::channel {

Journal::Journal(std::string channel, std::string endpoint, Recorder* recorder)
    : channel_{std::move(channel)}, endpoint_{std::move(endpoint)}, recorder_{recorder} {}

void Journal::opened() const {
  if (troubles_ == 0 || std::has_single_bit(troubles_))
    spdlog::info("channel {}: connected to {}", channel_, endpoint_);
  if (recorder_ != nullptr) recorder_->opened();
}

void Journal::refused(const Error& error) {
  trouble(error);
  if (recorder_ != nullptr) recorder_->refused(error.code);
}

void Journal::closed(const Error& error, bool stopped) {
  if (!stopped) trouble(error);
  if (recorder_ != nullptr) recorder_->closed();
}

void Journal::sent(JobId job, const Request& request, ByteView wire) const {
  trace('>', wire);
  if (recorder_ != nullptr) recorder_->sent(job, request.device, request.query.name, wire);
}

void Journal::received(ByteView bytes, UtcMillis utc) const {
  trace('<', bytes);
  if (recorder_ != nullptr) recorder_->received(bytes, utc);
}

void Journal::expired(JobId job) const {
  if (recorder_ != nullptr) recorder_->expired(job);
}

void Journal::done(const Action& finished, const Request& request) const {
  if (recorder_ == nullptr) return;
  recorder_->done(finished.job, request.device, request.query.name, finished.attempts, finished.error);
}

void Journal::heard(const Request& request, const Result<Reply>& outcome) const {
  if (recorder_ == nullptr) return;
  recorder_->heard(request.device, request.query.name,
                   outcome ? std::nullopt : std::optional{outcome.error().code});
}

void Journal::trouble(const Error& error) {
  if (!std::has_single_bit(++troubles_)) return;
  const std::string text = error.detail.empty() ? to_string(error) : error.detail;
  spdlog::warn("channel {}: {}{}", channel_, text,
               troubles_ == 1 ? "" : fmt::format(" ({} times)", troubles_));
}

void Journal::trace(char direction, ByteView bytes) const {
  if (!spdlog::should_log(spdlog::level::trace)) return;
  spdlog::trace("channel {} {} {}", channel_, direction, to_hex(bytes, ' '));
}

}  // namespace busbar::channel
