// A link whose far side is a script: what it expects, what it answers, when it fails. Bytes only, no sockets.
#pragma once

#include "async/wakeup.hpp"
#include "link/link.hpp"

#include <busbar/model/bytes.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace busbar::test {

/// Shared by the test and the link it hands to the channel.
class FarSide {
 public:
  explicit FarSide(asio::any_io_executor executor) : readable_{std::move(executor)} {}

  /// Reacts to every request, after it was recorded.
  std::function<void(const Bytes& request)> on_request = [](const Bytes&) {};
  /// nullopt: the open succeeds.
  std::function<std::optional<Error>()> on_open = [] { return std::nullopt; };
  std::optional<Error> write_fault;

  std::vector<Bytes> requests;
  int opens = 0;
  int closes = 0;

  void deliver(ByteView bytes) { deliver_pieces({Bytes{bytes.begin(), bytes.end()}}); }
  /// Each piece becomes one read.
  void deliver_pieces(const std::vector<Bytes>& pieces) {
    incoming_.insert(incoming_.end(), pieces.begin(), pieces.end());
    readable_.notify();
  }
  void deliver_bytewise(ByteView bytes) {
    for (const std::uint8_t byte : bytes) incoming_.push_back({byte});
    readable_.notify();
  }
  /// The stream ends once what was delivered is read.
  void hang_up() {
    hung_up_ = true;
    readable_.notify();
  }

 private:
  friend class ScriptedStream;
  friend class ScriptedLink;
  async::Wakeup readable_;
  std::deque<Bytes> incoming_;
  bool hung_up_ = false;
  bool closed_ = false;
};

class ScriptedStream final : public link::ByteStream {
 public:
  explicit ScriptedStream(FarSide& far) : far_{far} {}
  ~ScriptedStream() override { ScriptedStream::close(); }

  asio::awaitable<Result<std::size_t>> read_some(std::span<std::uint8_t> into) override {
    while (far_.incoming_.empty() && !far_.hung_up_ && !far_.closed_) co_await far_.readable_.wait();
    if (far_.closed_) co_return Error{Errc::connection_closed, "closed"};
    if (far_.incoming_.empty()) co_return Error{Errc::connection_closed, "closed by the far side"};
    Bytes& piece = far_.incoming_.front();
    const std::size_t count = std::min(piece.size(), into.size());
    std::copy_n(piece.begin(), count, into.begin());
    piece.erase(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
    if (piece.empty()) far_.incoming_.pop_front();
    co_return count;
  }

  asio::awaitable<Result<void>> write(ByteView bytes) override {
    if (far_.write_fault) co_return *std::exchange(far_.write_fault, std::nullopt);
    far_.requests.emplace_back(bytes.begin(), bytes.end());
    far_.on_request(far_.requests.back());
    co_return Result<void>{};
  }

  void close() override {
    if (far_.closed_) return;
    far_.closed_ = true;
    ++far_.closes;
    far_.readable_.notify();
  }

 private:
  FarSide& far_;
};

class ScriptedLink final : public link::Link {
 public:
  explicit ScriptedLink(FarSide& far) : far_{far} {}

  asio::awaitable<Result<std::unique_ptr<link::ByteStream>>> open() override {
    ++far_.opens;
    if (auto refused = far_.on_open()) co_return *refused;
    far_.incoming_.clear();
    far_.hung_up_ = far_.closed_ = false;
    co_return std::unique_ptr<link::ByteStream>{std::make_unique<ScriptedStream>(far_)};
  }
  std::string endpoint() const override { return "script:"; }

 private:
  FarSide& far_;
};

}  // namespace busbar::test
