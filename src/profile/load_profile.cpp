// A profile file as a whole.
#include "model/value_text.hpp"
#include "profile/load.hpp"

#include <algorithm>
#include <array>
#include <functional>

namespace busbar::profile {
namespace {

constexpr std::size_t max_queries = 128;
constexpr std::size_t max_examples = 256;

/// The address a device has unless the site file says otherwise, and the highest it may be given.
void read_address(yaml::MapReader& reader, Profile& profile) {
  constexpr std::int64_t highest = 0xFFFFFFFF;
  const yaml::Node* const node = reader.node("address");
  if (node == nullptr) {
    return;
  }
  yaml::MapReader address{reader.document(), *node, "address", reader.findings()};
  profile.default_address = static_cast<std::uint32_t>(address.integer("default", 0, highest).value_or(0));
  profile.max_address = static_cast<std::uint32_t>(address.integer("max", 0, highest).value_or(255));
  if (profile.default_address > profile.max_address) {
    address.fail("default", "'default' is above 'max'");
  }
  address.finish();
}

/// The codec the profile is for; null with a finding when there is none of that name.
std::unique_ptr<protocol::Codec> read_protocol(yaml::MapReader& reader, Profile& profile) {
  const auto known = protocol::protocols();
  if (reader.require("protocol") == nullptr) {
    return nullptr;
  }
  profile.protocol = reader.choice("protocol", known).value_or("");
  profile.dialect = reader.text("dialect").value_or("");
  if (profile.protocol.empty()) {
    return nullptr;
  }
  auto codec = protocol::make_codec(profile.protocol, profile.dialect);
  if (!codec) {
    reader.fail("dialect", codec.error().detail);
    return nullptr;
  }
  // Two profiles may share a channel when one names the default and the other does not.
  profile.dialect = (*codec)->dialect();
  return std::move(*codec);
}

/// Keys are unique over all queries of a profile: they become topics and metrics of one device.
void read_queries(yaml::MapReader& reader, Profile& profile, KeyPlaces& keys, bool little) {
  const yaml::Node* const node = reader.require("queries");
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::map || node->entries.empty() || node->entries.size() > max_queries) {
    reader.fail("queries", "'queries' must map 1 to 128 names to queries");
    return;
  }
  for (const yaml::Entry& entry : node->entries) {
    if (!is_key(entry.key)) {
      reader.findings().add(
          reader.file(), entry.place,
          "the name of a query is a word of a-z, 0-9 and _, found " + yaml::in_quotes(entry.key));
    }
    profile.queries.push_back(load_query(reader.document(), entry.key, entry.value,
                                         {little, &keys, profile.protocol, profile.dialect},
                                         reader.findings()));
  }
}

/// The totals of collected answers name a single number of another query.
void check_totals(yaml::MapReader& reader, const Profile& profile) {
  const yaml::Node* const queries = reader.node("queries");
  for (std::size_t i = 0; i < profile.queries.size(); ++i) {
    const ProfileQuery& query = profile.queries[i];
    const ProfileQuery* const source = query.total.empty() ? nullptr : profile.source_of_total(query);
    // One that needs a total itself could need this one.
    if (!query.total.empty() && (source == nullptr || !source->total.empty())) {
      reader.findings().add(reader.file(), queries->entries[i].place,
                            "'total' names " + yaml::in_quotes(query.total) +
                                ", which is no reading of another query that needs no total itself");
    }
  }
}

/// Loaded, not run: check_examples() does that.
void read_examples(yaml::MapReader& reader, Profile& profile) {
  const yaml::Node* const node = reader.node("examples");
  if (node == nullptr) {
    return;
  }
  if (node->type != yaml::Type::sequence || node->items.size() > max_examples) {
    reader.fail("examples", "'examples' must be a list of at most 256 examples");
    return;
  }
  for (const yaml::Node& item : node->items) {
    if (auto example = load_example(reader.document(), item, profile, reader.findings())) {
      profile.examples.push_back(std::move(*example));
    }
  }
}

/// The data of a write with a number in it: any will do to see whether it can be sent. Empty for what is set
/// otherwise.
Bytes value_of(const Profile& profile, std::size_t query) {
  const auto setter = std::find_if(profile.setters.begin(), profile.setters.end(),
                                   [&](const Setter& s) { return s.formatted && s.query == query; });
  if (setter == profile.setters.end()) {
    return {};
  }
  const Setting& setting = setter->setting;
  const auto write =
      prepare(profile, *setter, setting.options.empty() ? number_text(setting.min) : setting.options.front());
  return write ? write->data : Bytes{};
}

/// What the bus-time budget reckons with: the request as built, the longest example as the answer.
void measure_wire(const protocol::Codec& codec, Profile& profile, yaml::MapReader& reader) {
  const yaml::Node* const queries = reader.node("queries");
  for (std::size_t i = 0; i < profile.queries.size(); ++i) {
    ProfileQuery& query = profile.queries[i];
    query.request.address = profile.default_address;
    protocol::Query sample = query.request;
    if (sample.collect && !sample.collect->total) {
      sample.collect->total = 1;  // asked of the device at run time; no request depends on it
    }
    if (query.takes_value) {
      if (Bytes data = value_of(profile, i); !data.empty()) sample.data = std::move(data);
    }
    if (query.listen) {
      // Nothing is sent.
    } else if (const auto built = codec.build(sample)) {
      query.typical_request = built->size();
    } else {
      reader.findings().add(reader.file(), queries->entries[i].place, built.error().detail);
    }
    for (const Example& example : profile.examples) {
      std::size_t bytes = 0;
      for (const Bytes& frame : example.response) {
        bytes += frame.size();
      }
      if (example.query == query.request.name) {
        query.typical_response = std::max(query.typical_response, bytes);
      }
    }
  }
}

}  // namespace

std::string read_prose(yaml::MapReader& reader, std::string_view key, bool required) {
  constexpr std::size_t longest = 500;
  const auto text = required ? reader.require_text(key) : reader.text(key);
  if (!text) {
    return {};
  }
  if (text->size() > longest || std::any_of(text->begin(), text->end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
      })) {
    reader.fail(
        key, "'" + std::string{key} + "' must be one line of at most 500 bytes without control characters");
    return {};
  }
  return *text;
}

const ProfileQuery* Profile::find(std::string_view query) const noexcept {
  const auto found = std::find_if(queries.begin(), queries.end(),
                                  [&](const ProfileQuery& q) { return q.request.name == query; });
  return found == queries.end() ? nullptr : &*found;
}

const Setter* Profile::find_setter(std::string_view key) const noexcept {
  const auto found =
      std::find_if(setters.begin(), setters.end(), [&](const Setter& s) { return s.setting.key == key; });
  return found == setters.end() ? nullptr : &*found;
}

const ProfileQuery* Profile::source_of_total(const ProfileQuery& query) const noexcept {
  const auto gives = [&](const ProfileQuery& q) {
    const auto& all = q.decoder.quantities();
    return std::any_of(all.begin(), all.end(), [&](const Quantity* one) { return one->key == query.total; });
  };
  const auto found = std::find_if(queries.begin(), queries.end(), gives);
  return found == queries.end() ? nullptr : &*found;
}

std::unique_ptr<Profile> load_profile(std::string_view text, std::string file, yaml::Findings& findings) {
  constexpr std::array<std::string_view, 2> orders{"big", "little"};
  const std::size_t before = findings.list().size();
  const yaml::Document document = yaml::parse(text, std::move(file), findings);
  if (findings.list().size() != before) {
    return nullptr;
  }
  yaml::MapReader reader{document, document.root, "profile", findings};
  auto profile = std::make_unique<Profile>();
  profile->fingerprint = std::hash<std::string_view>{}(text);
  profile->name = reader.require_text("profile").value_or("");
  if (!profile->name.empty() && !is_key(profile->name)) {
    reader.fail("profile",
                "the name of a profile is a word of a-z, 0-9 and _, found " + yaml::in_quotes(profile->name));
  }
  const auto codec = read_protocol(reader, *profile);
  profile->manufacturer = read_prose(reader, "manufacturer", true);
  profile->model = read_prose(reader, "model", true);
  profile->description = read_prose(reader, "description", false);
  profile->tested = read_prose(reader, "tested", true);
  read_address(reader, *profile);
  const bool little = reader.choice("byte_order", orders) == "little";
  KeyPlaces keys;
  read_queries(reader, *profile, keys, little);
  check_totals(reader, *profile);
  read_settings(reader, *profile, little);
  read_examples(reader, *profile);
  if (codec != nullptr) {
    measure_wire(*codec, *profile, reader);
  }
  reader.finish();
  return findings.list().size() == before ? std::move(profile) : nullptr;
}

}  // namespace busbar::profile
