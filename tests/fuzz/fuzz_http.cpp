// Any bytes as what a peer sends to the HTTP sink: the session ends, and says nothing but whole answers of
// HTTP, each as long as it claims; the last one is an error when the bytes were none.
#include "fuzz/require.hpp"
#include "sink/prometheus/http_session.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace busbar;
using namespace busbar::sink::prometheus;

constexpr std::string_view page = "busbar_up 1\n";

asio::awaitable<std::string> metrics() { co_return std::string{page}; }

std::string serve(std::string_view request) {
  std::array<int, 2> ends{};
  require(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0, "there are sockets");
  require(::write(ends[0], request.data(), request.size()) == static_cast<ssize_t>(request.size()),
          "it fits a socket");
  ::shutdown(ends[0], SHUT_WR);
  asio::io_context loop{1};
  // The session asks its socket for nothing that only TCP has.
  asio::ip::tcp::socket socket{loop, asio::ip::tcp::v4(), ends[1]};
  SessionOptions options{.timeout = std::chrono::minutes{1},
                         .pages = [] { return Pages{.health = [] { return Health{}; }}; },
                         .metrics = metrics};
  std::exception_ptr thrown;
  asio::co_spawn(loop, serve_session(std::move(socket), std::move(options)),
                 [&](std::exception_ptr error) { thrown = error; });
  std::string answers;
  std::array<char, 4096> buffer{};
  do {  // in turn: a session whose answers nobody takes waits
    loop.poll();
    for (ssize_t count = 0; (count = ::recv(ends[0], buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;)
      answers.append(buffer.data(), static_cast<std::size_t>(count));
  } while (!loop.stopped());
  require(thrown == nullptr, "nothing is thrown for what a peer does");
  ::close(ends[0]);
  return answers;
}

/// Takes one answer from the front of `rest`; its status.
unsigned take_answer(std::string_view& rest, bool body_follows) {
  constexpr std::string_view start = "HTTP/1.1 ";
  require(rest.starts_with(start), "an answer begins with its version");
  unsigned status = 0;
  std::from_chars(rest.data() + start.size(), rest.data() + rest.size(), status);
  const auto end = rest.find("\r\n\r\n");
  require(end != std::string_view::npos, "an answer has a whole header");
  const auto header = rest.substr(0, end);
  constexpr std::string_view field = "Content-Length: ";
  const auto at = header.find(field);
  require(at != std::string_view::npos, "an answer has a length");
  std::size_t length = 0;
  std::from_chars(header.data() + at + field.size(), header.data() + header.size(), length);
  rest.remove_prefix(end + 4);
  if (!body_follows) return status;
  require(rest.size() >= length, "an answer is as long as it says");
  rest.remove_prefix(length);
  return status;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 16 * 1024) return 0;  // twice what a request may have
  const std::string_view request{reinterpret_cast<const char*>(data), size};
  const std::string answers = serve(request);
  // With HEAD somewhere, only the first answer can be told apart.
  const bool bodies = request.find("HEAD") == std::string_view::npos;
  constexpr std::array<unsigned, 7> known{200, 400, 404, 405, 413, 431, 503};
  std::string_view rest{answers};
  while (!rest.empty()) {
    const unsigned status = take_answer(rest, bodies);
    require(std::ranges::find(known, status) != known.end(), "a status of the documentation");
    if (!bodies) break;
  }
  return 0;
}
