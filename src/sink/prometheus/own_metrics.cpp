// The daemon's own state as metrics: process, devices, channels, sinks. One table row is one metric.
#include "sink/prometheus/own_metrics.hpp"

#include "sink/prometheus/text_format.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace busbar::sink::prometheus {
namespace {

using enum MetricType;
using Maybe = std::optional<double>;

template <class Duration>
double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double count(std::uint64_t value) { return static_cast<double>(value); }

/// One metric of every row of a list; an empty value leaves the sample out.
template <class Row>
struct Metric {
  std::string_view name;
  std::string_view help;
  MetricType type;
  Maybe (*value)(const Row&, Steady now);
};

/// Lines for every row, in parts of so many rows.
template <class Row>
void add_lines(Parts& parts, const std::vector<Row>& rows,
               std::function<void(std::string&, const Row&)> line) {
  constexpr std::size_t at_once = 128;
  for (std::size_t begin = 0; begin < rows.size(); begin += at_once) {
    const std::span part = std::span{rows}.subspan(begin, std::min(at_once, rows.size() - begin));
    parts.emplace_back([part, line](std::string& out) {
      for (const Row& row : part) line(out, row);
    });
  }
}

void add_family(Parts& parts, Family family) {
  parts.emplace_back([family = std::move(family)](std::string& out) { append_family(out, family); });
}

template <class Row>
void add_rows(Parts& parts, std::string_view label_name_, const std::vector<Row>& rows,
              std::string (*id)(const Row&), std::initializer_list<Metric<Row>> metrics, Steady now) {
  for (const Metric<Row>& metric : metrics) {
    if (std::ranges::none_of(rows, [&](const Row& row) { return metric.value(row, now).has_value(); }))
      continue;
    add_family(parts, {std::string{metric.name}, std::string{metric.help}, metric.type});
    add_lines<Row>(parts, rows, [=](std::string& out, const Row& row) {
      const Maybe value = metric.value(row, now);
      if (value) append_sample(out, metric.name, label(label_name_, id(row)), {}, *value);
    });
  }
}

void append_single(std::string& out, std::string_view name, std::string_view help, MetricType type,
                   double value) {
  append_family(out, {std::string{name}, std::string{help}, type});
  append_sample(out, name, {}, {}, value);
}

void append_process(std::string& out, const Health& health, const Process& process) {
  append_family(out, {"busbar_build_info", "Version of the daemon, always 1.", gauge});
  append_sample(out, "busbar_build_info", label("version", health.version), {}, 1);
  append_single(out, "busbar_up", "1 while the daemon runs.", gauge, 1);
  append_single(out, "busbar_process_start_time_seconds", "Start of the daemon, Unix time.", gauge,
                count(static_cast<std::uint64_t>(health.started.time_since_epoch().count())) / 1000);
  append_single(out, "busbar_process_uptime_seconds", "Time since the outputs were started.", gauge,
                seconds(std::chrono::duration_cast<std::chrono::milliseconds>(process.uptime)));
  if (process.resident_bytes)
    append_single(out, "busbar_process_resident_memory_bytes", "Resident memory.", gauge,
                  count(*process.resident_bytes));
  if (process.cpu_seconds)
    append_single(out, "busbar_process_cpu_seconds_total", "Processor time used.", counter,
                  *process.cpu_seconds);
}

Maybe up(const DeviceHealth& device, Steady) {
  if (device.availability == Availability::unknown) return std::nullopt;
  return device.availability == Availability::online ? 1 : 0;
}

Maybe last_success(const DeviceHealth& device, Steady) {
  if (!device.last_success) return std::nullopt;
  return static_cast<double>(device.last_success->time_since_epoch().count()) / 1000;
}

Maybe last_success_age(const DeviceHealth& device, Steady now) {
  if (!device.last_success_steady) return std::nullopt;
  return seconds(std::chrono::duration_cast<std::chrono::milliseconds>(now - *device.last_success_steady));
}

Maybe of_spool(const SinkAccount& sink, std::uint64_t SpoolHealth::*value) {
  return sink.spool ? Maybe{count(*sink.spool.*value)} : std::nullopt;
}

/// Of devices on which the site allows to set something; most allow nothing.
void add_writes(Parts& parts, const std::vector<DeviceHealth>& devices) {
  if (std::ranges::none_of(devices, &DeviceHealth::writable)) return;
  add_family(parts, {"busbar_device_writes_total",
                     "Attempts to set something by verdict; refused: nothing was sent.", counter});
  add_lines<DeviceHealth>(parts, devices, [](std::string& out, const DeviceHealth& device) {
    for (std::size_t i = 0; device.writable && i < verdicts; ++i)
      append_sample(out, "busbar_device_writes_total", label("device", device.id),
                    label("verdict", to_string(static_cast<Verdict>(i))), count(device.writes[i]));
  });
}

/// Metrics with a second label: outcome, reason, state, quantile.
void add_device_tables(Parts& parts, const std::vector<DeviceHealth>& devices) {
  if (devices.empty()) return;
  add_family(parts, {"busbar_device_polls_total",
                     "Polls by outcome: success, failed, skipped (the one before was "
                     "still under way), discarded (breaker open), refused (the device does not "
                     "know the query).",
                     counter});
  add_lines<DeviceHealth>(parts, devices, [](std::string& out, const DeviceHealth& device) {
    const std::string id = label("device", device.id);
    for (const auto& [outcome, polls] : {std::pair{"success", device.polls_success},
                                         {"failed", device.polls_failed},
                                         {"skipped", device.polls_skipped},
                                         {"discarded", device.polls_discarded},
                                         {"refused", device.polls_refused}})
      append_sample(out, "busbar_device_polls_total", id, label("outcome", outcome), count(polls));
  });

  add_family(parts, {"busbar_device_errors_total", "Errors of exchanges by reason.", counter});
  add_lines<DeviceHealth>(parts, devices, [](std::string& out, const DeviceHealth& device) {
    for (const auto& [reason, errors] : device.errors)
      append_sample(out, "busbar_device_errors_total", label("device", device.id),
                    label("reason", to_string(reason)), count(errors));
  });

  add_writes(parts, devices);
  add_family(parts,
             {"busbar_device_breaker_state", "1 for the present state of the circuit breaker.", gauge});
  add_lines<DeviceHealth>(parts, devices, [](std::string& out, const DeviceHealth& device) {
    for (const Breaker state : {Breaker::closed, Breaker::open, Breaker::half_open})
      append_sample(out, "busbar_device_breaker_state", label("device", device.id),
                    label("state", to_string(state)), device.breaker == state ? 1 : 0);
  });

  add_family(parts, {"busbar_device_latency_seconds",
                     "Request sent to last byte of the response, over recent "
                     "exchanges; quantile 1 is the longest.",
                     summary});
  add_lines<DeviceHealth>(parts, devices, [](std::string& out, const DeviceHealth& device) {
    if (device.latency.count == 0) return;
    for (const auto& [quantile, milliseconds] :
         {std::pair{"0.5", device.latency.p50}, {"0.99", device.latency.p99}, {"1", device.latency.max}})
      append_sample(out, "busbar_device_latency_seconds", label("device", device.id),
                    label("quantile", quantile), milliseconds / 1000);
  });
}

/// One histogram for all devices: quantiles of single devices cannot be added up.
void append_lateness(std::string& out, const std::vector<DeviceHealth>& devices) {
  constexpr std::string_view name = "busbar_poll_lateness_seconds";
  Lateness all;
  for (const DeviceHealth& device : devices) all += device.lateness;
  append_family(out, {std::string{name}, "How long after their tick polls started.", histogram});
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < all.counts.size(); ++i) {
    below += all.counts[i];
    std::string bound;
    if (i < Lateness::bounds.size()) append_number(bound, Lateness::bounds[i]);
    append_sample(out, std::string{name} + "_bucket", label("le", bound.empty() ? "+Inf" : bound), {},
                  count(below));
  }
  append_sample(out, std::string{name} + "_sum", {}, {}, all.sum);
  append_sample(out, std::string{name} + "_count", {}, {}, count(below));
}

void add_devices(Parts& parts, const Health& health) {
  using D = DeviceHealth;
  add_rows<D>(
      parts, "device", health.devices, [](const D& d) { return d.id; },
      {{"busbar_device_up", "1 when the device answers, 0 when it is offline; absent until known.", gauge,
        up},
       {"busbar_device_last_success_timestamp_seconds", "Unix time of the last successful poll.", gauge,
        last_success},
       {"busbar_device_last_success_age_seconds", "Time since the last successful poll.", gauge,
        last_success_age},
       {"busbar_device_readings_total", "Readings decoded.", counter,
        [](const D& d, Steady) { return Maybe{count(d.readings)}; }},
       {"busbar_device_implausible_total",
        "Fields dropped as implausible: out of range, or a counter that fell.", counter,
        [](const D& d, Steady) { return Maybe{count(d.implausible)}; }},
       {"busbar_device_anomalies_total", "Contradictions inside valid frames.", counter,
        [](const D& d, Steady) { return Maybe{count(d.anomalies)}; }}},
      health.now);
  add_device_tables(parts, health.devices);
  parts.emplace_back([&health](std::string& out) { append_lateness(out, health.devices); });
}

void add_channels(Parts& parts, const Health& health) {
  using C = ChannelHealth;
  add_rows<C>(
      parts, "channel", health.channels, [](const C& c) { return c.id; },
      {{"busbar_channel_connected", "1 while the link is open.", gauge,
        [](const C& c, Steady) { return Maybe{c.connected ? 1 : 0}; }},
       {"busbar_channel_reconnects_total", "Successful opens after the first.", counter,
        [](const C& c, Steady) { return Maybe{count(c.connects > 0 ? c.connects - 1 : 0)}; }},
       {"busbar_channel_connect_failures_total", "Failed attempts to open the link.", counter,
        [](const C& c, Steady) { return Maybe{count(c.connect_failures)}; }},
       {"busbar_channel_sent_bytes_total", "Bytes written.", counter,
        [](const C& c, Steady) { return Maybe{count(c.bytes_sent)}; }},
       {"busbar_channel_received_bytes_total", "Bytes read.", counter,
        [](const C& c, Steady) { return Maybe{count(c.bytes_received)}; }},
       {"busbar_channel_skipped_bytes_total",
        "Bytes read that were part of no valid frame, or an echo of the request.", counter,
        [](const C& c, Steady) { return Maybe{count(c.bytes_skipped)}; }},
       {"busbar_channel_frames_total", "Valid frames.", counter,
        [](const C& c, Steady) { return Maybe{count(c.frames)}; }},
       {"busbar_channel_late_frames_total", "Answers to requests that had timed out already.", counter,
        [](const C& c, Steady) { return Maybe{count(c.late_frames)}; }},
       {"busbar_channel_foreign_frames_total", "Valid frames nobody asked for.", counter,
        [](const C& c, Steady) { return Maybe{count(c.foreign_frames)}; }},
       {"busbar_channel_retries_total", "Requests sent again after a transient error.", counter,
        [](const C& c, Steady) { return Maybe{count(c.retries)}; }},
       {"busbar_channel_timeouts_total", "Requests without an answer in time.", counter,
        [](const C& c, Steady) { return Maybe{count(c.timeouts)}; }},
       {"busbar_channel_queue_depth", "Requests waiting for their turn.", gauge,
        [](const C& c, Steady) { return Maybe{count(c.queue_depth)}; }},
       {"busbar_channel_busy_seconds_total", "Time with a request in flight.", counter,
        [](const C& c, Steady) { return Maybe{seconds(c.busy)}; }}},
      health.now);
}

void add_sinks(Parts& parts, const Health& health) {
  using S = SinkAccount;
  add_rows<S>(
      parts, "sink", health.sinks, [](const S& s) { return s.name; },
      {{"busbar_sink_healthy", "1 while the output works.", gauge,
        [](const S& s, Steady) { return Maybe{s.healthy ? 1 : 0}; }},
       {"busbar_sink_accepted_total", "Entries taken; equals acknowledged + queued + dropped + coalesced.",
        counter, [](const S& s, Steady) { return Maybe{count(s.accepted)}; }},
       {"busbar_sink_acknowledged_total", "Entries delivered.", counter,
        [](const S& s, Steady) { return Maybe{count(s.acknowledged)}; }},
       {"busbar_sink_queued", "Entries waiting.", gauge,
        [](const S& s, Steady) { return Maybe{count(s.queued)}; }},
       {"busbar_sink_dropped_total", "Entries lost.", counter,
        [](const S& s, Steady) { return Maybe{count(s.dropped)}; }},
       {"busbar_sink_coalesced_total", "Entries replaced by newer ones before they were delivered.", counter,
        [](const S& s, Steady) { return Maybe{count(s.coalesced)}; }},
       {"busbar_sink_errors_total", "Failed attempts to deliver.", counter,
        [](const S& s, Steady) { return Maybe{count(s.errors)}; }}},
      health.now);
}

/// Only of sinks that keep every report; ages by the wall clock, as the reports were stamped.
void add_spools(Parts& parts, const Health& health) {
  using S = SinkAccount;
  add_rows<S>(
      parts, "sink", health.sinks, [](const S& s) { return s.name; },
      {{"busbar_spool_memory_records", "Reports waiting in memory only.", gauge,
        [](const S& s, Steady) { return of_spool(s, &SpoolHealth::memory_records); }},
       {"busbar_spool_disk_records", "Reports in the file.", gauge,
        [](const S& s, Steady) { return of_spool(s, &SpoolHealth::disk_records); }},
       {"busbar_spool_disk_bytes", "Bytes of the reports in the file.", gauge,
        [](const S& s, Steady) { return of_spool(s, &SpoolHealth::disk_bytes); }},
       {"busbar_spool_oldest_timestamp_seconds", "Unix time of the oldest report that waits.", gauge,
        [](const S& s, Steady) {
          if (!s.spool || !s.spool->oldest) return Maybe{};
          return Maybe{static_cast<double>(s.spool->oldest->time_since_epoch().count()) / 1000};
        }},
       {"busbar_spool_dropped_total", "Reports lost: beyond a limit, damaged, or too large for the broker.",
        counter, [](const S& s, Steady) { return of_spool(s, &SpoolHealth::dropped); }},
       {"busbar_spool_writes_total", "Transactions that changed the file.", counter,
        [](const S& s, Steady) { return of_spool(s, &SpoolHealth::writes); }},
       {"busbar_spool_errors_total", "Transactions that failed.", counter,
        [](const S& s, Steady) { return of_spool(s, &SpoolHealth::errors); }}},
      health.now);
}

}  // namespace

void add_own_metrics(Parts& parts, const Health& health, const Process& process) {
  parts.emplace_back([&health, process](std::string& out) { append_process(out, health, process); });
  add_devices(parts, health);
  add_channels(parts, health);
  add_sinks(parts, health);
  add_spools(parts, health);
}

}  // namespace busbar::sink::prometheus
