"""Faults of the way to a device server: nobody listens, nobody answers, the name is unknown or belongs to another address.
Attempts are counted where they arrive or where busbar counts them: never more than the back-off allows."""

import asyncio
import contextlib
import shutil
import socket
import subprocess

import packs
from catalogue import fault
from daemon import QUICK_CHANNEL, Daemon, Line, configuration

LEAST, MOST = 0.1, 1.0  # seconds between attempts
LINES = 12
CHANNEL = QUICK_CHANNEL.replace("reconnect: {min: 10ms, max: 100ms}", "reconnect: {min: 100ms, max: 1s}, connect_timeout: 300ms")
INTERVALS = "voltages: 100ms, status: off, capacity: off, serial_number: off"


def most_attempts(seconds):
    """The first pauses are 0.1, 0.2, 0.4 s at least; with jitter those at the cap half of it."""
    pause, count = LEAST, 1
    while seconds > pause:
        seconds, count, pause = seconds - pause, count + 1, min(2 * pause, MOST / 2)
    return count + 1  # one may have been under way


def failures(table):
    return {series: value for series, value in table.items() if series.startswith("busbar_channel_connect_failures_total")}


async def outages(run, daemon, begin, end):
    """`begin` takes every line away, `end` gives them back, until together they have refused the dose."""
    loop, refused, slowest, rounds = asyncio.get_running_loop(), 0, 0.0, 0
    await daemon.all_report()
    descriptors = daemon.descriptors()
    while refused < run.dose and not daemon.wrong:
        before, started = failures(await daemon.metrics()), loop.time()
        await begin()
        await asyncio.sleep(4)
        now = failures(await daemon.metrics())
        seconds, rounds = loop.time() - started, rounds + 1
        each = [now[series] - before[series] for series in now]
        refused += int(sum(each))
        if max(each) > most_attempts(seconds) or min(each) == 0:
            run.wrong.append(f"{min(each):.0f} to {max(each):.0f} attempts of a line in {seconds:.1f} s, at most "
                             f"{most_attempts(seconds)} and one at least were expected")
        await end()
        started = loop.time()
        await daemon.all_report(10)
        slowest = max(slowest, loop.time() - started)
    # The longest pause, one attempt that may still hang, and a busy machine.
    if slowest > MOST + 0.3 + 4:
        run.wrong.append(f"polls went on {slowest:.1f} s after the way was free again")
    await daemon.until(lambda: daemon.descriptors() <= descriptors, "the descriptors", 5)
    await daemon.close_account()
    run.did(failed_attempts=refused, outages=rounds, slowest_return=f"{slowest:.1f} s")


def lines_of(buses, ports, host="127.0.0.1"):
    text = configuration([Line(port, range(1, 3)) for port in ports], "", CHANNEL, INTERVALS)
    return text.replace("tcp://127.0.0.1", f"tcp://{host}")


@fault("F2b", "nobody listens", short=200, long=5000)
async def refused(run):
    buses = [packs.Bus(range(1, 3)) for _ in range(LINES)]
    ports = [await bus.listen() for bus in buses]

    async def begin():
        for bus in buses:
            await bus.close()

    async def end():
        for bus, port in zip(buses, ports):
            await bus.listen(port)

    async with Daemon(run.busbar, run.directory, lines_of(buses, ports)) as daemon:
        await outages(run, daemon, begin, end)
    run.wrong += daemon.wrong


class BlackHole:
    """A port whose queue of connections is full: the kernel drops every further SYN, as a firewall does."""

    def __init__(self, port):
        self.held = [socket.socket() for _ in range(3)]
        first = self.held[0]
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(("127.0.0.1", port))
        first.listen(0)
        for filler in self.held[1:]:
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect(("127.0.0.1", port))

    def close(self):
        for one in reversed(self.held):
            one.close()


@fault("F2c", "a firewall swallows what connects", short=200, long=5000)
async def black_hole(run):
    buses = [packs.Bus(range(1, 3)) for _ in range(LINES)]
    ports = [await bus.listen() for bus in buses]
    holes = []

    async def begin():
        for bus, port in zip(buses, ports):
            await bus.close()
            holes.append(BlackHole(port))

    async def end():
        while holes:
            holes.pop().close()
        for bus, port in zip(buses, ports):
            await bus.listen(port)

    async with Daemon(run.busbar, run.directory, lines_of(buses, ports)) as daemon:
        await outages(run, daemon, begin, end)
    run.wrong += daemon.wrong


@contextlib.contextmanager
def own_hosts(run):
    """A program that runs another with an /etc/hosts of its own, which is `hosts`; None where that cannot be had."""
    hosts = run.directory / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    unshare = shutil.which("unshare")
    wrapper = run.directory / "busbar-with-hosts"
    wrapper.write_text(f"#!/bin/sh\nmount --bind {hosts} /etc/hosts && exec {run.busbar.resolve()} \"$@\"\n")
    wrapper.chmod(0o755)
    outer = run.directory / "busbar-unshared"
    outer.write_text(f"#!/bin/sh\nexec {unshare} --user --map-root-user --mount {wrapper} \"$@\"\n")
    outer.chmod(0o755)
    possible = unshare and subprocess.run([outer, "--version"], capture_output=True).returncode == 0
    yield (hosts, outer) if possible else (hosts, None)


@fault("F2d", "the name of the device server unknown, then that of another address", short=200, long=5000)
async def names(run):
    with own_hosts(run) as (hosts, program):
        if program is None:
            run.skipped = "an /etc/hosts of one's own needs user namespaces (unshare --user --map-root-user --mount)"
            return
        buses = [packs.Bus(range(1, 3)) for _ in range(LINES)]
        ports = [await bus.listen(host="127.0.0.2") for bus in buses]
        address = 2

        def tell(text):
            hosts.write_text(f"127.0.0.1 localhost\n{text}\n")

        async def begin():
            for bus in buses:
                await bus.close()
            tell("")

        async def end():
            nonlocal address
            address = 5 - address  # moves between 127.0.0.2 and 127.0.0.3
            for bus, port in zip(buses, ports):
                await bus.listen(port, f"127.0.0.{address}")
            tell(f"127.0.0.{address} busbar-faults.invalid")

        tell("127.0.0.2 busbar-faults.invalid")
        async with Daemon(program, run.directory, lines_of(buses, ports, "busbar-faults.invalid")) as daemon:
            await outages(run, daemon, begin, end)
        run.wrong += daemon.wrong
