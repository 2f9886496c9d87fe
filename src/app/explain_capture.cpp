#include "app/explain_capture.hpp"

#include "app/exit_code.hpp"
#include "channel/router.hpp"
#include "profile/totals.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <map>
#include <ostream>
#include <sstream>
#include <utility>
#include <vector>

namespace busbar::app {
namespace {

namespace capture = link::capture;
using capture::Event;
using capture::Kind;
using channel::Route;

struct Known {
  const profile::Profile* profile = nullptr;
  std::uint32_t address = 0;
  Bytes prefix{};
  profile::Totals totals{};
};

class Narrator {
 public:
  Narrator(const protocol::Codec& codec, const profile::Library& profiles, std::ostream& out)
      : profiles_{profiles}, out_{out}, reader_{codec}, router_{codec} {}

  void tell(const Event& event) {
    out_ << format_utc(event.utc) << "  ";
    switch (event.kind) {
      case Kind::device:
        return meet(event);
      case Kind::open:
        out_ << "link open\n";
        return reader_.clear();
      case Kind::refused:
        out_ << "link refused: " << to_string(*event.error) << "\n";
        return;
      case Kind::closed:
        out_ << "link closed\n";
        return router_.forget();
      case Kind::sent:
        return ask(event);
      case Kind::received:
        out_ << "< " << to_hex(event.bytes, ' ') << "\n";
        router_.heard(event.bytes);
        reader_.feed(event.bytes);
        while (const auto frame = reader_.next()) tell_frame(*frame);
        return tell_noise();
      case Kind::expired:
        return give_up();
      case Kind::done:
        out_ << "exchange " << event.exchange << " (" << event.device << " " << event.query
             << "): " << (event.error ? "failed, " + std::string{to_string(*event.error)} : "answered");
        if (event.attempts != 1) out_ << ", " << event.attempts << " attempts";
        out_ << "\n";
        return;
      case Kind::heard:
        out_ << event.device << " " << event.query << ": "
             << (event.error ? "nothing heard, " + std::string{to_string(*event.error)} : "heard") << "\n";
        return;
      case Kind::end:
        out_ << "end of the recording: " << event.reason << "\n";
        return;
    }
  }

 private:
  void meet(const Event& event) {
    const auto* const profile = profiles_.find(event.profile);
    devices_[event.device] = {profile, event.address, event.bytes};
    out_ << "device " << event.device << ": profile " << event.profile << ", address " << event.address
         << (profile == nullptr ? "; this profile is not at hand, see --profiles" : "") << "\n";
  }

  void ask(const Event& event) {
    out_ << "> " << to_hex(event.bytes, ' ') << "\n    " << event.device << " " << event.query
         << ", exchange " << event.exchange << "\n";
    if (reader_.buffered() > 0)
      out_ << "    " << reader_.buffered() << " byte(s) before it belong to nothing that was asked\n";
    reader_.clear();
    reader_.clear_fault();
    parts_.clear();
    router_.forget();
    const auto device = devices_.find(event.device);
    asked_ = device == devices_.end() || device->second.profile == nullptr ? nullptr : &device->second;
    query_ = asked_ == nullptr ? nullptr : asked_->profile->find(event.query);
    if (query_ == nullptr) return;
    protocol::Query request = query_->request;
    request.address = asked_->address;
    request.data.insert(request.data.begin(), asked_->prefix.begin(), asked_->prefix.end());
    asked_->totals.apply(*query_, request);
    router_.ask(std::move(request), event.bytes);
  }

  void tell_frame(const protocol::Frame& frame) {
    const Bytes bytes{frame.bytes.begin(), frame.bytes.end()};
    const profile::Profile* profile = asked_ == nullptr ? nullptr : asked_->profile;
    switch (router_.route(frame)) {
      case Route::part:
        parts_.push_back(bytes);
        out_ << "    part " << parts_.size() << " of the answer\n";
        return;
      case Route::answer:
        parts_.push_back(bytes);
        out_ << "    the answer\n";
        remember(router_.take_payload());
        return explain(profile, std::exchange(parts_, {}));
      case Route::invalid:
        out_ << "    an answer that contradicts itself: " << to_string(router_.fault()) << "\n";
        return;
      case Route::echo:
        out_ << "    echo of the request\n";
        return;
      case Route::late:
        out_ << "    late: answers a request that had been given up\n";
        break;
      case Route::unasked:
        out_ << "    foreign: a valid frame from address " << frame.address
             << " that answers nothing asked\n";
        break;
    }
    for (const auto& [id, device] : devices_)
      if (device.address == frame.address && device.profile != nullptr) profile = device.profile;
    explain(profile, {bytes});
  }

  void explain(const profile::Profile* profile, const std::vector<Bytes>& frames) {
    if (profile == nullptr) return;
    const auto text = profile::explain(*profile, frames);
    std::istringstream lines{text ? *text : to_string(text.error())};
    for (std::string line; std::getline(lines, line);) out_ << "    " << line << "\n";
  }

  /// What later answers need to know of this one.
  void remember(const Bytes& payload) {
    profile::CounterMemory memory;
    const auto decoded = query_->decoder.decode(payload, memory);
    if (decoded) asked_->totals.note(*asked_->profile, *decoded);
  }

  void tell_noise() {
    const auto skipped = reader_.bytes_skipped();
    if (skipped == told_) return;
    out_ << "    " << skipped - told_ << " byte(s) belong to no valid frame";
    if (const auto fault = reader_.last_fault()) out_ << ": " << to_string(*fault);
    out_ << "\n";
    told_ = skipped;
  }

  void give_up() {
    const auto damage = reader_.last_fault();
    const std::size_t unfinished = reader_.buffered();
    out_ << "the wait for the answer ends\n";
    // As the channel does: a true answer may stand behind a false start.
    while (const auto frame = reader_.next_after_silence()) tell_frame(*frame);
    tell_noise();
    if (router_.waiting()) out_ << "    " << to_string(router_.give_up(damage, unfinished)) << "\n";
  }

  const profile::Library& profiles_;
  std::ostream& out_;
  protocol::FrameReader reader_;
  channel::Router router_;
  std::map<std::string, Known> devices_;
  Known* asked_ = nullptr;
  const profile::ProfileQuery* query_ = nullptr;
  std::vector<Bytes> parts_;
  std::uint64_t told_ = 0;  ///< bytes of noise
};

}  // namespace

int explain_capture(const capture::Capture& recorded, const profile::Library& profiles, std::ostream& out) {
  const auto& header = recorded.header;
  const auto codec = protocol::make_codec(header.protocol, header.dialect);
  if (!codec) {
    out << codec.error().detail << "\n";
    return exit_data;
  }
  out << "channel " << header.channel << ", protocol " << header.protocol
      << (header.dialect.empty() ? "" : " " + header.dialect) << ", recorded by busbar " << header.version
      << " from " << format_utc(header.begin) << "\n";
  Narrator narrator{**codec, profiles, out};
  for (const Event& event : recorded.events) narrator.tell(event);
  if (recorded.cut_off) out << "the last line is cut off\n";
  return exit_ok;
}

}  // namespace busbar::app
