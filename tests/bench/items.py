"""The items of the table of docs/performance.md. Each takes a Context and returns rows."""

import dataclasses
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import Child, daemon, free_ports, get, metrics, mosquitto, simulator, total, wait_until


@dataclasses.dataclass
class Context:
    root: Path
    build: Path
    quick: bool
    plot: Path | None = None

    @property
    def busbar(self):
        return self.build / "src" / "busbar"

    def bench(self, name):
        return self.build / "tests" / "bench" / name


def row(item, measured, peer, ratio, goal, met):
    return (item, measured, peer, ratio, goal, "" if met is None else "met" if met else "MISSED")


def decode(context):
    """Frame check and all readings of a 16-cell frame beside one checksum-and-copy pass."""
    done = subprocess.run(
        [context.bench("bench_decode"), "--benchmark_format=json", "--benchmark_enable_random_interleaving=true",
         f"--benchmark_repetitions={3 if context.quick else 9}", "--benchmark_min_time=0.2",
         "--benchmark_report_aggregates_only=true"], capture_output=True, text=True, check=True)
    nanoseconds = {entry["run_name"]: entry["real_time"] for entry in json.loads(done.stdout)["benchmarks"]
                   if entry["aggregate_name"] == "median"}
    whole, floor, check = nanoseconds["decode"], nanoseconds["checksum_and_copy"], nanoseconds["frame_check"]
    return [row("decode of a 16-cell frame", f"{whole:.0f} ns ({1e3 / whole:.2f} M frames/s; frame check {check:.0f} ns)",
                f"checksum and copy {floor:.1f} ns", f"{whole / floor:.1f}", "≤ 15", whole <= 15 * floor)]


def mbus(context):
    """Check and all records of an M-Bus telegram beside one checksum-and-copy pass; with the corpus, of all its frames."""
    done = subprocess.run(
        [context.bench("bench_mbus"), "--benchmark_format=json", f"--benchmark_repetitions={3 if context.quick else 9}",
         "--benchmark_min_time=0.2", "--benchmark_report_aggregates_only=true"], capture_output=True, text=True, check=True)
    nanoseconds = {entry["run_name"]: entry["real_time"] for entry in json.loads(done.stdout)["benchmarks"]
                   if entry["aggregate_name"] == "median"}
    rows = []
    for name, what in (("heat_meter", "decode of an M-Bus telegram, 10 records"), ("corpus", "decode of the M-Bus corpus")):
        if f"{name}/values" in nanoseconds:
            whole, floor = nanoseconds[f"{name}/values"], nanoseconds[f"{name}/checksum_and_copy"]
            rows.append(row(what, f"{whole:.0f} ns ({1e3 / whole:.2f} M telegrams/s)", f"checksum and copy {floor:.1f} ns",
                            f"{whole / floor:.1f}", "≤ 25", whole <= 25 * floor))
    return rows


# Decodes a second of mpp-solar 0.16.57 on an AMD EPYC, used where the package is not at hand to measure beside.
PUBLISHED = {"qpigs": 8200, "vedirect": 4480}


def text(context):
    """QPIGS and VE.Direct blocks to readings, beside mpp-solar on the same bytes: BUSBAR_MPP_SOLAR names a Python that has it."""
    program = context.bench("bench_text")
    done = subprocess.run(
        [program, "--benchmark_format=json", f"--benchmark_repetitions={3 if context.quick else 9}",
         "--benchmark_min_time=0.2", "--benchmark_report_aggregates_only=true"], capture_output=True, text=True, check=True)
    rates = {entry["run_name"].split("/")[1]: 1e9 / entry["real_time"] for entry in json.loads(done.stdout)["benchmarks"]
             if entry["aggregate_name"] == "median"}
    python = os.environ.get("BUSBAR_MPP_SOLAR")
    peers, source = PUBLISHED, "published figure of mpp-solar, NOT measured in this run (BUSBAR_MPP_SOLAR is not set)"
    if python:
        frames = subprocess.run([program, "--frames"], capture_output=True, text=True, check=True).stdout.split()
        peer = subprocess.run([python, Path(__file__).with_name("peer_text.py"), *frames, "1" if context.quick else "5"],
                              capture_output=True, text=True, check=True)
        peers = dict(zip(("qpigs", "vedirect"), map(float, peer.stdout.split())))
        source = "mpp-solar on the same bytes"
    return [row(what, f"{rates[name] / 1e3:.0f} k/s", f"{peers[name]:.0f}/s: {source}", f"{rates[name] / peers[name]:.0f}",
                "≥ 100", rates[name] >= 100 * peers[name])
            for name, what in (("qpigs", "decode of QPIGS, 21 words"), ("vedirect", "decode of a VE.Direct block, 12 fields"))]


def latency(context):
    """Last response byte → MQTT subscriber, beside a bare Paho publish → subscribe on the same broker."""
    rounds = 100 if context.quick else 1000
    with tempfile.TemporaryDirectory() as directory:
        broker, port = mosquitto(directory)
        with broker:
            done = subprocess.run([context.bench("bench_latency"), context.busbar, str(port), str(rounds)],
                                  capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    bare50, bare99, through50, through99, _ = map(float, done.stdout.split())
    return [row("last response byte → MQTT subscriber, median", f"{through50:.0f} µs (p99 {through99:.0f} µs)",
                f"bare Paho {bare50:.0f} µs (p99 {bare99:.0f} µs)", f"{through50 / bare50:.2f}", "≤ 1.5",
                through50 <= 1.5 * bare50)]


PYTHON_PEER = "import asyncio, json, ssl; asyncio.run(asyncio.sleep(600))"


def memory(context):
    """Resident memory with all three sinks, beside an idle Python process that has imported what such a daemon needs."""
    with tempfile.TemporaryDirectory() as directory:
        broker, mqtt = mosquitto(directory)
        server, port = simulator(context.busbar, count=1, cells=16)
        http = free_ports(start=21000)
        with broker, server, daemon(context.busbar, directory, f"""version: 1
channels:
  bus: {{link: "tcp://127.0.0.1:{port}"}}
devices:
  pack: {{profile: orion1000, address: 1, intervals: {{voltages: 1s, status: 1s, capacity: 2s}}}}
sinks:
  mqtt: {{url: "mqtt://127.0.0.1:{mqtt}"}}
  textfile: {{path: "{directory}/busbar.prom", interval: 2s}}
  http: {{port: {http}}}
""") as child, Child([sys.executable, "-c", PYTHON_PEER]) as peer:
            enough = 20 if context.quick else 60
            wait_until(lambda: child.must_run() or (_up(http) and total(
                metrics(http), "busbar_device_polls_total", outcome="success") >= enough), "polls", 120)
            ours, theirs = child.memory(), peer.memory()
    mib = lambda kib: f"{kib / 1024:.1f}"  # noqa: E731
    return [row("RSS with MQTT, textfile and HTTP", f"{mib(ours['rss'])} MiB (PSS {mib(ours['pss'])}, private dirty "
                f"{mib(ours['dirty'])})", f"python3 asyncio+ssl+json, idle: {mib(theirs['rss'])} MiB (PSS "
                f"{mib(theirs['pss'])}, private dirty {mib(theirs['dirty'])})", f"{ours['rss'] / theirs['rss']:.2f}",
                "≤ 12 MiB", ours["rss"] <= 12 * 1024)]


def start(context):
    """fork → READY=1 on the notify socket, beside the shortest run of the same program and a Python interpreter."""
    def ready(directory, number):
        path = f"{directory}/notify{number}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(path)
            notify.settimeout(10)
            begin = time.monotonic()
            with Child([context.busbar, "--config", f"{directory}/busbar.yaml", "--log-level", "warning"],
                       {"NOTIFY_SOCKET": path}):
                while b"READY=1" not in notify.recv(4096):
                    pass
                return (time.monotonic() - begin) * 1000

    def run(*command):
        begin = time.monotonic()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return (time.monotonic() - begin) * 1000

    with tempfile.TemporaryDirectory() as directory:
        broker, mqtt = mosquitto(directory)
        server, port = simulator(context.busbar)
        http = free_ports(start=21000)
        with broker, server:
            Path(directory, "busbar.yaml").write_text(f"""version: 1
channels:
  bus: {{link: "tcp://127.0.0.1:{port}"}}
devices:
  pack: {{profile: orion1000, address: 1}}
sinks:
  mqtt: {{url: "mqtt://127.0.0.1:{mqtt}"}}
  textfile: {{path: "{directory}/busbar.prom"}}
  http: {{port: {http}}}
""")
            times = [ready(directory, number) for number in range(10)]
    floor = statistics.median(run(context.busbar, "--version") for _ in range(10))
    python = statistics.median(run(sys.executable, "-c", "import asyncio, json, ssl") for _ in range(5))
    median = statistics.median(times)
    return [row("start → READY=1, median of 10", f"{median:.1f} ms ({min(times):.1f} to {max(times):.1f})",
                f"busbar --version {floor:.1f} ms; python3 imports {python:.0f} ms", f"{median / floor:.1f}", "≤ 50 ms",
                median <= 50)]


def build_time(context):
    """A clean clone, daemon and unit tests, two jobs, no ccache."""
    with tempfile.TemporaryDirectory() as directory:
        clone = Path(directory) / "busbar"
        subprocess.run(["git", "clone", "-q", context.root, clone], check=True)
        environment = {**os.environ, "CCACHE_DISABLE": "1"}
        begin = time.monotonic()
        subprocess.run(["cmake", "-S", clone, "-B", clone / "build", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug"],
                       check=True, capture_output=True, env=environment)
        targets = subprocess.run(["ninja", "-C", clone / "build", "-t", "targets", "all"], check=True,
                                 capture_output=True, text=True).stdout
        units = sorted({line.split(":")[0] for line in targets.splitlines()
                        if line.startswith("unit_") and "/" not in line.split(":")[0]})
        subprocess.run(["ninja", "-C", clone / "build", "-j2", "busbar", *units], check=True, capture_output=True,
                       env=environment)
        minutes = (time.monotonic() - begin) / 60
        lines = subprocess.run("git ls-files '*.cpp' '*.hpp' | xargs cat | wc -l", shell=True, check=True, cwd=clone,
                               capture_output=True, text=True).stdout.strip()
    return [row("clean build of daemon and unit tests, 2 jobs", f"{minutes:.1f} min", f"{lines} lines of C++", "",
                "≤ 8 min", minutes <= 8)]


def _up(port):
    try:
        return bool(get(port, "/healthz"))
    except OSError:
        return False


ALL = {"decode": decode, "mbus": mbus, "text": text, "latency": latency, "memory": memory, "start": start,
       "build-time": build_time}
