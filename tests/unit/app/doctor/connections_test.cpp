// The kernel's table of connections, read to find who holds a gateway.
#include "app/doctor/connections.hpp"

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <sstream>
#include <string>
#include <unistd.h>

namespace busbar::app::doctor {
namespace {

using boost::asio::ip::make_address;
using boost::asio::ip::tcp;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

std::vector<uid_t> users(const std::string& lines, const std::string& host, unsigned short port) {
  std::istringstream table{head + lines};
  return users_connected(table, {tcp::endpoint{make_address(host), port}});
}

std::string line(const std::string& remote, const std::string& state, unsigned uid) {
  return "   0: 0100007F:C350 " + remote + " " + state + " 00000000:00000000 00:00000000 00000000 " +
         std::to_string(uid) + "        0 1234 1 0000000000000000 20 4 30 10 -1\n";
}

// The tables show words as the machine has them in memory.
class Connections : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::endian::native != std::endian::little) GTEST_SKIP() << "the lines are those of little endian";
  }
};

TEST_F(Connections, AreFoundByAddressAndPort) {
  const auto table = line("3201A8C0:001A", "01", 998);  // 192.168.1.50:26
  EXPECT_THAT(users(table, "192.168.1.50", 26), ElementsAre(998));
  EXPECT_THAT(users(table, "192.168.1.50", 27), IsEmpty());
  EXPECT_THAT(users(table, "192.168.1.51", 26), IsEmpty());
}

TEST_F(Connections, CountWhileTheyAreEstablished) {
  EXPECT_THAT(users(line("3201A8C0:001A", "06", 998), "192.168.1.50", 26), IsEmpty()) << "TIME_WAIT";
  EXPECT_THAT(users(line("3201A8C0:001A", "08", 998), "192.168.1.50", 26), IsEmpty()) << "CLOSE_WAIT";
}

TEST_F(Connections, AreToldOnceAUser) {
  const auto one = line("3201A8C0:001A", "01", 998);
  EXPECT_THAT(users(one + one + line("3201A8C0:001A", "01", 1000), "192.168.1.50", 26),
              ElementsAre(998, 1000));
}

TEST_F(Connections, AreFoundByAnAddressOfSixteenBytes) {
  const auto table = line("B80D0120000000000000000001000000:001A", "01", 7);  // 2001:db8::1
  EXPECT_THAT(users(table, "2001:db8::1", 26), ElementsAre(7));
  EXPECT_THAT(users(table, "2001:db8::2", 26), IsEmpty());
}

TEST(ConnectionsTable, MayBeAnything) {
  for (const std::string text :
       {"", "\n\n", "   0: x y 01 z 00 0 5\n", "   0: 0100007F:C350 3201A8C0 01 0:0 0:0 0 5\n",
        "   0: 0100007F:C350 3201A8C0:FFFFF 01 0:0 0:0 0 5\n",
        "   0: 0100007F:C350 3201A8CX:001A 01 0:0 0:0 0 5\n",
        "   0: 0100007F:C350 3201A8C0:001A 01 0:0 0:0 0 nobody\n", "   0: 01\n"}) {
    EXPECT_THAT(users(text, "192.168.1.50", 26), IsEmpty()) << text;
  }
}

TEST(ConnectionsTable, OfThisMachineHasOnesOwn) {
  boost::asio::io_context loop;
  tcp::acceptor acceptor{loop, tcp::endpoint{make_address("127.0.0.1"), 0}};
  tcp::socket socket{loop};
  socket.connect(acceptor.local_endpoint());
  EXPECT_THAT(users_connected({acceptor.local_endpoint()}), ElementsAre(::getuid()));
  const auto peer = acceptor.local_endpoint();
  socket.close();
  EXPECT_THAT(users_connected({peer}), IsEmpty());
}

}  // namespace
}  // namespace busbar::app::doctor
