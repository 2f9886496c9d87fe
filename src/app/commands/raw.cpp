// busbar raw: one well-formed frame to one device, and an explanation of the answer. Writes only as the site
// file allows.
#include "app/command.hpp"
#include "app/exit_code.hpp"
#include "app/explain_bytes.hpp"
#include "app/target.hpp"
#include "async/race.hpp"
#include "async/wakeup.hpp"

#include <busbar/protocol/frame_reader.hpp>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <iostream>

namespace busbar::app {
namespace {

/// Whether these are, byte for byte, those of a setting that is allowed. Values do not come in raw frames:
/// 'busbar set' checks them.
bool allowed(const protocol::Query& query, const profile::Profile& profile,
             const DeviceConfiguration& device) {
  const auto is_it = [&](const profile::Setter::Choice& choice) {
    const auto& request = profile.queries[choice.query].request;
    return request.command == query.command && request.data == query.data;
  };
  return std::any_of(device.allow_writes.begin(), device.allow_writes.end(), [&](const std::string& name) {
    const auto* const setter = profile.find_setter(name);
    return setter != nullptr && !setter->formatted &&
           std::any_of(setter->choices.begin(), setter->choices.end(), is_it);
  });
}

/// The frame as a query, or a printed refusal: broken frames, forbidden commands and writes nobody allowed
/// stay here.
std::optional<protocol::Query> vet(ByteView bytes, const protocol::Codec& codec,
                                   const profile::Profile& profile, const DeviceConfiguration& device,
                                   int& code) {
  const auto scan = codec.scan(bytes);
  if (scan.outcome != protocol::Scan::Outcome::frame || scan.count != bytes.size()) {
    code = fail(exit_data, "not one whole " + profile.protocol + " frame" +
                               (scan.fault ? ": " + std::string{to_string(*scan.fault)} : std::string{}));
    return std::nullopt;
  }
  protocol::Query query;
  query.name = "raw";
  query.address = scan.frame.address;
  query.command = scan.frame.command;
  query.data.assign(scan.frame.payload.begin(), scan.frame.payload.end());
  for (const auto& known : profile.queries) {
    if (known.request.command != query.command) continue;
    // Of several writes with one command the data tells which it is.
    const bool closer = query.name == "raw" || known.request.data == query.data;
    query.write = query.write || known.request.write;
    if (!closer) continue;
    query.collect = known.request.collect;
    query.name = known.request.name;
  }
  if (const auto built = codec.build(query); !built) {
    code = fail(exit_no_permission, to_string(built.error()));
    return std::nullopt;
  }
  if (query.write && !allowed(query, profile, device)) {
    code = fail(exit_no_permission, "'" + query.name +
                                        "' changes the device; the site file must allow it: devices: " +
                                        device.id + ": allow_writes: [" + query.name + "]");
    return std::nullopt;
  }
  return query;
}

/// Reads until the answer is complete; the caller bounds the time.
asio::awaitable<void> collect(link::ByteStream& stream, const protocol::Codec& codec,
                              const protocol::Query& query, Bytes& received) {
  protocol::FrameReader reader{codec};
  std::vector<Bytes> payloads;
  std::array<std::uint8_t, 512> buffer{};
  for (;;) {
    const auto count = co_await stream.read_some(buffer);
    if (!count) co_return;
    received.insert(received.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    reader.feed(ByteView{buffer}.first(*count));
    while (const auto frame = reader.next()) {
      if (!codec.answers(query, *frame)) continue;
      payloads.emplace_back(frame->payload.begin(), frame->payload.end());
      const auto joined = codec.assemble(query, payloads);
      if (!joined || joined->has_value()) co_return;
      const Bytes more = codec.follow_up(query, payloads);
      if (more.empty()) continue;
      const auto written = co_await stream.write(more);
      if (!written) co_return;
    }
  }
}

asio::awaitable<Result<Bytes>> converse(link::Link& link, const protocol::Codec& codec,
                                        const protocol::Query& query, const Bytes& request,
                                        std::chrono::milliseconds timeout) {
  auto stream = co_await link.open();
  if (!stream) co_return stream.error();
  const auto written = co_await (*stream)->write(request);
  if (!written) co_return written.error();
  Bytes received;
  // What a cancelled read had taken is of no interest: the stream is closed next.
  auto answer = collect(**stream, codec, query, received);
  auto patience = async::wait_until(std::chrono::steady_clock::now() + timeout);
  co_await async::race(std::move(answer), std::move(patience));
  (*stream)->close();
  co_return received;
}

}  // namespace

int raw_command(const CommandArguments& arguments) {
  Arguments options{
      "busbar raw --hex \"ea d1 01 04 ff 02 f9 f5\" [--config FILE DEVICE | --link URL --profile NAME]",
      "Sends the frame once and explains whatever comes back within the timeout. Refused: bytes that are\n"
      "no valid frame, commands that must never be sent, and writes the site file does not allow by name."};
  declare_target(options);
  options.value("hex,x", "HEX", "the frame")
      .value("timeout,t", "MS", "how long to wait for the answer", "2000");
  if (const auto code = options.parse(arguments)) return *code;
  const auto timeout = options.integer("timeout", 1, 600000);
  if (!timeout) return exit_usage;
  const auto request = from_hex(options.text("hex"));
  if (!request || request->empty()) return usage_error("--hex is not a sequence of bytes in hex");
  int code = exit_ok;
  const auto target = choose_target(options, code);
  if (!target) return code;
  if (target->configuration.devices.size() != 1) return usage_error("raw: name one device of the site file");
  const auto& device = target->configuration.devices.front();
  const auto& profile = *target->profiles.find(device.profile);
  const auto codec = protocol::make_codec(profile.protocol, profile.dialect);
  if (!codec) return fail(exit_configuration, to_string(codec.error()));
  const auto query = vet(*request, **codec, profile, device, code);
  if (!query) return code;

  asio::io_context loop{1};
  auto link = link::make_link(target->configuration.channels.front().link);
  Result<Bytes> answer = Error{Errc::cancelled};
  std::exception_ptr failure;
  asio::co_spawn(loop, converse(*link, **codec, *query, *request, std::chrono::milliseconds{*timeout}),
                 [&](std::exception_ptr error, Result<Bytes> result) {
                   failure = error;
                   answer = std::move(result);
                 });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  std::cout << "> " << to_hex(*request, ' ') << "\n";
  if (!answer) return fail(exit_temporary, to_string(answer.error()));
  if (answer->empty())
    return fail(exit_temporary, "no answer from " + link->endpoint() + " within the timeout");
  std::cout << "< " << to_hex(*answer, ' ') << "\n";
  return explain_bytes(profile, *answer, std::cout);
}

}  // namespace busbar::app
