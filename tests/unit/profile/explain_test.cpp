// The explanation of a frame, as a person sees it.
#include "unit/profile/support.hpp"

namespace busbar::profile::test {
namespace {

std::string explained(const Profile& profile, std::initializer_list<std::string_view> frames) {
  std::vector<Bytes> list;
  for (const std::string_view frame : frames) {
    list.push_back(bytes(frame));
  }
  const auto text = explain(profile, list);
  return text ? *text : to_string(text.error());
}

TEST(Explain, ShowsOffsetBytesStepsAndResultOfEveryField) {
  EXPECT_EQ(explained(orion(), {"ead1010fff020406040cef0cf10cf00cf2e8f5"}),
            "query voltages, address 1, payload of 11 bytes\n"
            "  offset  bytes  field               steps                         result\n"
            "  0       04     declared_cells      u8 4                          (not published)\n"
            "  1       06     probe_count         u8 6                          6\n"
            "  2       04     system_cell_count   u8 4                          4\n"
            "  3       0c ef  cell_01_voltage     u16 3311 → scale:0.001 3.311  3.311 V\n"
            "  5       0c f1  cell_02_voltage     u16 3313 → scale:0.001 3.313  3.313 V\n"
            "  7       0c f0  cell_03_voltage     u16 3312 → scale:0.001 3.312  3.312 V\n"
            "  9       0c f2  cell_04_voltage     u16 3314 → scale:0.001 3.314  3.314 V\n"
            "  -              cell_count          count of cell_voltage         4\n"
            "  -              cell_voltage_min    min of cell_voltage           3.311 V\n"
            "  -              cell_voltage_max    max of cell_voltage           3.314 V\n"
            "  -              cell_voltage_mean   mean of cell_voltage          3.3125 V\n"
            "  -              cell_voltage_delta  delta of cell_voltage         0.003 V\n");
}

TEST(Explain, TellsWhatIsAbsentUnavailableOrJoined) {
  const std::string text = explained(orion(), {"ead10135ff0401600200000300010486a00500010686a00700010876ec09f"
                                               "fff0affff0b0000000000000000000000052c0cf20cef"
                                               "0d0b07f5"});
  EXPECT_THAT(
      text, testing::HasSubstr("6       00 01 + @9   design_capacity          u32 100000 → scale:0.001 100"));
  EXPECT_THAT(text, testing::HasSubstr("u16 65535 means not available  not available"));
  EXPECT_THAT(text, testing::HasSubstr("absent: the payload ends before it"));
  EXPECT_THAT(text, testing::HasSubstr("constants as expected: @0 01, @2 02"));
}

TEST(Explain, TellsDropsAnomaliesAndFlags) {
  const auto profile = with_fields(
      "      - type: flags\n        at: 0\n        bits: [{bit: 1, key: in}, {bit: 0, key: out}, {bit: 2, "
      "key: more}]\n"
      "      - {key: amps, at: 1, type: u8, range: [-9, 9], sign: {positive: in, negative: out}}\n"
      "      - {key: mode, at: 1, type: u8, enum: {12: bulk}}\n"
      "      - {key: extra, at: 2, when: more, type: u8, range: [0, 1]}\n");
  const std::string text = explained(*profile, {"ea d1 01 06 ff 02 03 0c f4 f5"});
  EXPECT_THAT(text, testing::HasSubstr("flags bit 1   true"));
  EXPECT_THAT(text, testing::HasSubstr("dropped: -12 is outside -9…9"));
  EXPECT_THAT(text, testing::HasSubstr("u8 12 → enum  bulk"));
  EXPECT_THAT(text, testing::HasSubstr("absent: not in this payload"));
  EXPECT_THAT(text, testing::HasSubstr("anomaly: amps: both direction flags are set, taken as negative\n"));
}

TEST(Explain, SaysWhyAPayloadIsRefused) {
  const std::string text = explained(orion(), {"ea d1 01 06 ff 11 05 41 ac f5"});
  EXPECT_THAT(text, testing::HasSubstr("refused: short_payload: serial_number needs 6 bytes at offset 0"));
}

TEST(Explain, JoinsSeveralFrames) {
  const std::string text = explained(
      orion(), {"ea d1 01 0b ff 02 02 02 03 0c e5 0c e6 f6 f5", "ea d1 01 09 ff 02 01 02 03 0c e7 1f f5"});
  EXPECT_THAT(text, testing::HasSubstr("cell_03_voltage"));
  EXPECT_THAT(text, testing::HasSubstr("3.303 V"));
  EXPECT_THAT(explained(orion(), {"ea d1 01 0b ff 02 02 02 03 0c e5 0c e6 f6 f5"}),
              testing::HasSubstr("more frames must follow after 1"));
}

TEST(Explain, TakesTheAddressFromTheFrame) {
  EXPECT_THAT(explained(orion(), {"ea d1 07 05 ff 11 00 eb f5"}),
              testing::StartsWith("query serial_number, address 7"));
}

TEST(Explain, DoesNotPretendToKnowWhichWriteIsAcknowledged) {
  EXPECT_THAT(explained(orion(), {"ea d1 01 04 ff ff 04 f5"}),
              testing::StartsWith("acknowledgement of a write, address 1"));
}

TEST(Explain, RefusesWhatIsNoFrameOrNoAnswer) {
  EXPECT_THAT(explained(orion(), {}), testing::HasSubstr("there is no frame to explain"));
  EXPECT_THAT(explained(orion(), {"00 01 02"}), testing::HasSubstr("bad_"));
  EXPECT_THAT(explained(orion(), {"ea d1 01 0f ff 02"}), testing::HasSubstr("truncated_frame"));
  EXPECT_THAT(explained(orion(), {"ea d1 01 05 ff 28 00 d2 f5"}),
              testing::HasSubstr("answers no query of profile orion1000"));
}

TEST(Explain, CutsLongBytes) {
  const auto profile = with_fields("      - {key: s, at: 0, type: text, length: rest}\n");
  const std::string text =
      explained(*profile, {"ea d1 01 18 ff 02 4141414141414141414141414141414141414141 e5 f5"});
  EXPECT_THAT(text, testing::HasSubstr("41 41 41 …  s"));
  EXPECT_THAT(text, testing::HasSubstr("\"AAAAAAAAAAAAAAAAAAAA\""));
}

}  // namespace
}  // namespace busbar::profile::test
