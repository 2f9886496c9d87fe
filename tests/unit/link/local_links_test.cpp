// Links that are no TCP and no serial port: Unix sockets, datagrams, helper processes, HID reports.
#include "link/hidraw.hpp"
#include "unit/link/link_fixture.hpp"

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <unistd.h>

namespace busbar::link::test {
namespace {

using ::testing::HasSubstr;

class LocalLinks : public LinkFixture {
 protected:
  void SetUp() override {
    std::string pattern = std::filesystem::temp_directory_path() / "busbar-link-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  void TearDown() override {
    LinkFixture::TearDown();
    std::filesystem::remove_all(directory_);
  }
  std::unique_ptr<ByteStream> opened(const std::string& endpoint) {
    const auto link = make_link(parse_endpoint(endpoint).value());
    EXPECT_EQ(link->endpoint(), endpoint);
    auto stream = open(*link);
    EXPECT_TRUE(stream.has_value()) << to_string(stream.error());
    return stream ? std::move(*stream) : nullptr;
  }
  Error refused(const std::string& endpoint) {
    const auto link = make_link(parse_endpoint(endpoint).value());
    auto stream = open(*link);
    EXPECT_FALSE(stream.has_value());
    return stream ? Error{} : stream.error();
  }
  /// So many bytes, or as many as come before an error.
  std::string read_text(ByteStream& stream, std::size_t count) {
    std::string text;
    while (text.size() < count) {
      const auto got = read(stream);
      if (!got) return text + " | " + to_string(got.error());
      text.append(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(*got));
    }
    return text;
  }
  static Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

  std::string directory_;
};

TEST_F(LocalLinks, UnixSocketsCarryBytesBothWays) {
  using asio::local::stream_protocol;
  const std::string path = directory_ + "/gateway.sock";
  stream_protocol::acceptor acceptor{io_, stream_protocol::endpoint{path}};
  const auto stream = opened("unix:" + path);
  stream_protocol::socket peer{io_};
  acceptor.accept(peer);
  ASSERT_TRUE(write(*stream, bytes_of("ask")).has_value());
  std::array<char, 3> asked{};
  asio::read(peer, asio::buffer(asked));
  EXPECT_EQ((std::string{asked.begin(), asked.end()}), "ask");
  asio::write(peer, asio::buffer("answer", 6));
  EXPECT_EQ(read_text(*stream, 6), "answer");
  peer.close();
  EXPECT_EQ(read(*stream).error().code, Errc::connection_closed);
}

TEST_F(LocalLinks, ASocketThatIsNotThereIsNamed) {
  const Error error = refused("unix:" + directory_ + "/nobody.sock");
  EXPECT_EQ(error.code, Errc::connect_failed);
  EXPECT_THAT(error.detail, HasSubstr("nobody.sock: there is no such socket"));
}

TEST_F(LocalLinks, DatagramsKeepTheirOrderAndAreNotCutShort) {
  using asio::ip::udp;
  udp::socket server{io_, udp::endpoint{asio::ip::make_address("127.0.0.1"), 0}};
  const auto stream = opened("udp://127.0.0.1:" + std::to_string(server.local_endpoint().port()));
  ASSERT_TRUE(write(*stream, bytes_of("ask")).has_value());
  std::array<char, 16> asked{};
  udp::endpoint peer;
  EXPECT_EQ(server.receive_from(asio::buffer(asked), peer), 3U);
  const std::string answer(600, 'x');  // longer than what the reader has room for
  server.send_to(asio::buffer(answer), peer);
  server.send_to(asio::buffer("end", 3), peer);
  EXPECT_EQ(read_text(*stream, 603), answer + "end");
}

TEST_F(LocalLinks, DatagramsToNobodyCloseTheConnection) {
  std::uint16_t port = 0;
  {
    const asio::ip::udp::socket gone{io_, {asio::ip::make_address("127.0.0.1"), 0}};
    port = gone.local_endpoint().port();
  }
  const auto stream = opened("udp://127.0.0.1:" + std::to_string(port));
  ASSERT_TRUE(write(*stream, bytes_of("ask")).has_value());
  const auto got = read(*stream);
  EXPECT_EQ(got.error().code, Errc::connection_closed);
  EXPECT_THAT(got.error().detail, HasSubstr("nobody listens"));
}

TEST_F(LocalLinks, AHelperProcessIsTheWire) {
  const auto stream = opened("exec:exec cat");
  ASSERT_TRUE(write(*stream, bytes_of("there and back")).has_value());
  EXPECT_EQ(read_text(*stream, 14), "there and back");
}

TEST_F(LocalLinks, AHelperThatEndsSaysHow) {
  const auto stream = opened("exec:echo last; exit 3");
  EXPECT_EQ(read_text(*stream, 5), "last\n");
  const auto got = read(*stream);
  EXPECT_EQ(got.error().code, Errc::connection_closed);
  EXPECT_THAT(got.error().detail, HasSubstr("exit status 3"));
}

TEST_F(LocalLinks, ACommandThatDoesNotExistSaysSo) {
  const Error error = refused("exec:/no/such/program");
  EXPECT_EQ(error.code, Errc::connect_failed);
  EXPECT_THAT(error.detail, HasSubstr("has ended at once: exit status 127"));
}

TEST_F(LocalLinks, ClosingEndsTheHelperAndWhatItStarted) {
  auto stream = opened("exec:trap '' TERM; sleep 600 & echo $! $$; wait");
  const std::string numbers = read_text(*stream, 4);
  pid_t grandchild = 0;
  pid_t child = 0;
  ASSERT_EQ(std::sscanf(numbers.c_str(), "%d %d", &grandchild, &child), 2) << numbers;
  stream->close();
  EXPECT_EQ(::kill(child, 0), -1) << "killed and reaped";
  // Its new parent reaps the other one when it likes: until then it is a zombie.
  const auto gone = [&] {
    std::ifstream stat{"/proc/" + std::to_string(grandchild) + "/stat"};
    std::string number, name, state;
    return !(stat >> number >> name >> state) || state == "Z";
  };
  wait_for([&] { return gone(); });
  stream->close();
}

TEST_F(LocalLinks, AReadIsEndedByClosing) {
  const auto stream = opened("exec:exec cat");
  std::optional<Result<std::size_t>> result;
  begin_read(*stream, result);
  EXPECT_FALSE(result.has_value());
  stream->close();
  wait_for([&] { return result.has_value(); });
  EXPECT_EQ(result->error().code, Errc::connection_closed);
}

/// A HID device made of a pair of sockets that keep the bounds of reports.
class Hidraw : public LocalLinks {
 protected:
  void plug(const HidrawOptions& options) {
    std::array<int, 2> pair{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()), 0);
    stream_ = hidraw_stream(io_.get_executor(), pair[0], options, "hidraw:test");
    device_ = pair[1];
  }
  void TearDown() override {
    stream_.reset();
    if (device_ >= 0) ::close(device_);
    LocalLinks::TearDown();
  }
  std::string report() const {
    std::array<std::uint8_t, 64> report{};
    const auto count = ::recv(device_, report.data(), report.size(), MSG_DONTWAIT);
    return count < 0 ? "none" : to_hex({report.data(), static_cast<std::size_t>(count)});
  }
  void send(std::string_view hex) const {
    const Bytes report = from_hex(hex).value();
    ASSERT_EQ(::send(device_, report.data(), report.size(), 0), static_cast<ssize_t>(report.size()));
  }

  std::unique_ptr<ByteStream> stream_;
  int device_ = -1;
};

TEST_F(Hidraw, WritesReportsOfEightBytesBehindTheirNumber) {
  plug({});
  ASSERT_TRUE(write(*stream_, bytes_of("QPIGS123\r")).has_value());
  EXPECT_EQ(report(), "005150494753313233");
  EXPECT_EQ(report(), "000d00000000000000");
  EXPECT_EQ(report(), "none");
}

TEST_F(Hidraw, CanLeaveOutPaddingAndNumber) {
  HidrawOptions bare;
  bare.pad = bare.report_id = false;
  plug(bare);
  ASSERT_TRUE(write(*stream_, bytes_of("QPIGS123\r")).has_value());
  EXPECT_EQ(report(), "5150494753313233");
  EXPECT_EQ(report(), "0d");
}

TEST_F(Hidraw, TakesThePaddingOffTheEndOfALineOnly) {
  plug({});
  send("284e414b00730d00");
  ASSERT_EQ(read(*stream_).value(), 7U) << "a zero inside belongs to the answer";
  send("3031323334350000");
  EXPECT_EQ(read(*stream_).value(), 8U) << "zeros without an end of line may be a CRC";
}

TEST_F(Hidraw, AnUnpluggedDeviceClosesTheConnection) {
  plug({});
  ::close(std::exchange(device_, -1));
  EXPECT_EQ(read(*stream_).error().code, Errc::connection_closed);
}

TEST_F(Hidraw, ADeviceThatIsNotThereIsNamed) {
  const Error error = refused("hidraw:/dev/hidraw-none?pad=none&report_id=none");
  EXPECT_EQ(error.code, Errc::connect_failed);
  EXPECT_THAT(error.detail, HasSubstr("no /dev/hidraw-none"));
}

}  // namespace
}  // namespace busbar::link::test
