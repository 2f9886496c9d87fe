// What the CI field announces, and how far the data can be followed. The full header, of CI 72:
//   0   id, eight BCD digits, low byte first · 4  manufacturer, three letters in 15 bits · 6  version · 7
//   medium 8   access number · 9  status · 10  configuration, which tells encryption
// The brief one (7A) has the last four bytes of it only. Source: EN 13757-3:2018, sections 5 and 6.
//
// A telegram that breaks off is no error of the whole: the records before the fault stand, Telegram::fault
// says where and why, and nothing behind it is guessed at, because a record's length follows from its own
// fields.
#include "protocol/mbus/fixed.hpp"
#include "protocol/mbus/record_reader.hpp"

#include <busbar/protocol/mbus/telegram.hpp>

#include <array>

namespace busbar::protocol::mbus {
namespace {

enum class Header : std::uint8_t { none, brief, full };

struct Application {
  std::uint8_t ci;
  Content content;
  Header header;
  bool msb_first = false;
};

// EN 13757-3:2018, table 2, and the mode 2 of MBDOC48 in which numbers start with their highest byte.
constexpr std::array applications{
    Application{0x72, Content::variable, Header::full},
    Application{0x7A, Content::variable, Header::brief},
    Application{0x78, Content::variable, Header::none},
    Application{0x73, Content::fixed, Header::none},
    Application{0x76, Content::variable, Header::full, true},
    Application{0x77, Content::fixed, Header::none, true},
    Application{0x70, Content::application_error, Header::none},
    Application{0x6E, Content::application_error, Header::brief},
    Application{0x6F, Content::application_error, Header::full},
    Application{0x71, Content::alarm, Header::none},
    Application{0x74, Content::alarm, Header::brief},
    Application{0x75, Content::alarm, Header::full},
    Application{0x51, Content::variable, Header::none},
    Application{0x55, Content::variable, Header::none, true},
    Application{0x52, Content::selection, Header::none},
};

/// As new, but with the memory of the records: who decodes many telegrams allocates once.
void clear(Telegram& telegram) {
  std::vector<Record> records = std::move(telegram.records);
  records.clear();
  telegram = Telegram{};
  telegram.records = std::move(records);
}

void fail(Telegram& out, ByteView rest, std::string_view reason) {
  out.fault = Fault{static_cast<std::size_t>(rest.data() - out.frame.bytes.data()), reason};
  out.rest = rest;
}

/// Takes the header away; false when the data ends inside it.
bool read_header(const Application& application, ByteView& data, Telegram& out) {
  const std::size_t size = application.header == Header::full    ? 12
                           : application.header == Header::brief ? 4
                                                                 : 0;
  if (data.size() < size) {
    fail(out, data, "the data ends inside the header");
    return false;
  }
  if (application.header == Header::full) {
    std::array<std::uint8_t, 8> wire{};
    std::copy_n(data.begin(), wire.size(), wire.begin());
    if (application.msb_first) {
      std::swap(wire[0], wire[3]);
      std::swap(wire[1], wire[2]);
      std::swap(wire[4], wire[5]);
    }
    out.identity = identity_from_wire(wire);
    out.has_identity = true;
  }
  if (size > 0) {
    const ByteView tail = data.subspan(size - 4, 4);
    out.access = tail[0];
    out.status = tail[1];
    out.configuration =
        static_cast<std::uint16_t>(application.msb_first ? tail[2] << 8 | tail[3] : tail[3] << 8 | tail[2]);
    out.has_status = true;
  }
  data = data.subspan(size);
  return true;
}

/// Old meters put anything here, so that this alone says nothing.
bool may_be_encrypted(std::uint16_t configuration) {
  const unsigned mode = configuration >> 8 & 0x1F;
  return mode == 5 || mode == 7 || mode == 13;
}

/// Up to the end, the manufacturer's data (0F, 1F), or what cannot be followed.
void read_records(ByteView data, bool msb_first, Telegram& out) {
  using Outcome = RecordReader::Outcome;
  RecordReader reader{data, msb_first};
  for (;;) {
    out.records.emplace_back();
    const Outcome outcome = reader.next(out.records.back());
    if (outcome == Outcome::record) continue;
    out.records.pop_back();
    const ByteView behind = data.subspan(reader.position());
    if (outcome == Outcome::skipped) continue;
    if (outcome == Outcome::fault) {
      const bool encrypted = may_be_encrypted(out.configuration);
      fail(out, behind, encrypted ? "the data is encrypted, or broken" : reader.reason());
    } else if (outcome != Outcome::end) {
      out.manufacturer_data = behind;
      out.more_follows = outcome == Outcome::more_follows;
    }
    return;
  }
}

void read_application(const Application& application, ByteView data, Telegram& out) {
  if (application.content == Content::fixed) {
    if (data.size() == fixed_size) return decode_fixed(data, application.msb_first, out);
    out.content = Content::other;
    return fail(out, data, "fixed data has 16 bytes");
  }
  out.content = application.content;
  if (!read_header(application, data, out)) return;
  switch (application.content) {
    case Content::variable:
      return read_records(data, application.msb_first, out);
    case Content::selection:
      if (data.size() < 8) return fail(out, data, "a selection names 8 bytes");
      out.identity = identity_from_wire(data.first(8));
      out.has_identity = true;
      out.rest = data.subspan(8);
      return;
    default:
      // An error or alarm without its byte is one of no known kind.
      out.code = data.empty() ? std::uint8_t{0} : data[0];
      if (data.size() > 1) out.rest = data.subspan(1);
  }
}

}  // namespace

Result<void> decode_into(ByteView frame, Telegram& out) {
  clear(out);
  const auto link = parse_link_frame(frame);
  if (!link) return link.error();
  out.frame = *link;
  if (link->kind != FrameKind::control && link->kind != FrameKind::full) return {};
  for (const Application& application : applications) {
    if (application.ci != link->ci) continue;
    read_application(application, link->data, out);
    return {};
  }
  out.content = Content::other;
  out.rest = link->data;
  return {};
}

Result<Telegram> decode(ByteView frame) {
  Telegram telegram;
  if (const auto done = decode_into(frame, telegram); !done) return done.error();
  return telegram;
}

}  // namespace busbar::protocol::mbus
