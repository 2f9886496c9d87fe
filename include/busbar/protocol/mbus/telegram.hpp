// What an M-Bus frame carries: header and records, fixed data, or an error of the application.
// Source: EN 13757-3:2018, sections 5 to 8 and annex C; MBDOC48, section 6.
#pragma once

#include <busbar/protocol/mbus/frame.hpp>
#include <busbar/protocol/mbus/record.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::protocol::mbus {

/// Who a slave is, in the order of the wire. In a selection F nibbles and FF bytes match anything.
struct Identity {
  std::uint32_t id = 0;  ///< eight BCD digits, 0x12345678 is 12345678
  std::uint16_t manufacturer = 0;
  std::uint8_t version = 0;
  std::uint8_t medium = 0;
  bool operator==(const Identity&) const = default;
};

enum class Content : std::uint8_t {
  none,               ///< acknowledgement or short frame
  variable,           ///< records
  fixed,              ///< two counters
  application_error,  ///< `code`
  alarm,              ///< `code`
  selection,          ///< a request: `identity` is the mask
  other,              ///< a CI field whose data is not known: `rest`
};

/// Where and why the records cannot be followed any further. What came before stands.
struct Fault {
  std::size_t offset = 0;  ///< in the frame
  std::string_view reason{};
};

struct Telegram {
  LinkFrame frame{};
  Content content = Content::none;
  bool has_identity = false;
  bool has_status = false;
  Identity identity{};
  std::uint8_t access = 0;
  std::uint8_t status = 0;
  std::uint16_t configuration = 0;  ///< configuration word, once called signature
  std::optional<std::uint8_t> code{};
  bool more_follows = false;  ///< DIF 1F: another telegram carries more records
  std::vector<Record> records{};
  ByteView manufacturer_data{};  ///< behind DIF 0F or 1F
  ByteView rest{};               ///< what could not be followed, or has no known meaning
  std::optional<Fault> fault{};
};

/// Decodes one whole frame; its views point into `frame`. Errors are those of the frame; what is wrong
/// inside is `Telegram::fault`.
[[nodiscard]] Result<Telegram> decode(ByteView frame);
/// The same into a telegram whose memory is used again.
[[nodiscard]] Result<void> decode_into(ByteView frame, Telegram& out);

/// "12345678"; hexadecimal digits of odd meters, and F of masks, as they are.
[[nodiscard]] std::string id_text(std::uint32_t id);
/// "PAD"; four hexadecimal digits where the code spells no letters.
[[nodiscard]] std::string manufacturer_text(std::uint16_t code);
/// nullopt when these are not three letters.
[[nodiscard]] std::optional<std::uint16_t> manufacturer_code(std::string_view letters);
/// "heat, return"; "medium 1e" for what is reserved.
[[nodiscard]] std::string medium_text(std::uint8_t medium);
/// "1234567824400107", as other programs write it: id, manufacturer as on the wire, version, medium.
[[nodiscard]] std::string secondary_address(const Identity& identity);
[[nodiscard]] std::optional<Identity> parse_secondary_address(std::string_view text);
/// The eight bytes on the wire.
[[nodiscard]] std::array<std::uint8_t, 8> to_wire(const Identity& identity);
[[nodiscard]] Identity identity_from_wire(ByteView eight);

/// "too many readouts"
[[nodiscard]] std::string application_error_text(std::uint8_t code);
/// "application busy, battery low"; "" for 00.
[[nodiscard]] std::string status_text(std::uint8_t status);

}  // namespace busbar::protocol::mbus
