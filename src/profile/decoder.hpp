// Payload → readings. Flat, compiled from a profile; knows nothing of frames, links or YAML.
#pragma once

#include <busbar/model/bytes.hpp>
#include <busbar/model/error.hpp>
#include <busbar/model/report.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace busbar::profile {

/// What a decoder must remember between two payloads of one device: the last good value of every counter.
/// One per device and owned by its poller.
class CounterMemory {
 public:
  /// False when `value` is below the last good one and has not yet persisted `confirmations` times in a row.
  [[nodiscard]] bool accept(const std::string& key, double value, int confirmations = 3);

 private:
  struct Entry {
    double last = 0;
    double pending = 0;
    int seen = 0;
  };
  std::map<std::string, Entry, std::less<>> entries_;
};

struct Drop {
  const Quantity* quantity;
  std::string reason;  ///< "4873 % is outside 0…100"
};

struct Decoded {
  std::vector<Reading> readings;
  std::vector<Drop> drops;             ///< implausible values, left out of the readings
  std::vector<std::string> anomalies;  ///< contradictions in an otherwise valid payload; the readings stand

  void clear() noexcept {  ///< keeps the capacity
    readings.clear();
    drops.clear();
    anomalies.clear();
  }
};

struct Plan;  // the compiled fields, see plan.hpp
class Trace;  // told of every step, see trace.hpp

class Decoder {
 public:
  Decoder();
  explicit Decoder(std::unique_ptr<const Plan> plan);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  /// short_payload, bad_length or bad_constant when the payload is not of this layout: then there is no
  /// reading at all.
  [[nodiscard]] Result<Decoded> decode(ByteView payload, CounterMemory& memory) const;
  /// The same into a result whose capacity is used again. On error `out` is empty. `trace` may be null.
  [[nodiscard]] Result<void> decode_into(ByteView payload, CounterMemory& memory, Decoded& out,
                                         Trace* trace = nullptr) const;
  /// Every quantity this decoder can give, in the order of the file; repeated fields expanded up to their
  /// maximum.
  [[nodiscard]] const std::vector<const Quantity*>& quantities() const noexcept;
  /// True when payloads name their quantities themselves: then quantities() is empty, and every reading
  /// brings a quantity that lives as long as this decoder.
  [[nodiscard]] bool open() const noexcept;
  /// True for the quantities every valid payload gives; repeated and optional ones are announced once seen.
  [[nodiscard]] bool guaranteed(const Quantity& quantity) const noexcept;
  [[nodiscard]] const Plan& plan() const noexcept { return *plan_; }

 private:
  std::unique_ptr<const Plan> plan_;
};

}  // namespace busbar::profile
