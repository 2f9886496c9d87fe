// The search by masks: depth first, one level deeper wherever answers collide.
#include "protocol/mbus/search_axes.hpp"

#include <busbar/protocol/mbus/search.hpp>

#include <algorithm>

namespace busbar::protocol::mbus {
namespace {

/// Nobody is called so: who acknowledges this selection, acknowledges all.
constexpr Identity nobody{0xEEEEEEEE, 0xEEEE, 0xEE, 0xEE};
/// Two slaves that differ in the last thing asked for are eleven masks deep; so many masks under which
/// something was heard, and no meter among them, are noise.
constexpr unsigned most_fruitless = 128;

Bytes selection(const Identity& mask) {
  return build_long(snd_ud | frame_count, selected_address, select_ci, to_wire(mask)).value();
}

class Secondary final : public Search {
 public:
  explicit Secondary(const SecondarySearch& options) : options_{options} {}

  std::optional<Question> next() const override {
    switch (step_) {
      case Step::select:
        return Question{selection(mask()), false};
      case Step::read:
        return Question{build_short(req_ud2 | frame_count, selected_address), true};
      case Step::deselect:
        return Question{build_short(snd_nke, selected_address), false};
      case Step::ended:
        break;
    }
    return std::nullopt;
  }

  void heard(const Heard& heard) override {
    switch (step_) {
      case Step::select:
        return selected(heard.kind);
      case Step::read:
        return read(heard);
      case Step::deselect:  // some acknowledge it, some do not
        step_ = Step::ended;
        break;
      case Step::ended:
        break;
    }
  }

  double progress() const override {
    if (step_ >= Step::deselect) return 1;
    double behind = 0;
    double share = 1;
    for (const Level& level : levels_) {
      share /= static_cast<double>(axis_size(level.axis, options_.hexadecimal));
      behind += share * static_cast<double>(level.number);
    }
    return std::min(behind, 1.0);
  }

  Address at() const override { return {.selection = probing_ ? options_.mask : mask()}; }

 private:
  enum class Step { select, read, deselect, ended };
  /// One mask that is being narrowed.
  struct Level {
    Identity mask{};
    std::size_t axis = 0;
    std::size_t number = 0;     ///< of the value that is being tried
    std::size_t known = 0;      ///< meters and oddities when it was begun
    bool of_collision = false;  ///< several slaves were heard under it, not merely supposed
  };

  Identity mask() const {
    if (probing_) return nobody;
    if (candidate_) return *candidate_->asked.selection;
    return branch();
  }
  Identity branch() const {
    // A mask without wildcards, given as it is, has no level.
    if (levels_.empty()) return options_.mask;
    return narrowed(levels_.back().mask, levels_.back().axis, levels_.back().number);
  }
  std::size_t noted() const { return meters_.size() + oddities_.size(); }
  /// The digits say who it is: what is silent now will not speak under a longer mask.
  bool all_digits() const {
    const auto open = open_axis(mask());
    return !open || *open >= digit_axes;
  }

  void selected(Heard::Kind kind) {
    if (kind == Heard::Kind::silence) {
      if (attempt_++ < options_.retries) return;
      return candidate_ ? doubt() : advance();
    }
    attempt_ = 0;
    collided_ = kind == Heard::Kind::noise;
    // The read would be one more collision; but at the end, and of nobody, it is all there is to go by.
    if (collided_ && !probing_ && !all_digits()) return descend();
    step_ = Step::read;
  }

  void read(const Heard& heard) {
    if (heard.kind == Heard::Kind::telegram) {
      const auto telegram = decode(heard.telegram);
      if (telegram) return answered(*telegram);
    }
    const bool again = heard.kind == Heard::Kind::silence || probing_ || all_digits();
    if (again && attempt_++ < options_.retries) return;
    if (candidate_) return doubt();
    collided_ = collided_ || heard.kind == Heard::Kind::noise;
    if (probing_) {
      note(Oddity::Kind::answers_all, nobody);
      acknowledges_all_ = true;
      return advance();
    }
    // An acknowledgement tells nothing where somebody acknowledges everything.
    if (acknowledges_all_ && !collided_) return advance();
    if (!all_digits() || (collided_ && open_axis(mask()))) return descend();
    note(collided_ ? Oddity::Kind::collision : Oddity::Kind::no_data, mask());
    if (++fruitless_ > most_fruitless) return give_up();
    advance();
  }

  void answered(const Telegram& telegram) {
    if (candidate_) return candidate_->identity == telegram.identity ? found(*candidate_) : doubt();
    if (!telegram.has_identity) {
      if (!all_digits()) return descend();
      return found({.asked = {.selection = mask()}});
    }
    // Fixed data names no manufacturer: only the digits of its id can be asked for.
    const bool fixed = telegram.content == Content::fixed;
    const auto comparable = [&](Identity identity) {
      return fixed ? Identity{identity.id, 0xFFFF, 0xFF, 0xFF} : identity;
    };
    if (probing_ || !matches(comparable(mask()), telegram.identity)) {
      const bool known = std::ranges::any_of(
          oddities_, [&](const Oddity& oddity) { return oddity.identity == telegram.identity; });
      if (!known) oddities_.push_back({Oddity::Kind::answers_all, {.selection = mask()}, telegram.identity});
      return advance();
    }
    const Address alone{.selection = comparable(telegram.identity)};
    const FoundMeter meter{telegram.frame.a, telegram.identity, alone, fixed};
    if (comparable(mask()) == *alone.selection) return found(meter);
    // Answers that collide can add up to one that looks sound: whether it exists shows when it is asked
    // alone.
    candidate_ = meter;
    step_ = Step::select;
    attempt_ = 0;
  }

  void found(const FoundMeter& meter) {
    const bool known = meter.identity && std::ranges::any_of(meters_, [&](const FoundMeter& other) {
                         return other.identity == meter.identity;
                       });
    if (!known) meters_.push_back(meter);
    fruitless_ = 0;
    advance();
  }

  /// Nobody answers alone to what was read: it was a mixture.
  void doubt() {
    candidate_.reset();
    collided_ = true;
    if (open_axis(mask())) return descend();
    note(Oddity::Kind::collision, mask());
    advance();
  }

  void note(Oddity::Kind kind, const Identity& at) {
    oddities_.push_back({.kind = kind, .address = {.selection = at}});
  }

  /// Looks behind a mask that several slaves, or noise, answer.
  void descend() {
    const Identity from = mask();
    const auto axis = open_axis(from);
    if (!axis) return advance();
    if (++fruitless_ > most_fruitless) return give_up();
    begin({from, *axis, 0, noted(), collided_});
  }

  void give_up() {
    note(Oddity::Kind::gave_up, mask());
    levels_.clear();
    step_ = Step::deselect;
  }

  void begin(const Level& level) {
    levels_.push_back(level);
    step_ = Step::select;
    attempt_ = 0;
    collided_ = false;
  }

  void advance() {
    step_ = Step::select;
    attempt_ = 0;
    collided_ = false;
    candidate_.reset();
    if (probing_) {
      probing_ = false;
      if (const auto axis = open_axis(options_.mask); axis && *axis < digit_axes)
        begin({options_.mask, *axis, 0, noted(), false});
      return;
    }
    while (!levels_.empty()) {
      Level& level = levels_.back();
      if (++level.number < axis_size(level.axis, options_.hexadecimal)) return;
      // Of those that share an id none could be reached by anything else.
      if (level.axis >= medium_axis && level.of_collision && level.known == noted())
        note(Oddity::Kind::collision, level.mask);
      levels_.pop_back();
    }
    step_ = Step::deselect;
  }

  SecondarySearch options_;
  std::vector<Level> levels_;
  std::optional<FoundMeter> candidate_{};  ///< was read under a mask, and is asked by itself
  unsigned fruitless_ = 0;                 ///< masks since the last meter
  Step step_ = Step::select;
  bool acknowledges_all_ = false;
  bool probing_ = true;    ///< for who answers to everything
  bool collided_ = false;  ///< under the mask that is being tried
  unsigned attempt_ = 0;
};

}  // namespace

std::unique_ptr<Search> make_search(const SecondarySearch& options) {
  return std::make_unique<Secondary>(options);
}

}  // namespace busbar::protocol::mbus
