// What people, broken automations and attackers send in the place of a value, and what other drivers of these
// inverters let through to the wire. No setting of any profile takes one of these.
#pragma once

#include <string>
#include <string_view>

namespace busbar::test {

using namespace std::string_view_literals;

inline constexpr std::string_view hostile_values[] = {
    // nothing, and blanks
    ""sv,
    " "sv,
    "\t"sv,
    "\n"sv,
    "\r"sv,
    "\r\n"sv,
    "\0"sv,
    "\xC2\xA0"sv,
    // a value and a second command behind it
    "on\r"sv,
    "50\r"sv,
    "50\rPF"sv,
    "56.4\rPCVV64.0"sv,
    "on\nPF\r"sv,
    "1;PF"sv,
    "1&&PF"sv,
    "02\x92\x01\r"
    "POP00"sv,
    "50\0PF"sv,
    "50#PF"sv,
    // blanks around, signs, other notations
    " 50"sv,
    "50 "sv,
    "+50"sv,
    "--50"sv,
    "5 0"sv,
    "5e1"sv,
    "5E1"sv,
    "0x32"sv,
    "0b11"sv,
    "50f"sv,
    "5_0"sv,
    "5'0"sv,
    "5,0"sv,
    "56,4"sv,
    "50."sv,
    ".5"sv,
    "1.2.3"sv,
    "nan"sv,
    "inf"sv,
    "-inf"sv,
    "Infinity"sv,
    // digits that are none
    "\xD9\xA5\xD9\xA0"sv,
    "\xEF\xBC\x95\xEF\xBC\x90"sv,
    "5\xC2\xB2"sv,
    "\xE2\x88\x92"
    "5"sv,
    "\xEF\xBB\xBF"
    "50"sv,
    "\xFF\xFE"sv,
    "\x80"sv,
    // beyond any range, and huge
    "-1"sv,
    "99999"sv,
    "1000000000000"sv,
    "18446744073709551616"sv,
    "00000000000000000000000000000050"sv,
    // another case, another language
    "ON"sv,
    "On"sv,
    "OFF"sv,
    "true"sv,
    "false"sv,
    "PRESS"sv,
    "Press"sv,
    "toggle"sv,
    "null"sv,
    "unknown"sv,
    "unavailable"sv,
    "None"sv,
    "SBU_FIRST"sv,
    "Sbu_first"sv,
    "sbu first"sv,
    "sbu_firs"sv,
    "sbu_firstt"sv,
    // patterns, paths, formats, code
    "*"sv,
    "#"sv,
    "+"sv,
    ".*"sv,
    "^on$"sv,
    "on|off"sv,
    "../on"sv,
    "%s%n"sv,
    "${x}"sv,
    "$(id)"sv,
    "`id`"sv,
    "{\"state\":\"on\"}"sv,
    "[\"on\"]"sv,
    "\"on\""sv,
    "'on'"sv,
    "<on/>"sv,
    "\x1B[2J"sv,
    "on\x7F"sv,
    // Raw commands of the family. An allow-list of patterns without anchors, PCP*, lets the first one
    // through; one
    // that only starts at the beginning, POP0[0-2], the second.
    "PCVV64.0"sv,
    "POP02XYZ"sv,
    "POP02"sv,
    "POP03"sv,
    "PCR00"sv,
    "PF"sv,
    "PEabc"sv,
    "PEa;PDb"sv,
    "PDz\r"sv,
    "PBFT99.9"sv,
    "MCHGC999"sv,
    "POPM09"sv,
    "DAT20261121174500"sv,
    "QPIGS"sv,
    "(ACK9 \r"sv,
    "^S005PF"sv,
    // a clock of 14 digits, of month 13, with blanks; a colour of 256; a current of a unit without the unit
    "20261121174500"sv,
    "261321174500"sv,
    "26 11 21 17 45 00"sv,
    "261121174500Z"sv,
    "1256000000"sv,
};

/// Longer than anything: what is cut off must not make it valid.
inline std::string huge_value() { return "on" + std::string(100'000, ' '); }

}  // namespace busbar::test
