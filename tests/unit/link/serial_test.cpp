// The serial link against a pseudo-terminal: exclusive open, unplugging, names that come back.
#include "link/serial_node.hpp"
#include "unit/link/link_fixture.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <filesystem>
#include <pty.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

namespace busbar::link::test {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

/// A pseudo-terminal whose slave stands under a by-id name, as udev makes it.
class FakeAdapter {
 public:
  explicit FakeAdapter(fs::path name) : name_{std::move(name)} { plug(); }
  ~FakeAdapter() { unplug(); }
  void plug() {
    int slave = -1;
    char path[128];
    EXPECT_EQ(::openpty(&master_, &slave, path, nullptr, nullptr), 0);
    termios raw{};
    ::tcgetattr(slave, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(slave, TCSANOW, &raw);
    ::close(slave);
    fs::create_symlink(path, name_);
  }
  void unplug() {
    if (master_ < 0) return;
    ::close(std::exchange(master_, -1));
    fs::remove(name_);
  }
  void send(const Bytes& bytes) const {
    EXPECT_EQ(::write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  Bytes receive(std::size_t count) const {
    Bytes bytes(count);
    EXPECT_EQ(::read(master_, bytes.data(), count), static_cast<ssize_t>(count));
    return bytes;
  }

 private:
  fs::path name_;
  int master_ = -1;
};

class SerialLinkTest : public LinkFixture {
 protected:
  SerialLinkTest() {
    std::string pattern = fs::temp_directory_path() / "busbar-serial-XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    adapter_.emplace(directory_ / "usb-adapter-port0");
  }
  ~SerialLinkTest() override {
    adapter_.reset();
    fs::remove_all(directory_);
  }
  std::unique_ptr<Link> link(unsigned baud = 9600) const {
    return make_link(SerialOptions{.path = directory_ / "usb-adapter-port0", .baud = baud});
  }

  fs::path directory_;
  std::optional<FakeAdapter> adapter_;
};

TEST_F(SerialLinkTest, BytesGoBothWaysUnchanged) {
  auto opened = open(*link());
  ASSERT_TRUE(opened) << to_string(opened.error());
  const Bytes tricky{0x00, 0x03, 0x0a, 0x0d, 0x11, 0x13, 0x7f, 0xff};
  ASSERT_TRUE(write(**opened, tricky));
  EXPECT_EQ(adapter_->receive(tricky.size()), tricky);
  adapter_->send(tricky);
  ASSERT_EQ(read(**opened).value(), tricky.size());
  EXPECT_TRUE(std::equal(tricky.begin(), tricky.end(), buffer_.begin()));
}

TEST_F(SerialLinkTest, ASecondOpenNamesTheHolder) {
  const auto first = open(*link());
  ASSERT_TRUE(first);
  const auto second = open(*link());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::connect_failed);
  EXPECT_THAT(second.error().detail, HasSubstr("taken: held by process " + std::to_string(::getpid())));
}

TEST_F(SerialLinkTest, IsFreeAgainAfterClose) {
  auto first = open(*link());
  ASSERT_TRUE(first);
  (*first)->close();
  EXPECT_TRUE(open(*link()));
}

TEST_F(SerialLinkTest, AHolderThatLocksIsRespected) {
  const int other = ::open((directory_ / "usb-adapter-port0").c_str(), O_RDWR | O_NOCTTY);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  const auto opened = open(*link());
  ::close(other);
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr("is taken"));
}

TEST_F(SerialLinkTest, AMissingPortSaysSo) {
  adapter_->unplug();
  const auto opened = open(*link());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::connect_failed);
  EXPECT_THAT(opened.error().detail, HasSubstr("not plugged in?"));
}

TEST_F(SerialLinkTest, AnOddBaudRateIsRefusedByName) {
  const auto opened = open(*link(12345));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().detail, HasSubstr("refuses baud 12345"));
}

TEST_F(SerialLinkTest, AFileIsNoSerialPort) {
  const fs::path file = directory_ / "file";
  ::close(::creat(file.c_str(), 0600));
  const auto opened = open(*make_link(SerialOptions{.path = file}));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::connect_failed);
}

TEST_F(SerialLinkTest, UnpluggingEndsAPendingRead) {
  auto opened = open(*link());
  ASSERT_TRUE(opened);
  std::optional<Result<std::size_t>> result;
  begin_read(**opened, result);
  adapter_->unplug();
  wait_for([&] { return result.has_value(); });
  ASSERT_FALSE(*result);
  EXPECT_EQ(result->error().code, Errc::connection_closed);
}

TEST_F(SerialLinkTest, AHundredReplugsUnderTheSameName) {
  const auto port = link();
  for (int n = 0; n < 100; ++n) {
    auto opened = open(*port);
    ASSERT_TRUE(opened) << n << ": " << to_string(opened.error());
    adapter_->send({0x42});
    ASSERT_EQ(read(**opened).value(), 1u);
    adapter_->unplug();
    ASSERT_FALSE(read(**opened));
    ASSERT_FALSE(open(*port));
    adapter_->plug();
  }
}

TEST_F(SerialLinkTest, CloseEndsAPendingReadAndIsIdempotent) {
  auto opened = open(*link());
  ASSERT_TRUE(opened);
  std::optional<Result<std::size_t>> result;
  begin_read(**opened, result);
  (*opened)->close();
  (*opened)->close();
  wait_for([&] { return result.has_value(); });
  EXPECT_EQ(result->error().code, Errc::connection_closed);
}

TEST_F(SerialLinkTest, OwnerAndModeOfANodeInWords) {
  const fs::path file = directory_ / "node";
  ::close(::creat(file.c_str(), 0600));
  fs::permissions(file, fs::perms{0640});
  EXPECT_THAT(owner_of(file), HasSubstr("(mode 0640)"));
  EXPECT_EQ(owner_of(directory_ / "absent"), "");
  EXPECT_EQ(holder_of(directory_ / "absent"), "held by another process");
}

TEST_F(SerialLinkTest, WithoutPermissionTheErrorNamesTheOwner) {
  if (::geteuid() == 0 && ::seteuid(65534) != 0) GTEST_SKIP() << "cannot give up root";
  const auto opened = open(*make_link(SerialOptions{.path = "/proc/1/mem"}));  // 0600 root
  (void)::seteuid(::getuid());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::permission_denied);
  EXPECT_THAT(opened.error().detail, HasSubstr("it belongs to"));
}

}  // namespace
}  // namespace busbar::link::test
