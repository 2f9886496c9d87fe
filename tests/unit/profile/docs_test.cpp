// The pages that speak of profiles say what the code does.
#include "unit/profile/support.hpp"

#include <fstream>
#include <iterator>

namespace busbar::profile::test {
namespace {

std::string page(const std::string& name) {
  std::ifstream file{std::string{BUSBAR_SOURCE_DIR} + "/docs/" + name};
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(DevicesPage, IsWhatTheProfilesGenerate) {
  yaml::Findings findings;
  const auto library = Library::load("", findings);
  EXPECT_EQ(page("devices.md"), devices_markdown(library.all()))
      << "write it anew: busbar_profile_check --devices > docs/devices.md";
}

/// The first block of YAML of a page, its examples run.
std::unique_ptr<Profile> worked_example(const std::string& name) {
  const std::string text = page(name);
  const std::size_t begin = text.find("```yaml\n");
  EXPECT_NE(begin, std::string::npos);
  const std::size_t end = text.find("```", begin + 8);
  yaml::Findings findings;
  auto profile = load_profile(text.substr(begin + 8, end - begin - 8), name, findings);
  if (profile == nullptr || profile->examples.empty()) {
    ADD_FAILURE() << name << " has no example that loads: " << findings.text();
    return nullptr;
  }
  check_examples(*profile, name, findings);
  EXPECT_TRUE(findings.empty()) << findings.text();
  return profile;
}

TEST(AddingADevicePage, HasAnExampleThatRuns) {
  const auto profile = worked_example("adding-a-device.md");
  ASSERT_NE(profile, nullptr);
  const Bytes& frame = profile->examples[0].response[0];
  EXPECT_NE(page("adding-a-device.md").find(to_hex(ByteView{frame}.subspan(6, frame.size() - 8), ' ')),
            std::string::npos)
      << "the frame shown above the example is another one";
}

TEST(ModbusPage, HasAnExampleThatRuns) { EXPECT_NE(worked_example("protocols/modbus.md"), nullptr); }

TEST(AddingADevicePage, NamesEveryKeyOfTheFormat) {
  const std::string text = page("adding-a-device.md");
  for (const char* key :
       {"profile", "protocol",   "dialect",  "manufacturer", "model",        "description", "tested",
        "address", "byte_order", "queries",  "examples",     "command",      "data",        "interval",
        "timeout", "spacing",    "length",   "verify",       "collect",      "fields",      "key",
        "name",    "at",         "after",    "skip",         "parts",        "type",        "transform",
        "unit",    "precision",  "range",    "kind",         "enum",         "unavailable", "sign",
        "when",    "repeat",     "bits",     "category",     "device_class", "count",       "minus",
        "expect",  "max",        "family",   "sum",          "delta",        "mean",        "product",
        "source",  "request",    "response", "absent",       "dropped",      "anomalies"}) {
    EXPECT_NE(text.find("`" + std::string{key} + "`"), std::string::npos) << key;
  }
}

}  // namespace
}  // namespace busbar::profile::test
