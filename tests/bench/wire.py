"""How much of a wire the daemon uses: polls of 1, 8 and 32 devices at 9600 and 115200 baud, beside what bytes and spacing allow."""

import contextlib
import tempfile
import time

from items import row
from processes import daemon, free_ports, metrics, simulator, total, wait_until

EXCHANGE = 53  # bytes of a question for 16 cells and its answer: what the intervals reckon with; the theory counts what was carried
WIRES = tuple((baud, spacing, count) for baud, spacing in ((9600, 0.1), (115200, 0.02)) for count in (1, 8, 32))


def _name(baud, count):
    return f"wire{baud}x{count}"


def _site(ports, http):
    """Every wire is asked for slightly more than it can carry, so that no pause on it is meant."""
    channels, devices = "", ""
    for (baud, spacing, count), port in zip(WIRES, ports):
        name = _name(baud, count)
        interval = int(count * (spacing + EXCHANGE * 10 / baud) * 950)
        channels += f"  {name}: {{link: \"tcp://127.0.0.1:{port}\", spacing: {int(spacing * 1000)}ms, after_connect: 0}}\n"
        devices += "".join(
            f"  {name}_{n}: {{channel: {name}, profile: orion1000, address: {n}, intervals: {{voltages: {interval}ms, status: 0, "
            "capacity: 0, serial_number: 0}}\n" for n in range(1, count + 1))
    return f"version: 1\nchannels:\n{channels}devices:\n{devices}sinks:\n  http: {{port: {http}}}\n"


def bus(context):
    seconds = 15 if context.quick else 60
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        ports = []
        for baud, _, count in WIRES:
            server, port = simulator(context.busbar, count=count, cells=16, baud=baud)
            stack.enter_context(server)
            ports.append(port)
        http = free_ports(start=21000)
        child = stack.enter_context(daemon(context.busbar, directory, _site(ports, http)))

        def polls(table, baud, count):
            return sum(total(table, "busbar_device_polls_total", device=f"{_name(baud, count)}_{n}", outcome="success")
                       for n in range(1, count + 1))

        def carried(table, baud, count):
            return sum(total(table, f"busbar_channel_{way}_bytes_total", channel=_name(baud, count)) for way in ("sent", "received"))

        def all_started():
            child.must_run()
            with contextlib.suppress(OSError):
                table = metrics(http)
                return all(polls(table, baud, count) > count for baud, _, count in WIRES)

        wait_until(all_started, "the first polls", 60)
        begin, first = time.monotonic(), metrics(http)
        time.sleep(seconds)
        end, last = time.monotonic(), metrics(http)
    rows = []
    for baud, spacing, count in WIRES:
        done = polls(last, baud, count) - polls(first, baud, count)
        each = (carried(last, baud, count) - carried(first, baud, count)) / done
        measured, theory = done / (end - begin) * 60, 60 / (each * 10 / baud + spacing)
        rows.append(row(f"bus use, {count} device{'s' if count > 1 else ''}, {baud} baud, spacing {spacing * 1000:.0f} ms",
                        f"{measured:.1f} polls/min", f"theory {theory:.1f} polls/min ({each:.0f} bytes each)",
                        f"{measured / theory:.1%}", "≥ 97 %", measured >= 0.97 * theory))
    return rows
