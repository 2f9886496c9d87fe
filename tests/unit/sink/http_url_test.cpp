// Urls of servers that are pushed to.
#include "sink/http_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace busbar::sink {
namespace {

using ::testing::HasSubstr;

TEST(HttpUrl, HasItsPartsAndDefaults) {
  EXPECT_EQ(parse_http_url("http://influx").value(), (HttpUrl{false, "influx", 80, ""}));
  EXPECT_EQ(parse_http_url("https://influx.example.com/").value(),
            (HttpUrl{true, "influx.example.com", 443, ""}));
  EXPECT_EQ(parse_http_url("http://10.0.0.1:8086/a/b/").value(), (HttpUrl{false, "10.0.0.1", 8086, "/a/b"}));
  EXPECT_EQ(parse_http_url("https://[::1]:8443/x").value(), (HttpUrl{true, "::1", 8443, "/x"}));
}

TEST(HttpUrl, IsShownAsItIsRead) {
  for (const char* text : {"http://influx:8086", "https://[fe80::1]:443/x", "http://localhost:9091/gate"})
    EXPECT_EQ(to_string(parse_http_url(text).value()), text);
}

TEST(HttpUrl, MistakesAreNamed) {
  for (const auto& [text, why] : {std::pair{"influx:8086", "http:// or https://"},
                                  {"ftp://x", "http:// or https://"},
                                  {"", "http:// or https://"},
                                  {"http://", "names no host"},
                                  {"http://:80", "names no host"},
                                  {"http://user:pw@x", "must not carry a user"},
                                  {"http://x:0", "port from 1 to 65535"},
                                  {"http://x:70000", "port from 1 to 65535"},
                                  {"http://x:", "port from 1 to 65535"},
                                  {"http://x:80a", "port from 1 to 65535"},
                                  {"http://[::1", "'[' without"},
                                  {"http://[::1]80", "port from 1 to 65535"},
                                  {"http://x/?db=y", "no '?'"},
                                  {"http://x y", "no '?'"}}) {
    const auto url = parse_http_url(text);
    ASSERT_FALSE(url.has_value()) << text;
    EXPECT_THAT(url.error().detail, HasSubstr(why)) << text;
  }
}

TEST(UrlEncoded, LeavesOnlyWhatMayStandAnywhere) {
  EXPECT_EQ(url_encoded("my db/ü&x=1"), "my%20db%2F%C3%BC%26x%3D1");
  EXPECT_EQ(url_encoded("A-z_0.9~"), "A-z_0.9~");
}

}  // namespace
}  // namespace busbar::sink
