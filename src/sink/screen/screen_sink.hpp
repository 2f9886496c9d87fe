// Results on standard output: a table for people, JSON for scripts. Nothing else is ever written there.
#pragma once

#include "sink/screen/options.hpp"
#include "sink/sink.hpp"

#include <memory>

namespace busbar::sink::screen {

/// jsonl: one line per report as it comes. table, json: one block or document per report as it comes; with
/// `options.once` one for all devices in finish(). `descriptor` is not closed. A reader that went away is
/// counted, not fatal; one that stalls costs the oldest lines beyond the bounds of the queue.
[[nodiscard]] std::unique_ptr<Sink> make_screen_sink(asio::any_io_executor executor, Options options,
                                                     int descriptor = 1);

}  // namespace busbar::sink::screen
