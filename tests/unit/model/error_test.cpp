// Names, classes and text of errors.
#include <busbar/model/error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace busbar {
namespace {

constexpr int last = static_cast<int>(Errc::invalid_configuration);

TEST(Error, EveryCodeHasItsOwnSnakeCaseName) {
  std::set<std::string> names;
  for (int code = 0; code <= last; ++code) {
    const std::string name{to_string(static_cast<Errc>(code))};
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << name;
    EXPECT_NE(name, "unknown_error") << code;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

TEST(Error, WhatTheLineDidIsWorthAnotherTry) {
  for (const auto code : {Errc::timeout, Errc::connect_failed, Errc::connection_closed, Errc::bad_checksum,
                          Errc::truncated_frame, Errc::wrong_address, Errc::breaker_open, Errc::queue_full})
    EXPECT_EQ(error_class(code), ErrorClass::transient) << to_string(code);
}

TEST(Error, WhatTheDeviceMeantIsNot) {
  for (const auto code : {Errc::rejected, Errc::not_allowed, Errc::unknown_query, Errc::short_payload,
                          Errc::bad_constant, Errc::bad_value, Errc::permission_denied, Errc::cancelled})
    EXPECT_EQ(error_class(code), ErrorClass::permanent) << to_string(code);
}

TEST(Error, BadFilesRefuseTheStart) {
  EXPECT_EQ(error_class(Errc::invalid_profile), ErrorClass::config);
  EXPECT_EQ(error_class(Errc::invalid_configuration), ErrorClass::config);
}

TEST(Error, TextHasNameDetailAndBytes) {
  EXPECT_EQ(to_string(Error{Errc::timeout}), "timeout");
  EXPECT_EQ(to_string(Error{Errc::timeout, "no answer within 1000 ms"}), "timeout: no answer within 1000 ms");
  EXPECT_EQ(to_string(Error{Errc::bad_end, "", Bytes{0xEA, 0xD1}}), "bad_end [ea d1]");
  EXPECT_EQ(to_string(Error{Errc::bad_end, "no F5", Bytes{0xEA}}), "bad_end: no F5 [ea]");
}

TEST(Error, KeepsNoMoreThanTheFirst256Bytes) {
  Bytes many(1000, 0x55);
  many.front() = 0x01;
  const Error error{Errc::bad_value, "", many};
  EXPECT_EQ(error.bytes.size(), Error::max_bytes);
  EXPECT_EQ(error.bytes.front(), 0x01);
}

TEST(Error, ValueOfAFailedResultThrowsItsText) {
  const Result<int> result = Error{Errc::timeout, "nobody there"};
  EXPECT_TRUE(result.has_error());
  try {
    static_cast<void>(result.value());
    FAIL() << "no exception";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "timeout: nobody there");
  }
}

TEST(Error, ResultOfNothingIsAValue) {
  const Result<void> fine;
  EXPECT_TRUE(fine.has_value());
}

}  // namespace
}  // namespace busbar
