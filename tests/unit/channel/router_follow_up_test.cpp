// An exchange of several requests: what the router wants sent next, and what it takes for its echo.
#include "channel/router.hpp"

#include <gtest/gtest.h>

#include <string>

namespace busbar::channel {
namespace {

class RouterFollowUp : public testing::Test {
 protected:
  void ask() {
    query.name = "readout";
    query.address = 5;
    query.command = 1;
    router.ask(query, codec->build(query).value());
  }
  Route route(std::string_view hex) {
    bytes = *from_hex(hex);
    router.heard(bytes);
    return router.route(protocol::parse_frame(*codec, bytes).value());
  }
  std::string follow_up() { return to_hex(router.take_follow_up(), ' '); }

  // M-Bus: a reset is acknowledged, then the data is asked for.
  std::unique_ptr<protocol::Codec> codec = protocol::make_codec("mbus").value();
  Router router{*codec};
  protocol::Query query;
  Bytes bytes;
};

constexpr std::string_view data = "68 06 06 68 08 05 78 01 7a 05 05 16";
constexpr std::string_view more_data = "68 07 07 68 08 05 78 01 7a 05 1f 24 16";

TEST_F(RouterFollowUp, AsksForTheDataOnceTheResetIsAcknowledged) {
  ask();
  EXPECT_EQ(follow_up(), "");
  EXPECT_EQ(route("e5"), Route::part);
  EXPECT_EQ(follow_up(), "10 7b 05 80 16");
  EXPECT_EQ(follow_up(), "") << "it is sent once";
  EXPECT_EQ(route(data), Route::answer);
  EXPECT_EQ(follow_up(), "");
  EXPECT_EQ(to_hex(router.take_payload(), ' '), data);
}

TEST_F(RouterFollowUp, AsksForEveryFurtherTelegram) {
  ask();
  EXPECT_EQ(route("e5"), Route::part);
  EXPECT_EQ(follow_up(), "10 7b 05 80 16");
  EXPECT_EQ(route(more_data), Route::part);
  EXPECT_EQ(follow_up(), "10 5b 05 60 16");
}

TEST_F(RouterFollowUp, KnowsTheEchoOfWhatWasSentLast) {
  ask();
  EXPECT_EQ(route("10 40 05 45 16"), Route::echo);
  EXPECT_EQ(route("e5"), Route::part);
  EXPECT_EQ(route("10 7b 05 80 16"), Route::echo);
  EXPECT_EQ(route(data), Route::answer);
}

TEST_F(RouterFollowUp, ANewExchangeOwesNothingToTheOneBefore) {
  ask();
  EXPECT_EQ(route("e5"), Route::part);
  ask();
  EXPECT_EQ(follow_up(), "");
}

TEST_F(RouterFollowUp, DataWhereAnAcknowledgementWasDueIsInvalid) {
  ask();
  EXPECT_EQ(route(data), Route::invalid);
  EXPECT_EQ(router.fault().code, Errc::wrong_command);
  EXPECT_EQ(follow_up(), "");
}

}  // namespace
}  // namespace busbar::channel
