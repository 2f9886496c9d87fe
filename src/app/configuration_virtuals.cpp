// virtual and virtual_devices: what each virtual reading reads is looked up among the readings of all
// devices.
#include "app/virtual_drafts.hpp"
#include "model/glob.hpp"

#include <algorithm>
#include <deque>
#include <set>

namespace busbar::app {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using virtuals::Source;

/// How long a measured value counts: three intervals of its query, but at least 30 s; 5 min when it is not
/// polled.
milliseconds lifetime_of(milliseconds interval) {
  return interval.count() == 0 ? milliseconds{5min} : std::max<milliseconds>(3 * interval, 30s);
}

/// A reading that others can read.
struct Known {
  const Quantity* quantity = nullptr;
  milliseconds interval{};  ///< the longest of the queries that give it; 0 = none is polled
  bool measured = false;
};

/// A watt in the units that powers come in.
constexpr std::pair<std::string_view, double> watts[] = {{"mW", 1e-3}, {"W", 1}, {"kW", 1e3}, {"MW", 1e6}};
constexpr std::pair<std::string_view, double> watt_hours[] = {{"Wh", 1}, {"kWh", 1e3}, {"MWh", 1e6}};

std::optional<double> factor_of(std::span<const std::pair<std::string_view, double>> table,
                                std::string_view unit) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& row) { return row.first == unit; });
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

class Resolver {
 public:
  Resolver(const ReadContext& context, const Configuration& configuration, std::vector<VirtualDraft> drafts)
      : context_(context), drafts_(std::move(drafts)) {
    if (drafts_.empty()) return;  // a table of all readings of 2000 devices would be large
    for (const DeviceConfiguration& device : configuration.devices) {
      add_measured(device);
    }
    for (const VirtualDeviceConfiguration& device : configuration.virtual_devices) {
      devices_.insert(device.id);
    }
    refuse_taken_keys();
    drop_defaults_without_inputs();
    for (const VirtualDraft& draft : drafts_) {
      known_[{draft.device, draft.quantity.key}] = {&draft.quantity, {}, false};
    }
  }

  void resolve(virtuals::Options& options) {
    std::vector<virtuals::Definition> definitions;
    std::map<Source, yaml::Place> places;
    for (const VirtualDraft& draft : drafts_) {
      if (auto definition = define(draft)) {
        places[{draft.device, draft.quantity.key}] = draft.place;
        definitions.push_back(std::move(*definition));
      }
    }
    std::vector<Source> cycle;
    options.definitions = virtuals::in_order(std::move(definitions), cycle);
    if (!cycle.empty()) {
      std::string names;
      for (const Source& source : cycle) {
        names += (names.empty() ? "" : " → ") + source.device + '.' + source.key;
      }
      context_.fail(places[cycle.front()], "virtual readings read each other in a circle: " + names);
    }
    set_times(options);
  }

 private:
  void add_measured(const DeviceConfiguration& device) {
    devices_.insert(device.id);
    const profile::Profile* const profile = context_.profiles.find(device.profile);
    if (profile == nullptr) {
      unclear_.insert(device.id);
      return;
    }
    for (const profile::ProfileQuery& query : profile->queries) {
      const auto interval = device.intervals.find(query.request.name);
      if (query.request.write || interval == device.intervals.end()) {
        continue;
      }
      if (query.decoder.open()) {
        milliseconds& longest = open_[device.id];
        longest = std::max(longest, interval->second);
      }
      for (const Quantity* const quantity : query.decoder.quantities()) {
        Known& known = known_[{device.id, quantity->key}];
        known = {quantity, std::max(known.interval, interval->second), true};
      }
    }
  }

  void refuse_taken_keys() {
    std::erase_if(drafts_, [this](const VirtualDraft& draft) {
      if (!known_.contains({draft.device, draft.quantity.key})) {
        return false;
      }
      if (!draft.by_default) {
        context_.fail(draft.place,
                      "device '" + draft.device + "' measures a reading '" + draft.quantity.key + "' already",
                      "choose another key");
      }
      return true;
    });
  }

  /// As with default intervals: what a device cannot have is left out for it, and only if none has it an
  /// error.
  void drop_defaults_without_inputs() {
    std::map<std::string, const VirtualDraft*> dropped;
    std::vector<VirtualDraft> gone;
    for (bool again = true; again;) {
      again = false;
      std::set<Source> there;
      for (const VirtualDraft& draft : drafts_) {
        there.insert({draft.device, draft.quantity.key});
      }
      for (auto draft = drafts_.begin(); draft != drafts_.end();) {
        const bool lacks = draft->by_default &&
                           std::any_of(draft->pieces.begin(), draft->pieces.end(), [&](const auto& piece) {
                             const Source own{draft->device, piece.reading.key};
                             return piece.is_reading && piece.reading.device.empty() &&
                                    !piece.reading.pattern && !known_.contains(own) && !there.contains(own) &&
                                    !open_.contains(own.device);
                           });
        if (lacks) {
          gone.push_back(std::move(*draft));
          draft = drafts_.erase(draft);
          again = true;
        } else {
          ++draft;
        }
      }
    }
    for (const VirtualDraft& draft : gone) {
      const bool used = std::any_of(drafts_.begin(), drafts_.end(), [&](const VirtualDraft& other) {
        return other.by_default && other.quantity.key == draft.quantity.key;
      });
      if (!used && !unclear_.contains(draft.device) && reported_.insert(draft.quantity.key).second) {
        (void)define(draft);  // reports what it lacks
      }
    }
  }

  std::optional<virtuals::Definition> define(const VirtualDraft& draft) {
    virtuals::Definition definition{draft.device, draft.quantity, {}};
    virtuals::Expression expression;
    bool complete = true;
    for (const virtuals::Piece& piece : draft.pieces) {
      if (!piece.is_reading) {
        expression.formula += piece.text;
        continue;
      }
      const auto sources = look_up(draft, piece);
      complete = complete && !sources.empty();
      std::string list;
      for (const Source& source : sources) {
        const auto at = std::find(expression.inputs.begin(), expression.inputs.end(), source);
        list += (list.empty() ? "r" : ",r") + std::to_string(at - expression.inputs.begin());
        if (at == expression.inputs.end()) {
          expression.inputs.push_back(source);
        }
      }
      expression.formula += list;
    }
    if (!complete) {
      return std::nullopt;
    }
    if (draft.energy) {
      return define_energy(draft, expression.inputs.front());
    }
    if (auto formula = virtuals::Formula::compile(expression.formula, expression.inputs.size()); !formula) {
      context_.fail(draft.rule, "the expression of '" + draft.quantity.key + "' cannot be understood: " +
                                    with_names(formula.error().detail, expression.inputs));
      return std::nullopt;
    }
    definition.rule = std::move(expression);
    return definition;
  }

  std::optional<virtuals::Definition> define_energy(const VirtualDraft& draft, const Source& power) {
    const Quantity& quantity = *known_.at(power).quantity;
    const auto factor = factor_of(watts, quantity.unit);
    if (!factor || quantity.kind != Kind::measurement) {
      context_.fail(draft.rule, "'energy' needs a power in W, kW, MW or mW; '" + power.key +
                                    "' has the unit '" + quantity.unit + "'");
      return std::nullopt;
    }
    return virtuals::Definition{
        draft.device, draft.quantity,
        virtuals::Energy{power, *factor, factor_of(watt_hours, draft.quantity.unit).value_or(1), draft.sign,
                         draft.max_gap}};
  }

  /// The readings a name stands for; none when that has been reported.
  std::vector<Source> look_up(const VirtualDraft& draft, const virtuals::Piece& piece) {
    const virtuals::Reference& named = piece.reading;
    const std::string device = named.device.empty() ? draft.device : named.device;
    if (named.pattern) {
      return look_up_pattern(draft, piece, device);
    }
    const auto known = known_.find({device, named.key});
    if (known != known_.end()) {
      const Kind kind = known->second.quantity->kind;
      if (kind == Kind::text || kind == Kind::enumeration) {
        context_.fail(draft.rule, "'" + piece.text + "' is a text; an expression is over numbers and flags");
        return {};
      }
      return {known->first};
    }
    if (unclear_.contains(device)) {
      return {};  // its profile is the finding to mend first
    }
    if (!devices_.contains(device)) {
      const std::vector<std::string_view> ids(devices_.begin(), devices_.end());
      context_.fail(draft.rule, "there is no device '" + device + "' for '" + piece.text + "'",
                    nearest_hint(device, ids));
      return {};
    }
    if (open_.contains(device)) {
      return {suppose(device, named.key)};
    }
    context_.fail(draft.rule, "device '" + device + "' has no reading '" + named.key + "'",
                  hint_for(device, named.key));
    return {};
  }

  /// What a device names itself is not known before its first answer: it may well have this reading. Powers
  /// come in watts from all who describe themselves.
  Source suppose(const std::string& device, const std::string& key) {
    Quantity& quantity = supposed_.emplace_back();
    quantity.key = key;
    if (key == "power" || key.starts_with("power_")) {
      quantity.unit = "W";
    }
    const auto [known, added] = known_.try_emplace({device, key}, Known{&quantity, open_.at(device), true});
    return known->first;
  }

  std::vector<Source> look_up_pattern(const VirtualDraft& draft, const virtuals::Piece& piece,
                                      const std::string& device) {
    std::vector<Source> sources;
    for (const auto& [source, known] : known_) {
      const Kind kind = known.quantity->kind;
      const bool itself = source.device == draft.device && source.key == draft.quantity.key;
      if (!itself && kind != Kind::text && kind != Kind::enumeration && glob_match(device, source.device) &&
          glob_match(piece.reading.key, source.key)) {
        sources.push_back(source);
      }
    }
    if (sources.empty() && unclear_.empty()) {
      context_.fail(draft.rule, "no reading fits '" + piece.text + "'");
    }
    return sources;
  }

  std::string hint_for(const std::string& device, const std::string& key) const {
    // "pack-1.power" is read as a difference.
    for (const std::string& id : devices_) {
      if (id.starts_with(key + "-")) {
        return "an id with '-' goes into brackets: [" + id + ".READING]";
      }
    }
    std::vector<std::string_view> keys;
    for (const auto& [source, known] : known_) {
      if (source.device == device) {
        keys.push_back(source.key);
      }
    }
    return nearest_hint(key, keys);
  }

  static std::string with_names(std::string text, const std::vector<Source>& inputs) {
    for (std::size_t i = inputs.size(); i-- > 0;) {
      const std::string variable = "\"r" + std::to_string(i) + '"';
      for (auto at = text.find(variable); at != std::string::npos; at = text.find(variable)) {
        text.replace(at, variable.size(), "'" + inputs[i].device + '.' + inputs[i].key + "'");
      }
    }
    return text;
  }

  /// Reports of virtual readings come as often as the rarest thing they are made of.
  void set_times(virtuals::Options& options) {
    std::map<Source, milliseconds> intervals;
    for (const virtuals::Definition& definition : options.definitions) {
      milliseconds& own = intervals[{definition.device, definition.quantity.key}];
      for (const Source& source : sources_of(definition)) {
        const Known& known = known_.at(source);
        if (known.measured) {
          options.lifetimes[source] = lifetime_of(known.interval);
        }
        own = std::max(own, known.measured ? known.interval : intervals[source]);
      }
      milliseconds& expected = options.expected[definition.device];
      expected = std::max(expected, own);
    }
    for (const auto& [device, interval] : options.devices) {
      milliseconds& expected = options.expected[device];
      expected = std::max(expected, interval);
    }
  }

  const ReadContext& context_;
  std::vector<VirtualDraft> drafts_;
  std::map<Source, Known> known_;
  std::map<std::string, milliseconds>
      open_;  ///< devices that name readings themselves, asked at most so rarely
  std::deque<Quantity> supposed_;
  std::set<std::string, std::less<>> devices_;
  std::set<std::string, std::less<>> unclear_;   ///< without a valid profile
  std::set<std::string, std::less<>> reported_;  ///< defaults that no device can have
};

const yaml::Node* child(const yaml::Node* node, std::string_view key) {
  if (node == nullptr) {
    return nullptr;
  }
  const auto entry = std::find_if(node->entries.begin(), node->entries.end(),
                                  [&](const auto& each) { return each.key == key; });
  return entry == node->entries.end() ? nullptr : &entry->value;
}

void add(std::vector<VirtualDraft>& all, std::vector<VirtualDraft> drafts, const std::string& device) {
  for (VirtualDraft& draft : drafts) {
    draft.device = device;
    all.push_back(std::move(draft));
  }
}

/// What a device has under the same key goes before the default.
void add_defaults(std::vector<VirtualDraft>& all, const std::vector<VirtualDraft>& defaults,
                  const std::string& device) {
  for (VirtualDraft draft : defaults) {
    const bool own = std::any_of(all.begin(), all.end(), [&](const VirtualDraft& other) {
      return other.device == device && other.quantity.key == draft.quantity.key;
    });
    if (own) {
      continue;
    }
    draft.device = device;
    draft.by_default = true;
    all.push_back(std::move(draft));
  }
}

void read_virtual_device(const ReadContext& context, const yaml::Entry& entry, Configuration& configuration,
                         std::vector<VirtualDraft>& drafts) {
  const std::string what = "virtual device '" + entry.key + "'";
  yaml::MapReader reader(context.document, entry.value, what, context.findings);
  VirtualDeviceConfiguration device{entry.key, reader.text("name").value_or("")};
  if (device.name.empty()) {
    device.name = entry.key;
  } else if (device.name.size() > 200) {
    reader.fail("name", "the name is longer than 200 bytes");
  }
  milliseconds interval = 10s;
  set(interval, reader.duration("interval", 100ms, 24h));
  const auto& devices = configuration.devices;
  if (std::any_of(devices.begin(), devices.end(), [&](const auto& other) { return other.id == entry.key; })) {
    context.fail(entry.place, "there is a device '" + entry.key + "' already",
                 "give the virtual device another id, or put its readings below 'virtual' of the device");
  }
  if (const yaml::Node* const node = reader.require("virtual")) {
    add(drafts, read_virtual_drafts(context, *node, what), entry.key);
  }
  reader.finish();
  configuration.virtuals.devices[entry.key] = interval;
  configuration.virtual_devices.push_back(std::move(device));
}

}  // namespace

void read_virtuals(const ReadContext& context, yaml::MapReader& root, const yaml::Node* device_defaults,
                   Configuration& configuration) {
  std::vector<VirtualDraft> drafts;
  std::vector<VirtualDraft> defaults;
  if (const yaml::Node* const node = child(device_defaults, "virtual")) {
    defaults = read_virtual_drafts(context, *node, "the defaults");
  }
  const yaml::Node* const devices = child(&context.document.root, "devices");
  for (const DeviceConfiguration& device : configuration.devices) {
    if (const yaml::Node* const node = child(child(devices, device.id), "virtual")) {
      add(drafts, read_virtual_drafts(context, *node, "device '" + device.id + "'"), device.id);
    }
    add_defaults(drafts, defaults, device.id);
  }
  for_each_id(context, root.node("virtual_devices"), "virtual_devices", "virtual device",
              [&](const yaml::Entry& entry) { read_virtual_device(context, entry, configuration, drafts); });
  virtuals::Options& options = configuration.virtuals;
  options.persist_interval = 30min;
  set(options.persist_interval, root.duration("persist_interval", 1s, 24h));
  Resolver(context, configuration, std::move(drafts)).resolve(options);
  const bool counts =
      std::any_of(options.definitions.begin(), options.definitions.end(),
                  [](const auto& each) { return std::holds_alternative<virtuals::Energy>(each.rule); });
  if (counts && configuration.state_directory.empty()) {
    context.warn(root.place(),
                 "counters of energy begin at zero with every start: there is no 'state_directory'");
  } else if (counts) {
    options.state_file = configuration.state_directory + "/energy.json";
  }
}

}  // namespace busbar::app
