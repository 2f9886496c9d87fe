// Who is on a bus: a search asks address after address, or mask after mask, and learns from what comes back.
// Pure: whoever holds the line sends what next() says and tells what was heard.
// Source: EN 13757-3:2018, section 11.5 (wildcard search); MBDOC48, section 7.
//
//   while (const auto question = search->next()) search->heard(classify(send(question->request)));
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/protocol/mbus/address.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::protocol::mbus {

/// What is to be sent next. Where no telegram is asked for, an acknowledgement is due.
struct Question {
  Bytes request{};
  bool telegram = false;
};

struct Heard {
  enum class Kind : std::uint8_t {
    silence,
    acknowledged,
    telegram,
    noise,  ///< bytes that are no frame: answers that collide look like this
  };
  Kind kind = Kind::silence;
  Bytes telegram{};  ///< a whole frame
};

/// What came back for `request`: `received` is everything, an echo of the request is taken off.
[[nodiscard]] Heard classify(ByteView request, ByteView received);

/// A slave that answered for itself.
struct FoundMeter {
  std::optional<std::uint8_t> primary{};  ///< as its telegram says, or as it was asked
  std::optional<Identity> identity{};     ///< none: its telegram names nobody
  Address asked{};                        ///< by which it alone answers
  bool by_fixed_data = false;             ///< then manufacturer and version are not known
};

/// What a person should look at.
struct Oddity {
  enum class Kind : std::uint8_t {
    collision,    ///< several slaves answer to this address, and no further digit tells them apart
    no_data,      ///< acknowledges, but sends no telegram
    answers_all,  ///< answers to a selection that is not its own
    gave_up,      ///< so much that leads to no meter is noise, not slaves
  };
  Kind kind{};
  Address address{};
  std::optional<Identity> identity{};  ///< answers_all: who it says it is
};
[[nodiscard]] std::string_view to_string(Oddity::Kind kind) noexcept;

class Search {
 public:
  virtual ~Search() = default;
  /// nullopt: the search has ended. The same question until heard() is called.
  [[nodiscard]] virtual std::optional<Question> next() const = 0;
  virtual void heard(const Heard& heard) = 0;
  /// 0 to 1: how much of what there is to be asked is behind.
  [[nodiscard]] virtual double progress() const = 0;
  /// What is being asked now.
  [[nodiscard]] virtual Address at() const = 0;

  [[nodiscard]] const std::vector<FoundMeter>& meters() const noexcept { return meters_; }
  [[nodiscard]] const std::vector<Oddity>& oddities() const noexcept { return oddities_; }

 protected:
  std::vector<FoundMeter> meters_;
  std::vector<Oddity> oddities_;
};

struct PrimarySearch {
  std::uint8_t from = 0;
  std::uint8_t to = max_primary_address;
  unsigned retries = 1;  ///< of a request to which nothing came
};
/// Resets the link of every address, and reads who acknowledges. Needs from ≤ to ≤ 250.
[[nodiscard]] std::unique_ptr<Search> make_search(const PrimarySearch& options);

struct SecondarySearch {
  Identity mask = any_identity;  ///< only what this matches is looked for
  bool hexadecimal = false;      ///< also ids with the digits A to E
  unsigned retries = 1;
};
/// Selects by masks with one more digit each, as long as answers collide; then by medium, version, and the
/// usual manufacturers. A meter counts only when its telegram, read under the mask, names an identity that
/// the mask matches.
[[nodiscard]] std::unique_ptr<Search> make_search(const SecondarySearch& options);

}  // namespace busbar::protocol::mbus
