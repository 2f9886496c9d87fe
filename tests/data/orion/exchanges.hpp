// Known exchanges of the manufacturer's Orion dialect: what was asked, what was answered, and where that is
// from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace busbar::test::orion {

struct Exchange {
  std::string_view name;
  std::uint16_t command;
  bool write;
  std::string_view request;
  std::string_view response;
  std::uint16_t response_command;
  std::size_t payload_size;
};

/// Captured from a GoldenMate Orion 1000 behind a USR-TCP232-410S device server; published in the log of
/// matwerber1's client.
inline constexpr Exchange four_cells{"four cells",
                                     0xFF02,
                                     false,
                                     "ea d1 01 04 ff 02 f9 f5",
                                     "ea d1 01 0f ff 02 04 06 04 0cef 0cf1 0cf0 0cf2 e8 f5",
                                     0xFF02,
                                     11};
inline constexpr Exchange idle_status{
    "idle, six probes",
    0xFF03,
    false,
    "ea d1 01 04 ff 03 f8 f5",
    "ea d1 01 1c ff 03 f0 0000 00 00 00 00 06 3b 3b 3a 3a 3b 3a 0000000000 17 06 00 0000 06 f5",
    0xFF03,
    24};
inline constexpr Exchange short_capacity{
    "capacity without its optional tail",
    0xFF04,
    false,
    "ea d1 01 04 ff 04 ff f5",
    "ea d1 01 35 ff 04 01 60 02 0000 03 0001 04 86a0 05 0001 06 86a0 07 0001 08 76ec 09 ffff 0a ffff"
    "0b 0000 0000 00000000000000 052c 0cf2 0cef 0d 0b 07 f5",
    0xFF04,
    49};
inline constexpr Exchange empty_serial_number{
    "empty serial number", 0xFF11, false, "ea d1 01 04 ff 11 ea f5", "ea d1 01 05 ff 11 00 eb f5", 0xFF11, 1};

/// Manufacturer's document JGDY/C-RE&RD-PK20 R1.2, section 5.1: announces 15 cells and carries 16.
inline constexpr Exchange sixteen_cells{"declares 15 cells, carries 16",
                                        0xFF02,
                                        false,
                                        "ea d1 01 04 ff 02 f9 f5",
                                        "ea d1 01 27 ff 02 0f 06 0f 0b4e 0e9c 0e5f 0e84 0ea0 0ea5 0e8f 0ea0 "
                                        "0ea0 0e8b 0eb0 0e92 0e7d 0eb6 0e73 0e73 38 f5",
                                        0xFF02,
                                        35};
/// Section 5.5 of the same document.
inline constexpr Exchange allow_discharge{"allow discharge",         0xFF19, true, "ea d1 01 04 ff 19 e2 f5",
                                          "ea d1 01 04 ff ff 04 f5", 0xFFFF, 0};
inline constexpr Exchange forbid_discharge{"forbid discharge",        0xFF1A, true, "ea d1 01 04 ff 1a e1 f5",
                                           "ea d1 01 04 ff ff 04 f5", 0xFFFF, 0};
inline constexpr Exchange allow_charge{
    "allow charge", 0xFF1B, true, "ea d1 01 04 ff 1b e0 f5", "ea d1 01 04 ff ff 04 f5", 0xFFFF, 0};
inline constexpr Exchange forbid_charge{"forbid charge",           0xFF1C, true, "ea d1 01 04 ff 1c e7 f5",
                                        "ea d1 01 04 ff ff 04 f5", 0xFFFF, 0};

inline constexpr std::array exchanges{four_cells,          idle_status,   short_capacity,
                                      empty_serial_number, sixteen_cells, allow_discharge,
                                      forbid_discharge,    allow_charge,  forbid_charge};

}  // namespace busbar::test::orion
