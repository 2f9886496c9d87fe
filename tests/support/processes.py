"""Child processes of benchmarks and fault runs, and what can be read about them from outside. Python 3, standard
library only."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path


def wait_until(condition, what, seconds=30.0):
    """Looks again and again; an error when `condition` does not come true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.02)


def free_ports(count=1, start=20000):
    """`count` consecutive ports that are free now, below the ephemeral range. They are not held until they are used: each
    process begins to look elsewhere, so that tests side by side do not take the same, also while what used it restarts."""
    ports = range(start, 32000 - count)
    shift = os.getpid() * 10 % len(ports)
    for first in (*ports[shift:], *ports[:shift]):
        with contextlib.ExitStack() as stack:
            try:
                for port in range(first, first + count):
                    probe = stack.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", port))
                return first
            except OSError:
                continue
    raise RuntimeError("no free ports")


def listens(port):
    with contextlib.closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Child:
    """A process with its output in a file; ended with the `with` block."""

    def __init__(self, command, environment=None):
        self.output = tempfile.NamedTemporaryFile("w+", prefix="busbar-child-", suffix=".log")
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=subprocess.DEVNULL, stderr=self.output,
            env={**os.environ, **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        return Path(self.output.name).read_text(errors="replace")

    def must_run(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.returncode}:\n{self.log()[-2000:]}")

    def memory(self):
        """KiB: resident, proportional and private dirty."""
        fields = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{self.pid}/smaps_rollup").read_text(), re.M))
        status = dict(re.findall(r"^(\w+):\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text(), re.M))
        return {"rss": int(status["VmRSS"]), "pss": int(fields["Pss"]), "dirty": int(fields["Private_Dirty"])}

    def cpu_seconds(self):
        """Of all threads there are, to the nanosecond where the kernel counts so; else in its ticks of 10 ms."""
        times = [path.read_text().split()[0] for path in Path(f"/proc/{self.pid}/task").glob("*/schedstat")]
        if times:
            return sum(map(int, times)) / 1e9
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def mosquitto(directory):
    port = free_ports(start=18830)
    config = Path(directory) / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
                      "max_queued_messages 0\nlog_type error\n")
    program = "/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else "mosquitto"
    broker = Child([program, "-c", config])
    wait_until(lambda: listens(port), "mosquitto", 10)
    broker.must_run()
    return broker, port


def simulator(busbar, lines=1, count=1, cells=16, baud=0):
    port = free_ports(lines)
    child = Child([busbar, "simulate", "orion", "--listen", f"127.0.0.1:{port}", "--lines", lines, "--count", count,
                   "--cells", cells, "--baud", baud])
    wait_until(lambda: listens(port + lines - 1) or child.must_run(), "the simulator")
    return child, port


def daemon(busbar, directory, config, environment=None):
    path = Path(directory) / "busbar.yaml"
    path.write_text(config)
    return Child([busbar, "--config", path, "--log-level", "warning"], environment)


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return answer.read().decode()


def metrics(port):
    """Series → value."""
    table = {}
    for line in get(port, "/metrics").splitlines():
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            table[series] = float(value)
    return table


def total(table, name, **labels):
    """Sum over all series of a metric that carry these labels."""
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(value for series, value in table.items()
               if re.match(re.escape(name) + r"(\{|$)", series) and all(label in series for label in wanted))
