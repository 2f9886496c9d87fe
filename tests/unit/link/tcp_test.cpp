// The TCP link against real loopback sockets.
#include "unit/link/link_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace busbar::link::test {
namespace {

using asio::ip::tcp;
using ::testing::HasSubstr;

class TcpLinkTest : public LinkFixture {
 protected:
  TcpLinkTest() : acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}} {}

  TcpOptions options() const {
    return {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port(), .connect_timeout = 5s};
  }
  std::unique_ptr<ByteStream> connect() {
    const auto link = make_link(options());
    auto opened = open(*link);
    EXPECT_TRUE(opened) << to_string(opened.error());
    peer_ = acceptor_.accept();
    return opened ? std::move(*opened) : nullptr;
  }

  tcp::acceptor acceptor_;
  tcp::socket peer_{io_};
};

TEST_F(TcpLinkTest, BytesGoBothWays) {
  const auto stream = connect();
  ASSERT_TRUE(write(*stream, {1, 2, 3}));
  std::array<std::uint8_t, 3> arrived{};
  asio::read(peer_, asio::buffer(arrived));
  EXPECT_EQ(arrived, (std::array<std::uint8_t, 3>{1, 2, 3}));

  const Bytes answer{4, 5};
  asio::write(peer_, asio::buffer(answer));
  EXPECT_EQ(read(*stream).value(), 2u);
  EXPECT_EQ(buffer_[0], 4);
}

TEST_F(TcpLinkTest, NamesAreResolved) {
  TcpOptions named = options();
  named.host = "localhost";
  const auto link = make_link(named);
  EXPECT_TRUE(open(*link)) << "localhost may resolve to ::1 first: the next address must be tried";
}

TEST_F(TcpLinkTest, Ipv6) {
  boost::system::error_code unavailable;
  tcp::acceptor acceptor{io_};
  acceptor.open(tcp::v6(), unavailable);
  if (!unavailable) acceptor.bind({asio::ip::address_v6::loopback(), 0}, unavailable);
  if (unavailable) GTEST_SKIP() << "this machine has no IPv6 loopback: " << unavailable.message();
  acceptor.listen();
  const auto port = acceptor.local_endpoint().port();
  const auto link = make_link(*parse_endpoint("tcp://[::1]:" + std::to_string(port)));
  EXPECT_TRUE(open(*link));
}

TEST_F(TcpLinkTest, ARefusedConnectNamesHostPortAndReason) {
  const TcpOptions refused = options();
  acceptor_.close();
  const auto opened = open(*make_link(refused));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::connect_failed);
  EXPECT_THAT(opened.error().detail, HasSubstr("tcp://127.0.0.1:" + std::to_string(refused.port)));
  EXPECT_THAT(opened.error().detail, HasSubstr("Connection refused"));
}

TEST_F(TcpLinkTest, AnUnknownNameSaysSo) {
  TcpOptions unknown = options();
  unknown.host = "no-such-host.invalid";
  const auto opened = open(*make_link(unknown));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::resolve_failed);
  EXPECT_THAT(opened.error().detail, HasSubstr("no-such-host.invalid"));
}

/// A listener with a full backlog drops further SYNs: a black hole on the loopback.
TEST_F(TcpLinkTest, ABlackHoleEndsAtTheDeadline) {
  tcp::acceptor full{io_};
  full.open(tcp::v4());
  full.bind({asio::ip::address_v4::loopback(), 0});
  full.listen(0);
  std::vector<tcp::socket> crowd;
  for (int n = 0; n < 8; ++n) {
    crowd.emplace_back(io_, tcp::v4());
    // Asio's own connect would wait.
    ASSERT_EQ(::fcntl(crowd.back().native_handle(), F_SETFL, O_NONBLOCK), 0);
    (void)::connect(crowd.back().native_handle(), full.local_endpoint().data(), full.local_endpoint().size());
  }
  TcpOptions hole = options();
  hole.port = full.local_endpoint().port();
  hole.connect_timeout = 50ms;
  const auto opened = open(*make_link(hole));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::connect_failed);
  EXPECT_THAT(opened.error().detail, HasSubstr("no connection within 50 ms"));
}

TEST_F(TcpLinkTest, OpeningCanBeCancelled) {
  std::optional<Opened> result;
  const auto link = make_link(options());
  tasks_.spawn("open", keep(link->open(), result));
  tasks_.cancel();
  wait_for([this] { return tasks_.size() == 0; });
  EXPECT_FALSE(result.has_value());
}

TEST_F(TcpLinkTest, CloseSendsFinNotReset) {
  auto stream = connect();
  const Bytes unread{1, 2, 3};
  asio::write(peer_, asio::buffer(unread));
  stream->close();
  stream->close();
  boost::system::error_code error;
  std::array<std::uint8_t, 8> buffer{};
  EXPECT_EQ(peer_.read_some(asio::buffer(buffer), error), 0u);
  EXPECT_EQ(error, asio::error::eof) << error.message();
}

TEST_F(TcpLinkTest, DestructionSendsFinToo) {
  connect().reset();
  boost::system::error_code error;
  std::array<std::uint8_t, 8> buffer{};
  (void)peer_.read_some(asio::buffer(buffer), error);
  EXPECT_EQ(error, asio::error::eof);
}

TEST_F(TcpLinkTest, CloseEndsAPendingRead) {
  const auto stream = connect();
  std::optional<Result<std::size_t>> result;
  begin_read(*stream, result);
  EXPECT_FALSE(result.has_value());
  stream->close();
  wait_for([&] { return result.has_value(); });
  EXPECT_EQ(result->error().code, Errc::connection_closed);
}

TEST_F(TcpLinkTest, TheFarSideHangsUp) {
  const auto stream = connect();
  peer_.close();
  const auto result = read(*stream);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::connection_closed);
  EXPECT_THAT(result.error().detail, HasSubstr("closed by the far side"));
}

TEST_F(TcpLinkTest, TheFarSideResets) {
  const auto stream = connect();
  peer_.set_option(asio::socket_base::linger{true, 0});
  peer_.close();
  const auto result = read(*stream);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::connection_closed);
  EXPECT_THAT(result.error().detail, HasSubstr("reset"));
}

TEST_F(TcpLinkTest, APeerThatTakesNothingEndsTheWriteAtItsDeadline) {
  TcpOptions impatient = options();
  impatient.write_timeout = 50ms;
  auto opened = open(*make_link(impatient));
  ASSERT_TRUE(opened);
  peer_ = acceptor_.accept();
  const auto written = write(**opened, Bytes(64 * 1024 * 1024));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::io_error);
  EXPECT_THAT(written.error().detail, HasSubstr("not accepted within 50 ms"));
}

TEST_F(TcpLinkTest, WhatDoesNotFitAtOnceArrivesWhole) {
  const auto stream = connect();
  Bytes many(32 * 1024 * 1024);
  for (std::size_t n = 0; n < many.size(); ++n) many[n] = static_cast<std::uint8_t>(n % 251);
  Bytes arrived(many.size());
  std::thread far_side{[&] { asio::read(peer_, asio::buffer(arrived)); }};
  const auto written = write(*stream, many);
  far_side.join();
  EXPECT_TRUE(written) << to_string(written.error());
  EXPECT_TRUE(arrived == many);
}

TEST_F(TcpLinkTest, AWriteAfterAResetSaysWhatHappened) {
  const auto stream = connect();
  peer_.set_option(asio::socket_base::linger{true, 0});
  peer_.close();
  const auto written = write(*stream, {1, 2, 3});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::connection_closed);
  EXPECT_THAT(written.error().detail, HasSubstr("write to tcp://127.0.0.1:"));
  EXPECT_THAT(written.error().detail, HasSubstr("reset"));
}

TEST_F(TcpLinkTest, AThousandResetsLeaveNoDescriptorOpen) {
  const auto first = ::dup(0);
  ::close(first);
  for (int n = 0; n < 1000; ++n) {
    const auto stream = connect();
    peer_.set_option(asio::socket_base::linger{true, 0});
    peer_.close();
    ASSERT_FALSE(read(*stream));
  }
  const auto later = ::dup(0);
  ::close(later);
  EXPECT_EQ(later, first);
}

}  // namespace
}  // namespace busbar::link::test
