#include "simulate/mbus_bus.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace busbar::simulate {
namespace {

namespace mbus = protocol::mbus;

constexpr std::uint8_t select_ci = 0x52;
constexpr std::uint8_t reset_ci = 0x50;
constexpr std::uint8_t data_ci = 0x51;
constexpr std::uint8_t answer_ci = 0x72;
constexpr std::uint8_t without_count_bit = 0xDF;

enum Medium : std::uint8_t { electricity = 2, heat = 4, water = 7 };

/// Records, one behind the other.
class Records {
 public:
  explicit Records(Bytes header) : bytes_{std::move(header)} {}
  /// DIF and VIF as they are, then the value in `width` bytes, the least significant first.
  Records& put(std::initializer_list<std::uint8_t> code, std::int64_t value, unsigned width) {
    bytes_.insert(bytes_.end(), code);
    for (unsigned at = 0; at < width; ++at) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * at));
    return *this;
  }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

/// A nibble F of the id and a byte FF of the rest match anything.
bool matches(const mbus::Identity& identity, ByteView mask) {
  const auto wire = mbus::to_wire(identity);
  for (std::size_t at = 0; at < 4; ++at) {
    for (const unsigned shift : {0U, 4U}) {
      const unsigned wanted = mask[at] >> shift & 0x0F;
      if (wanted != 0x0F && wanted != (wire[at] >> shift & 0x0FU)) return false;
    }
  }
  const bool maker = (mask[4] == 0xFF && mask[5] == 0xFF) || (mask[4] == wire[4] && mask[5] == wire[5]);
  return maker && (mask[6] == 0xFF || mask[6] == wire[6]) && (mask[7] == 0xFF || mask[7] == wire[7]);
}

/// What the master sees when several slaves pull the same line.
std::vector<Bytes> collided(std::vector<Bytes> answers) {
  if (answers.size() < 2) return answers;
  Bytes mixed = answers.front();
  for (const Bytes& other : answers) {
    mixed.resize(std::max(mixed.size(), other.size()), 0xFF);
    for (std::size_t at = 0; at < other.size(); ++at) mixed[at] &= other[at];
  }
  return {mixed};
}

/// A valid answer of the slave with the next primary address.
Bytes other_address(ByteView frame) {
  const auto link = mbus::parse_link_frame(frame);
  if (!link || link->kind == mbus::FrameKind::ack) return {frame.begin(), frame.end()};
  return mbus::build_long(link->c, static_cast<std::uint8_t>(link->a + 1), link->ci, link->data).value();
}

Bytes bad_checksum(ByteView frame) {
  Bytes bad{frame.begin(), frame.end()};
  if (bad.size() > 1)
    bad[bad.size() - 2] ^= 0x55;
  else
    bad.front() ^= 0x55;
  return bad;
}

}  // namespace

Result<void> check(const MbusOptions& options) {
  if (options.count >= 1 && options.count <= mbus::max_primary_address) return {};
  return Error{Errc::invalid_configuration, "a simulated M-Bus has 1 to 250 slaves"};
}

MbusModel::MbusModel(const MbusOptions& options)
    : options_{options}, codec_{protocol::make_codec("mbus").value()} {
  constexpr std::array media{heat, water, electricity};
  for (unsigned n = 1; n <= options.count; ++n) {
    const unsigned digits = n % 10 + n / 10 % 10 * 16 + n / 100 * 256;
    slaves_.push_back({.identity = {.id = 0x12345000 + digits,
                                    .manufacturer = mbus::manufacturer_code("PAD").value(),
                                    .version = 1,
                                    .medium = media[(n - 1) % media.size()]},
                       .primary = static_cast<std::uint8_t>(n)});
  }
}

Forger MbusModel::forger() const { return {&other_address, &bad_checksum, 0x68}; }

/// Those who feel spoken to: one by its primary address, the selected ones, or all.
std::vector<MbusModel::Slave*> MbusModel::addressed(std::uint8_t address) {
  std::vector<Slave*> all;
  for (Slave& slave : slaves_) {
    const bool selected = address == mbus::selected_address && slave.selected;
    if (selected || address == mbus::any_address || address == slave.primary) all.push_back(&slave);
  }
  return all;
}

std::vector<Bytes> MbusModel::select(ByteView mask) {
  bool any = false;
  for (Slave& slave : slaves_) {
    slave.selected = mask.size() >= 8 && matches(slave.identity, mask);
    slave.by_selection = {};
    any = any || slave.selected;
  }
  // Acknowledgements that overlap bit by bit look like one.
  return any ? std::vector<Bytes>{{mbus::acknowledgement}} : std::vector<Bytes>{};
}

/// A selection changes who is selected; anything else is answered by whoever is addressed, at the same time.
std::vector<Bytes> MbusModel::respond(const protocol::Frame& request, milliseconds elapsed) {
  const auto frame = mbus::parse_link_frame(request.bytes);
  if (!frame || frame->kind == mbus::FrameKind::ack) return {};
  const bool data = (frame->c & without_count_bit) == mbus::snd_ud;
  if (data && frame->a == mbus::selected_address && frame->ci == select_ci) return select(frame->data);
  std::vector<Bytes> answers;
  for (Slave* const slave : addressed(frame->a)) {
    if (Bytes one = answer(*slave, *frame, elapsed); !one.empty()) answers.push_back(std::move(one));
    if (frame->c == mbus::snd_nke && frame->a == mbus::selected_address) slave->selected = false;
  }
  return collided(std::move(answers));
}

/// One slave. It remembers the frame count bit apart for both ways of being addressed.
Bytes MbusModel::answer(Slave& slave, const mbus::LinkFrame& request, milliseconds elapsed) {
  Memory& memory = request.a == mbus::selected_address ? slave.by_selection : slave.by_primary;
  const bool bit = (request.c & mbus::frame_count) != 0;
  if (request.c == mbus::snd_nke) {
    memory = {};
    return {mbus::acknowledgement};
  }
  if ((request.c & without_count_bit) == mbus::snd_ud) {
    memory.count_bit = bit;
    if (request.ci == reset_ci) memory.sent.reset();
    const bool address = request.ci == data_ci && request.data.size() == 3 && request.data[0] == 0x01 &&
                         request.data[1] == 0x7A;
    if (address) slave.primary = request.data[2];
    return {mbus::acknowledgement};
  }
  if ((request.c & without_count_bit) != mbus::req_ud2) return {};
  const std::size_t telegrams = options_.two_telegrams ? 2 : 1;
  // The same bit again asks for the same telegram again.
  const bool repeat = memory.sent && memory.count_bit == bit;
  if (!repeat) memory.sent = memory.sent ? (*memory.sent + 1) % telegrams : 0;
  if (!repeat) ++slave.access;
  memory.count_bit = bit;
  return telegram(slave, *memory.sent, elapsed);
}

/// CI 72: the header of 12 bytes, and records of the usual quantities of a heat, water or electricity meter.
Bytes MbusModel::telegram(Slave& slave, std::size_t number, milliseconds elapsed) const {
  const auto wire = mbus::to_wire(slave.identity);
  Bytes header{wire.begin(), wire.end()};
  header.insert(header.end(), {slave.access, 0x00, 0x00, 0x00});
  Records records{std::move(header)};
  const std::int64_t seconds = elapsed.count() / 1000;
  const std::int64_t total = 100000 * slave.primary + seconds;
  if (number == 1) {
    records.put({0x44, 0x06}, total - 1000, 4).put({0x42, 0x6C}, 0x1CDF, 2);  // the due date, 2014-12-31
  } else if (slave.identity.medium == heat) {
    records.put({0x04, 0x06}, total, 4)
        .put({0x04, 0x13}, 17 * total, 4)
        .put({0x02, 0x2B}, 4200 + seconds % 100, 2);
    records.put({0x02, 0x3B}, 310, 2)
        .put({0x02, 0x5A}, 625, 2)
        .put({0x02, 0x5E}, 411, 2)
        .put({0x02, 0x62}, 214, 2);
  } else if (slave.identity.medium == water) {
    records.put({0x04, 0x13}, total, 4)
        .put({0x02, 0x3B}, 120 + seconds % 10, 2)
        .put({0x02, 0xFD, 0x74}, 2190, 2);
  } else {
    records.put({0x04, 0x03}, 1000 * total, 4).put({0x04, 0x83, 0x3C}, 12345, 4).put({0x02, 0x2B}, 1500, 2);
    records.put({0x02, 0xFD, 0xC8, 0xFC, 0x01}, 2301, 2).put({0x02, 0xFD, 0xC8, 0xFC, 0x02}, 2312, 2);
    records.put({0x02, 0xFB, 0x2E}, 500, 2);
  }
  if (options_.two_telegrams && number == 0) records.put({0x1F}, 0, 0);
  return mbus::build_long(mbus::rsp_ud, slave.primary, answer_ci, records.take()).value();
}

}  // namespace busbar::simulate
