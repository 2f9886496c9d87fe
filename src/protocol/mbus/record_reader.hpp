// Takes data records off the front of a frame's data, one after the other.
#pragma once

#include "protocol/mbus/numbers.hpp"

#include <busbar/protocol/mbus/record.hpp>

#include <cstdint>
#include <string_view>

namespace busbar::protocol::mbus {

class RecordReader {
 public:
  enum class Outcome : std::uint8_t {
    record,
    skipped,       ///< a filler
    end,           ///< no bytes are left
    manufacturer,  ///< the rest belongs to the manufacturer
    more_follows,  ///< likewise, and another telegram carries more
    fault,         ///< `reason` says why nothing further can be followed
  };

  /// `msb_first`: the obsolete mode 2, numbers with the most significant byte first.
  RecordReader(ByteView data, bool msb_first) noexcept : data_{data}, msb_first_{msb_first} {}

  /// `out` must be fresh; it is a record only if the outcome says so.
  [[nodiscard]] Outcome next(Record& out);
  /// Behind the last record; after a fault the start of what could not be followed.
  [[nodiscard]] std::size_t position() const noexcept { return start_; }
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

 private:
  struct Meaning {
    Coding coding = Coding::number;
    Scaling scaling{};
  };

  [[nodiscard]] bool take(std::uint8_t& byte) noexcept;
  [[nodiscard]] Outcome fail(std::string_view reason) noexcept;
  [[nodiscard]] std::string_view dif_extensions(Record& out, std::uint8_t dif);
  [[nodiscard]] std::string_view value_information(Record& out, Meaning& meaning);
  [[nodiscard]] std::string_view vif_extensions(Record& out, Meaning& meaning, bool manufacturer,
                                                std::size_t used);
  [[nodiscard]] std::string_view value(Record& out, const Meaning& meaning);
  [[nodiscard]] Value decode(std::uint8_t field, Coding coding, ByteView data, const Scaling& scaling) const;

  ByteView data_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  bool msb_first_ = false;
  std::string_view reason_{};
};

}  // namespace busbar::protocol::mbus
