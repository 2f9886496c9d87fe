// The text form of links: what is understood, and what is said about the rest.
#include "link/link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::link {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view text) {
  const auto parsed = parse_endpoint(text);
  if (parsed) return "accepted";
  EXPECT_EQ(parsed.error().code, Errc::invalid_configuration);
  return parsed.error().detail;
}

TEST(Endpoint, TcpByName) {
  const auto parsed = parse_endpoint("tcp://gateway.local:26");
  ASSERT_TRUE(parsed);
  const auto& tcp = std::get<TcpOptions>(*parsed);
  EXPECT_EQ(tcp.host, "gateway.local");
  EXPECT_EQ(tcp.port, 26);
}

TEST(Endpoint, TcpByAddress) {
  EXPECT_EQ(std::get<TcpOptions>(*parse_endpoint("tcp://192.168.1.50:8899")).host, "192.168.1.50");
  EXPECT_EQ(std::get<TcpOptions>(*parse_endpoint("tcp://[fe80::1]:26")).host, "fe80::1");
}

TEST(Endpoint, SerialWithSettings) {
  const auto parsed = parse_endpoint("serial:/dev/ttyUSB0?baud=115200&parity=even&data_bits=7&stop_bits=2");
  ASSERT_TRUE(parsed);
  const SerialOptions expected{
      .path = "/dev/ttyUSB0", .baud = 115200, .data_bits = 7, .parity = Parity::even, .stop_bits = 2};
  EXPECT_EQ(std::get<SerialOptions>(*parsed), expected);
}

TEST(Endpoint, ABarePathIsASerialPort) {
  const auto parsed = parse_endpoint("/dev/serial/by-id/usb-FTDI_FT232R-if00-port0");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(std::get<SerialOptions>(*parsed).path, "/dev/serial/by-id/usb-FTDI_FT232R-if00-port0");
  EXPECT_EQ(std::get<SerialOptions>(*parsed).baud, 9600u);
}

TEST(Endpoint, TextAndLinkAgree) {
  for (const std::string text :
       {"tcp://gateway:26", "tcp://[::1]:26", "serial:/dev/ttyUSB0?baud=9600",
        "serial:/dev/ttyS1?baud=19200&data_bits=7&parity=odd&stop_bits=2", "udp://gateway:26",
        "udp://[::1]:26", "unix:/run/gateway.sock", "exec:ssh gateway socat - /dev/ttyUSB0,b9600,raw",
        "hidraw:/dev/hidraw0", "hidraw:/dev/hidraw0?pad=none&report_id=none"}) {
    const auto parsed = parse_endpoint(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(make_link(*parsed)->endpoint(), text);
  }
}

TEST(Endpoint, RefusalsSayWhatIsWrong) {
  EXPECT_THAT(refusal("http://gateway:26"), HasSubstr("expected tcp://HOST:PORT"));
  EXPECT_THAT(refusal("udp://gateway"), HasSubstr("as in udp://gateway:26"));
  EXPECT_THAT(refusal("unix:gateway.sock"), HasSubstr("starts with '/'"));
  EXPECT_THAT(refusal("unix:/" + std::string(200, 'x')), HasSubstr("107"));
  EXPECT_THAT(refusal("exec: "), HasSubstr("the command is missing"));
  EXPECT_THAT(refusal("hidraw:hidraw0"), HasSubstr("starts with '/'"));
  EXPECT_THAT(refusal("hidraw:/dev/hidraw0?pad=one"), HasSubstr("pad=zero, pad=none"));
  EXPECT_THAT(refusal(""), HasSubstr("expected tcp://HOST:PORT"));
  EXPECT_THAT(refusal("tcp://gateway"), HasSubstr("port is missing"));
  EXPECT_THAT(refusal("tcp://:26"), HasSubstr("no valid host"));
  EXPECT_THAT(refusal("tcp://gate way:26"), HasSubstr("no valid host"));
  EXPECT_THAT(refusal("tcp://gateway:0"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(refusal("tcp://gateway:65536"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(refusal("tcp://gateway:26x"), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(refusal("tcp://::1:26"), HasSubstr("needs brackets"));
  EXPECT_THAT(refusal("tcp://[::1"), HasSubstr("']' is missing"));
  EXPECT_THAT(refusal("serial:ttyUSB0"), HasSubstr("starts with '/'"));
  EXPECT_THAT(refusal("serial:/dev/ttyUSB0?baud=fast"), HasSubstr("baud must be a number"));
  EXPECT_THAT(refusal("serial:/dev/ttyUSB0?parity=mark"), HasSubstr("none, even or odd"));
  EXPECT_THAT(refusal("serial:/dev/ttyUSB0?speed=1"), HasSubstr("unknown setting 'speed'; known: baud"));
  EXPECT_THAT(refusal("serial:/dev/ttyUSB0?baud"), HasSubstr("key=value"));
  EXPECT_THAT(refusal("serial:/dev/ttyUSB0?data_bits=9"), HasSubstr("from 5 to 8"));
  EXPECT_THAT(refusal(std::string_view{"/dev/tty\0x", 10}), HasSubstr("zero byte"));
}

TEST(Endpoint, HugeTextGivesAShortError) { EXPECT_LT(refusal(std::string(1'000'000, 'x')).size(), 500u); }

}  // namespace
}  // namespace busbar::link
