// The text form of captures: what is written is read back; what is not of the form is refused with its place.
#include "link/capture.hpp"

#include "support/process.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::link::capture {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view head =
    "busbar-capture 1\nversion 0.1.0\nchannel bus\nprotocol orion manufacturer\ntimeout 400\nspacing 5\n"
    "begin 2026-11-21T09:08:20.015Z\n";
const std::string at = "2026-11-21T09:08:20.016Z 0.001000 ";

Result<Capture> with(const std::string& lines) { return parse(std::string{head} + lines, "a.capture"); }
std::string error_of(const std::string& lines) {
  const auto parsed = with(lines);
  return parsed ? "accepted" : parsed.error().detail;
}

std::vector<Event> every_kind() {
  const UtcMillis utc = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} + 9h + 123ms;
  return {
      {.kind = Kind::device,
       .utc = utc,
       .offset = 0us,
       .device = "pack-1",
       .profile = "orion1000",
       .address = 7},
      {.kind = Kind::refused, .utc = utc, .offset = 1us, .error = Errc::connect_failed},
      {.kind = Kind::open, .utc = utc, .offset = 2us},
      {.kind = Kind::sent,
       .utc = utc,
       .offset = 3s,
       .exchange = 4711,
       .device = "pack-1",
       .query = "status",
       .bytes = {0xEA, 0xD1}},
      {.kind = Kind::received, .utc = utc - 1h, .offset = 3s, .bytes = {0x00}},
      {.kind = Kind::expired, .utc = utc, .offset = 4s, .exchange = 4711},
      {.kind = Kind::done,
       .utc = utc,
       .offset = 4s,
       .exchange = 4711,
       .device = "pack-1",
       .query = "status",
       .attempts = 2,
       .error = Errc::timeout},
      {.kind = Kind::done,
       .utc = utc,
       .offset = 5s,
       .exchange = 4712,
       .device = "pack-1",
       .query = "status",
       .attempts = 1},
      {.kind = Kind::heard, .utc = utc, .offset = 100h, .device = "bmv", .query = "realtime"},
      {.kind = Kind::heard,
       .utc = utc,
       .offset = 100h,
       .device = "bmv",
       .query = "realtime",
       .error = Errc::timeout},
      {.kind = Kind::device,
       .utc = utc,
       .offset = 100h,
       .device = "meter",
       .profile = "mbus",
       .address = 253,
       .bytes = {0x52, 0x42}},
      {.kind = Kind::closed, .utc = utc, .offset = 100h + 1us},
      {.kind = Kind::end, .utc = utc, .offset = 100h + 2us, .reason = "stop"},
  };
}

TEST(Capture, OfEveryKindOfEventReadsBackAsItWas) {
  const Header header{.version = "1.2.3-rc1",
                      .channel = "rs485_a",
                      .protocol = "orion",
                      .dialect = "",
                      .timeout = 1000ms,
                      .spacing = 200ms,
                      .begin = std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}};
  std::string text = to_text(header);
  for (const auto& event : every_kind()) text += to_line(event);
  const auto parsed = parse(text, "x");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->header, header);
  EXPECT_EQ(parsed->events, every_kind());
  EXPECT_FALSE(parsed->cut_off);
}

TEST(Capture, HasOneEventALineWithTimeDirectionAndHex) {
  EXPECT_EQ(to_line(every_kind()[3]), "2026-11-21T09:00:00.123Z 3.000000 > 4711 pack-1 status ead1\n");
  EXPECT_EQ(to_line(every_kind()[4]), "2026-11-21T08:00:00.123Z 3.000000 < 00\n");
  EXPECT_EQ(to_line(every_kind()[6]),
            "2026-11-21T09:00:00.123Z 4.000000 done 4711 pack-1 status 2 timeout\n");
}

TEST(Capture, MayBeAnnotatedWithComments) {
  const auto parsed = with("# the inverter was switched on here\n" + at + "open\n#\n");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_EQ(parsed->events.size(), 1u);
}

TEST(Capture, OfAKilledRecorderLosesOnlyTheUnfinishedLine) {
  const auto parsed = with(at + "open\n" + at + "< ea");
  ASSERT_TRUE(parsed) << parsed.error().detail;
  EXPECT_TRUE(parsed->cut_off);
  EXPECT_EQ(parsed->events.size(), 1u);
}

TEST(Capture, MayBeCutAnywhereWithoutHarm) {
  std::string text{head};
  for (const auto& event : every_kind()) text += to_line(event);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto parsed = parse(std::string_view{text}.substr(0, size), "cut");
    if (size < head.size() - 1) {
      EXPECT_FALSE(parsed) << size;
    }
  }
}

struct Refusal {
  std::string lines;
  std::string place_and_reason;
};

TEST(Capture, IsRefusedWithThePlaceOfWhatIsWrong) {
  const std::vector<Refusal> refusals{
      {"", "accepted"},
      {"\n", ":8:1: expected a time"},
      {"2026-11-21 09:08:20 0.0 open\n",
       ":8:1: expected a time such as 2026-11-21T07:15:52.123Z, found '2026-11-21'"},
      {"2026-02-30T09:08:20.016Z 0.001000 open\n", ":8:1: expected a time"},
      {"2026-11-21T24:08:20.016Z 0.001000 open\n", ":8:1: expected a time"},
      {"2026-11-21T09:08:20.016Z 1 open\n", ":8:26: expected an offset"},
      {"2026-11-21T09:08:20.016Z -1.000000 open\n", ":8:26: expected an offset"},
      {"2026-11-21T09:08:20.016Z 01.000000 open\n", ":8:26: expected an offset"},
      {at + "opened\n", ":8:35: unknown event 'opened'; known: device, open"},
      {at + "open now\n", ":8:40: expected the end of the line, found 'now'"},
      {at + "open \n", ":8:39: a blank at the end of the line"},
      {at + "refused\n", ":8:42: expected a result"},
      {at + "refused ok\n", ":8:43: expected the name of an error, found 'ok'"},
      {at + "open\n" + at + "< EA\n", ":9:37: expected bytes in lower-case hex, found 'EA'"},
      {at + "open\n" + at + "< eaf\n", ":9:37: expected bytes in lower-case hex"},
      {at + "open\n" + at + "<\n", ":9:36: expected bytes in hex"},
      {at + "open\n" + at + "< " + std::string(2 * max_chunk + 2, 'a') + "\n", ":9:37: more than 4096 bytes"},
      {at + "open\n" + at + "> x pack1 status ea\n",
       ":9:37: expected the number of an exchange, a number, found 'x'"},
      {at + "open\n" + at + "> 1 pa/ck status ea\n", ":9:39: expected the id of a device of letters"},
      {at + "open\n" + at + "> 1 " + std::string(65, 'p') + " status ea\n",
       ":9:39: expected the id of a device"},
      {at + "done 1 pack1 status 1 fine\n", ":8:57: expected ok or the name of an error, found 'fine'"},
      {at + "device pack1 orion1000 -1\n", ":8:58: expected an address, a number, found '-1'"},
      {at + "device pack1 orion1000 99999999999\n", ":8:58: expected an address"},
      {at + "< ea\n", ":8:26: traffic while the link is not open"},
      {at + "closed\n", ":8:26: 'closed' while the link is not open"},
      {at + "open\n" + at + "open\n", ":9:26: the link is open already"},
      {at + "end stop\n" + at + "open\n", ":9:26: nothing may follow 'end'"},
      {at + "open\n2026-11-21T09:08:20.016Z 0.000999 closed\n", ":9:26: the offset is smaller"},
  };
  for (const auto& [lines, expected] : refusals) {
    const auto error = error_of(lines);
    if (expected != "accepted") {
      EXPECT_THAT(error, StartsWith("a.capture" + expected)) << lines.substr(0, 100);
    } else {
      EXPECT_EQ(error, expected);
    }
  }
}

TEST(Capture, NeedsItsWholeHeaderInOrder) {
  const auto refused = [](std::string_view text) {
    const auto parsed = parse(text, "h");
    return parsed ? std::string{"accepted"} : parsed.error().detail;
  };
  EXPECT_THAT(refused(""), StartsWith("h:1:1: the file ends before its header does"));
  EXPECT_THAT(refused("hello\n"), HasSubstr("this is no capture of busbar"));
  EXPECT_THAT(refused("busbar-capture 2\n"),
              StartsWith("h:1:16: this busbar reads format 1 only, found '2'"));
  EXPECT_THAT(refused("busbar-capture 1\nchannel x\n"),
              StartsWith("h:2:1: expected 'version', found 'channel'"));
  EXPECT_THAT(refused("busbar-capture 1\nversion 1\nchannel x\nprotocol o\ntimeout no\n"),
              StartsWith("h:5:9: expected milliseconds"));
  EXPECT_THAT(refused(std::string{"\x7f"} + "ELF\n"),
              StartsWith("h:1:1: expected 'busbar-capture', found '?ELF'"));
}

TEST(Capture, FileThatCannotBeReadIsNamed) {
  const busbar::test::TemporaryDirectory directory;
  EXPECT_THAT(load(directory.path() + "/none").error().detail, HasSubstr("none: No such file"));
  EXPECT_THAT(load(directory.path()).error().detail, HasSubstr("not a file"));
  const auto file = directory.write("good", std::string{head});
  EXPECT_TRUE(load(file));
  const auto bad = directory.write("bad", std::string{head} + "x\n");
  EXPECT_THAT(load(bad).error().detail, StartsWith(bad + ":8:1: "));
}

}  // namespace
}  // namespace busbar::link::capture
