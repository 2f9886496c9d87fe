"""The daemon under fault: its configuration, what it publishes compared with what the packs said, its account."""

import asyncio
import collections
import dataclasses
import json
import os
import signal
import urllib.request
from pathlib import Path

import packs
from processes import free_ports

QUICK_CHANNEL = ("spacing: 0, after_connect: 0, timeout: 40ms, settle: 20ms, retries: 0, reconnect: {min: 10ms, max: 100ms}, "
                 "breaker: {failures: 1000, probe_min: 100ms, probe_max: 200ms}")


@dataclasses.dataclass
class Line:
    """One channel and the packs on it."""
    port: int
    addresses: range


def configuration(lines, sinks, channel=QUICK_CHANNEL, intervals="voltages: 10ms, status: 10ms, capacity: 10ms, "
                  "serial_number: 50ms"):
    text = "version: 1\nchannels:\n"
    for number, line in enumerate(lines):
        text += f"  bus{number}: {{link: \"tcp://127.0.0.1:{line.port}\", {channel}}}\n"
    text += "devices:\n"
    for number, line in enumerate(lines):
        for address in line.addresses:
            text += (f"  p{number}-{address}: {{channel: bus{number}, profile: orion1000, address: {address}, "
                     f"offline_after: 1000, intervals: {{{intervals}}}}}\n")
    return text + "sinks:\n" + sinks


class Daemon:
    """A busbar that writes JSON lines, of which each is checked as it comes."""

    def __init__(self, busbar, directory, config, environment=None):
        self.busbar, self.path, self.environment = busbar, Path(directory) / "busbar.yaml", environment
        self.http = free_ports(start=21000)
        self.path.write_text(config + f"  screen: {{format: jsonl}}\n  http: {{port: {self.http}}}\n")
        self.reports = collections.Counter()  # by device
        self.wrong = []
        self.log = collections.deque(maxlen=200)
        self.check = self.compare
        self.newest = {}  # device and query → timestamp

    async def __aenter__(self):
        self.process = await asyncio.create_subprocess_exec(
            str(self.busbar), "--config", str(self.path), "--log-level", "error", stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env={**os.environ, **(self.environment or {})}, limit=1 << 20)
        self.readers = [asyncio.create_task(self.read_reports()), asyncio.create_task(self.read_log())]
        await self.until(lambda: self.reports, "the first report")
        return self

    async def __aexit__(self, _, error, __):
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self.process.wait(), 10)
            except asyncio.TimeoutError:
                self.wrong.append("did not end within 10 s of SIGTERM")
                self.process.kill()
        await asyncio.gather(*self.readers)
        await self.process.wait()
        if self.process.returncode != 0:
            self.wrong.append(f"ended with {self.process.returncode}: {' / '.join(list(self.log)[-3:])}")
        if error and (self.wrong or self.log):
            # What the daemon says of it would go under with the fault.
            raise RuntimeError(f"{error}; " + " / ".join([*self.wrong[:5], *list(self.log)[-3:]])) from error

    async def read_reports(self):
        async for line in self.process.stdout:
            report = json.loads(line)
            self.reports[report["device"]] += 1
            self.in_order(report)
            self.check(report)

    async def read_log(self):
        async for line in self.process.stderr:
            self.log.append(line.decode(errors="replace").rstrip())

    def in_order(self, report):
        """No report comes after a later one of the same query; where the wall clock is stepped, `newest` is None."""
        if self.newest is None:
            return
        key = report["device"], report["query"]
        if report["timestamp"] < self.newest.get(key, ""):
            self.wrong.append(f"a report of {key} of {report['timestamp']} after one of {self.newest[key]}")
        self.newest[key] = report["timestamp"]

    def compare(self, report):
        """Every value is the one that this pack says."""
        address = int(report["device"].rpartition("-")[2])
        for key, value in packs.readings(address)[report["query"]].items():
            said = report["readings"].get(key)
            if said != value:
                self.wrong.append(f"{report['device']} {key} is {said}, the pack says {value}")

    async def until(self, condition, what, seconds=60.0):
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            if self.process.returncode is not None:
                raise RuntimeError(f"busbar ended with {self.process.returncode}: {' / '.join(list(self.log)[-3:])}")
            if asyncio.get_running_loop().time() > deadline:
                self.wrong.append(f"waited {seconds:.0f} s in vain for {what}")
                return False
            await asyncio.sleep(0.02)
        return True

    async def all_report(self, seconds=30.0):
        """Every device reports anew."""
        before = dict(self.reports)
        devices = self.path.read_text().count("profile:")
        return await self.until(lambda: sum(self.reports[device] > before.get(device, 0) for device in self.reports)
                                == devices, "a report of every device", seconds)

    async def metrics(self):
        def fetch():
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/metrics", timeout=10) as answer:
                return answer.read().decode()
        table = {}
        for line in (await asyncio.to_thread(fetch)).splitlines():
            if line and not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                table[series] = float(value)
        return table

    async def close_account(self):
        """Per sink: accepted = acknowledged + queued + dropped + coalesced. What does not add up is lost."""
        table = await self.metrics()
        lost = {}
        for series, accepted in table.items():
            if series.startswith("busbar_sink_accepted_total"):
                labels = series.removeprefix("busbar_sink_accepted_total")
                parts = [table["busbar_sink_" + name + labels]
                         for name in ("acknowledged_total", "queued", "dropped_total", "coalesced_total")]
                lost[labels] = accepted - sum(parts)
        self.wrong += [f"sink {labels} lost {count:.0f}" for labels, count in lost.items() if count != 0]
        return table

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    async def most_descriptors(self):
        """While all is well: at a single moment, a line that was slow may just be closed and opened anew."""
        most = 0
        for _ in range(20):
            most = max(most, self.descriptors())
            await asyncio.sleep(0.02)
        return most

    async def leaked_descriptors(self, before):
        """More than before that stay open; what a new connection needs for a moment does not."""
        await self.until(lambda: self.descriptors() <= before, f"no more than {before} descriptors to be open", 10)
        return max(0, self.descriptors() - before)

    def resident(self):
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
