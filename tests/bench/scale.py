"""Many channels and devices in one process: lateness, processor and memory, and how they grow with the number of devices."""

import dataclasses
import math
import os
import statistics
import tempfile
import threading
import time

from items import row, _up
from processes import daemon, free_ports, get, metrics, simulator, total, wait_until

PERIOD = 10  # seconds between two polls of a device
SCRAPE = 5  # seconds between two pages, where a collector is part of the measurement


@dataclasses.dataclass
class Figures:
    lines: int
    count: int
    late: float  # seconds, bound of the bucket of the 99th percentile
    latest: float  # the same of the last poll of all
    polls: float
    due: float
    failed: float
    cpu_share: float
    cpu_poll: float  # seconds
    rss: int  # KiB
    pss: int
    load: float  # of the machine, one minute
    pages: list  # of the collector: seconds and bytes of each

    @property
    def devices(self):
        return self.lines * self.count

    @property
    def name(self):
        return f"{self.lines} channels × {self.count} devices at {PERIOD} s"


def lateness(table):
    """Upper bound of a bucket in seconds → polls up to it."""
    return {float(series.split('"')[1]): value for series, value in table.items()
            if series.startswith("busbar_poll_lateness_seconds_bucket")}


def quantile(now, before, q):
    """The bound of the bucket in which the quantile of what came between lies."""
    counts = {bound: value - before[bound] for bound, value in now.items()}
    return min(bound for bound, count in counts.items() if count >= q * counts[math.inf])


def site(http, port, lines, count):
    channels = "".join(f'  c{n}: {{link: "tcp://127.0.0.1:{port + n}"}}\n' for n in range(lines))
    devices = "".join(f"  c{n}-p{m}: {{channel: c{n}, address: {m}}}\n" for n in range(lines) for m in range(1, count + 1))
    return f"""version: 1
defaults:
  device: {{profile: orion1000, intervals: {{voltages: {PERIOD}s, status: 0, capacity: 0, serial_number: 0}}}}
channels:
{channels}devices:
{devices}sinks:
  http: {{port: {http}}}
"""


class Collector:
    """Fetches the page again and again, as Prometheus does, without looking into it."""

    def __init__(self, port, period):
        self.port, self.period, self.pages, self.error = port, period, [], None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        try:
            while not self.ended.wait(self.period):
                begin = time.monotonic()
                size = len(get(self.port, "/metrics"))
                self.pages.append((time.monotonic() - begin, size))
        except OSError as error:
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
        if self.error:
            raise self.error


def measure(context, lines, count, seconds, scrape=None):
    with tempfile.TemporaryDirectory() as directory:
        server, port = simulator(context.busbar, lines=lines, count=count)
        http = free_ports(start=31000)
        with server, daemon(context.busbar, directory, site(http, port, lines, count)) as child:
            success = lambda table: total(table, "busbar_device_polls_total", outcome="success")  # noqa: E731
            wait_until(lambda: child.must_run() or _up(http), "the daemon", 120)
            end = time.monotonic() + 120
            while success(metrics(http)) < lines * count:  # a page of many devices costs more than their polls
                child.must_run()
                if time.monotonic() > end:
                    raise RuntimeError("waited two minutes in vain for one round")
                time.sleep(2)
            first = metrics(http)
            cpu, begin = child.cpu_seconds(), time.monotonic()
            pages = []
            if scrape is None:
                time.sleep(seconds)
            else:
                with Collector(http, scrape) as collector:
                    time.sleep(seconds)
                pages = collector.pages
            cpu, memory, elapsed = child.cpu_seconds() - cpu, child.memory(), time.monotonic() - begin
            last = metrics(http)
            between = time.monotonic() - begin  # two pages; the second of many devices takes a while
    polls = success(last) - success(first)
    late, before = lateness(last), lateness(first)
    return Figures(lines, count, quantile(late, before, 0.99), quantile(late, before, 1), polls, lines * count * between / PERIOD,
                   total(last, "busbar_device_polls_total", outcome="failed"), cpu / elapsed,
                   cpu / max(polls * elapsed / between, 1),
                   memory["rss"], memory["pss"], os.getloadavg()[0], pages)


def rows(figures, judged):
    late, share, rss = figures.late, figures.cpu_share, figures.rss
    return [
        row(f"{figures.name}: lateness, p99", f"≤ {late * 1000:g} ms (load {figures.load:.1f})",
            f"{figures.polls:.0f} polls of {figures.due:.0f} due, {figures.failed:.0f} failed",
            f"{figures.polls / figures.due:.3f}", "≤ 20 ms", late <= 0.020),
        row(f"{figures.name}: processor", f"{share:.1%} of a core, {figures.cpu_poll * 1e4:.2f} s per 10 000 polls", "", "",
            "≤ 25 %" if judged else "", share <= 0.25 if judged else None),
        row(f"{figures.name}: memory", f"RSS {rss / 1024:.1f} MiB, PSS {figures.pss / 1024:.1f} MiB",
            f"{rss / figures.devices:.1f} KiB a device", "", "≤ 60 MiB" if judged else "", rss <= 60 * 1024 if judged else None),
    ]


def scale(context):
    """200 channels of 10 devices, and 2000 channels of 5, each device polled every 10 s, in one process."""
    seconds = 20 if context.quick else 60
    return (rows(measure(context, 200, 10, seconds), True) + rows(measure(context, 2000, 5, seconds), False)
            + scraped(measure(context, 2000, 5, seconds, scrape=SCRAPE)))


def scraped(figures):
    """What a collector costs the polls."""
    took = [duration for duration, _ in figures.pages]
    size = figures.pages[-1][1]
    return [
        row(f"{figures.name}, a page each {SCRAPE} s: lateness, p99",
            f"≤ {figures.late * 1000:g} ms, all ≤ {figures.latest * 1000:g} ms (load {figures.load:.1f})",
            f"{figures.polls:.0f} polls of {figures.due:.0f} due, {figures.failed:.0f} failed",
            f"{figures.polls / figures.due:.3f}", "≤ 20 ms", figures.late <= 0.020),
        row("the same: a page", f"{statistics.median(took):.2f} s, at most {max(took):.2f} s", f"{size / 1e6:.1f} MB", "", "", None),
    ]


def curve(figures, value, left, title, unit):
    """One axis cross with a line through all points, both axes from zero."""
    width, height, top, bottom = 330, 200, 40, 240
    most_x, most_y = max(f.devices for f in figures), max(value(f) for f in figures) * 1.1
    place = [(left + width * f.devices / most_x, bottom - height * value(f) / most_y) for f in figures]
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#06c"/>' for x, y in place)
    labels = "".join(
        f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="{"end" if x > left + width / 2 else "middle"}">{value(f):.3g}</text>'
        for (x, y), f in zip(place, figures) if f.devices * 20 >= most_x)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in place)
    return (f'<path d="M{left} {top}V{bottom}H{left + width}" fill="none" stroke="#888"/><polyline points="{points}" '
            f'fill="none" stroke="#06c" stroke-width="2"/>{marks}{labels}<text x="{left}" y="{top - 16}">{title} ({unit})</text>'
            f'<text x="{left + width}" y="{bottom + 18}" text-anchor="end">{most_x} devices</text>'
            f'<text x="{left}" y="{bottom + 18}">0</text>')


def picture(figures):
    load = max(f.load for f in figures)
    return ('<svg xmlns="http://www.w3.org/2000/svg" width="800" height="300" font-family="sans-serif" font-size="12">'
            '<rect width="800" height="300" fill="#fff"/>'
            + curve(figures, lambda f: 100 * f.cpu_share, 40, "processor", "% of a core")
            + curve(figures, lambda f: f.rss / 1024, 440, "resident memory", "MiB")
            + f'<text x="40" y="285">every device polled each {PERIOD} s, ten to a channel; load of the machine up to {load:.1f}'
            '</text></svg>\n')


def growth(context):
    """How processor and memory grow with the number of devices, ten to a channel; a picture with --plot FILE.svg."""
    seconds = 20 if context.quick else 60
    figures = [measure(context, lines, 10, seconds) for lines in (1, 10, 50, 100, 200)]
    if context.plot is not None:
        context.plot.write_text(picture(figures), encoding="utf-8")
    found = []
    for f in figures:
        found.append(row(f"{f.devices} devices", f"{f.cpu_share:.2%} of a core, {f.cpu_poll * 1e6:.0f} µs a poll (load {f.load:.1f})",
                         f"RSS {f.rss / 1024:.1f} MiB, PSS {f.pss / 1024:.1f} MiB", "", "", None))
    small, large = figures[1], figures[-1]
    ratio = large.cpu_poll / small.cpu_poll
    found.append(row(f"a poll with {large.devices} devices", f"{large.cpu_poll * 1e6:.0f} µs",
                     f"with {small.devices} devices {small.cpu_poll * 1e6:.0f} µs", f"{ratio:.2f}", "≤ 1.5", ratio <= 1.5))
    return found


ALL = {"scale": scale, "growth": growth}
