// A bus for searches, without time: slaves that answer, collide, misbehave. And a search run to its end on
// it.
#pragma once

#include <busbar/protocol/mbus/search.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace busbar::protocol::mbus::test {

struct Slave {
  std::string address{};  ///< sixteen digits
  std::uint8_t primary = 0;
  bool mute = false;            ///< acknowledges, and sends nothing
  bool indiscriminate = false;  ///< takes every selection for its own
  bool nameless = false;        ///< telegrams without header
  bool selected = false;
};

class Bus {
 public:
  explicit Bus(std::vector<Slave> slaves) : slaves_{std::move(slaves)} {}

  /// What a master hears; of several answers the bits are mixed.
  Bytes ask(ByteView request) {
    ++requests;
    const LinkFrame frame = parse_link_frame(request).value();
    std::vector<Bytes> answers;
    for (Slave& slave : slaves_) {
      if (frame.kind == FrameKind::full && frame.ci == select_ci) {
        const Identity mask = identity_from_wire(frame.data);
        slave.selected = slave.indiscriminate || matches(mask, identity(slave));
        if (slave.selected) answers.push_back({acknowledgement});
        continue;
      }
      const bool its_own = frame.a == slave.primary;
      if (!its_own && !(frame.a == selected_address && slave.selected)) continue;
      if (frame.c == snd_nke) answers.push_back({acknowledgement});
      if ((frame.c & 0xDF) == req_ud2 && !slave.mute) answers.push_back(telegram(slave));
    }
    return mixed(answers);
  }

  static Identity identity(const Slave& slave) { return parse_secondary_address(slave.address).value(); }

  std::size_t requests = 0;

 private:
  static Bytes telegram(const Slave& slave) {
    if (slave.nameless) return build_long(rsp_ud, slave.primary, 0x78, *from_hex("01 7a 05")).value();
    const auto wire = to_wire(identity(slave));
    Bytes data{wire.begin(), wire.end()};
    // No two meters have the same reading.
    const auto reading = static_cast<std::uint8_t>(slave.primary * 37 + 11);
    data.insert(data.end(), {1, 0, 0, 0, 0x01, 0x13, reading});
    return build_long(rsp_ud, slave.primary, 0x72, data).value();
  }
  /// A space of any pulls the line; the frames begin together.
  static Bytes mixed(const std::vector<Bytes>& answers) {
    Bytes result;
    for (const Bytes& answer : answers) {
      if (result.size() < answer.size()) result.resize(answer.size(), 0xFF);
      for (std::size_t at = 0; at < answer.size(); ++at) result[at] &= answer[at];
    }
    return result;
  }

  std::vector<Slave> slaves_;
};

/// False when it had not ended after `most` questions.
inline bool run(Search& search, const std::function<Bytes(ByteView)>& ask, std::size_t most = 20000) {
  for (std::size_t n = 0; n < most; ++n) {
    const auto question = search.next();
    if (!question) return true;
    search.heard(classify(question->request, ask(question->request)));
  }
  return false;
}

inline std::vector<std::string> ids(const Search& search) {
  std::vector<std::string> result;
  for (const auto& meter : search.meters())
    result.push_back(meter.identity ? secondary_address(*meter.identity) : to_string(meter.asked));
  return result;
}

inline std::vector<std::string> oddities(const Search& search) {
  std::vector<std::string> result;
  for (const auto& oddity : search.oddities())
    result.push_back(to_string(oddity.address) + ": " + std::string{to_string(oddity.kind)});
  return result;
}

}  // namespace busbar::protocol::mbus::test
