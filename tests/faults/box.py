"""Faults of the box itself: serial adapters pulled, disks full, clocks stepped, signals, limits, logs nobody reads."""

import asyncio
import contextlib
import os
import pty
import random
import signal
import subprocess
import tty
from pathlib import Path

import packs
from catalogue import fault
from daemon import Daemon, Line, configuration

INTERVALS = "voltages: 100ms, status: 100ms, capacity: off, serial_number: off"


@contextlib.asynccontextmanager
async def site(run, sinks="", intervals=INTERVALS, environment=None):
    bus = packs.Bus(range(1, 3))
    line = Line(await bus.listen(), range(1, 3))
    async with Daemon(run.busbar, run.directory, configuration([line], sinks, intervals=intervals), environment) as daemon:
        yield daemon, bus
    run.wrong += daemon.wrong


class Adapter:
    """A serial adapter with packs behind it, at a path that comes and goes."""

    def __init__(self, path):
        self.path = path
        self.table = {(address, command): answer for address in range(1, 3)
                      for command, answer in packs.answers(address).items()}

    def plug(self):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)
        self.received = b""
        asyncio.get_running_loop().add_reader(self.master, self.answer)

    def answer(self):
        try:
            self.received += os.read(self.master, 1000)
        except OSError:  # nobody has the port open at the moment
            return
        while len(self.received) >= 8:
            request, self.received = self.received[:8], self.received[8:]
            if found := self.table.get((request[2], request[5])):
                os.write(self.master, found)

    def pull(self):
        asyncio.get_running_loop().remove_reader(self.master)
        self.path.unlink()
        os.close(self.master)


@fault("F12", "the serial adapter pulled out and put back", short=100, long=2000)
async def pulled(run):
    adapter = Adapter(run.directory / "adapter")
    adapter.plug()
    config = configuration([Line(1, range(1, 3))], "", intervals=INTERVALS).replace(
        'link: "tcp://127.0.0.1:1"', f'link: "serial:{adapter.path}?baud=9600"')
    async with Daemon(run.busbar, run.directory, config) as daemon:
        await daemon.all_report()
        before = await daemon.most_descriptors()
        for _ in range(run.dose):
            adapter.pull()
            await daemon.until(lambda: adapter.path.name not in opened(daemon), "the port to be given up", 5)
            adapter.plug()
            if not await daemon.all_report(5):
                break
        leaked = await daemon.leaked_descriptors(before)
        if leaked > 0:
            run.wrong.append(f"{leaked} descriptors leaked")
    run.wrong += daemon.wrong
    adapter.pull()
    run.did(pulled=run.dose, descriptors_leaked=leaked, reports=sum(daemon.reports.values()))


def opened(daemon):
    """Names of the terminals the daemon still has open though they are gone."""
    names = []
    for entry in Path(f"/proc/{daemon.process.pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            names.append(os.readlink(entry))
    return " ".join(name for name in names if "(deleted)" in name)


@fault("F16", "the directory of the textfile gone, then its disk full", short=20, long=500)
async def disk(run):
    folder = run.directory / "textfile"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True).returncode == 0
    path = folder / "busbar.prom"
    good = partial = full = 0
    try:
        async with site(run, f"  textfile: {{path: {path}, interval: 1s}}\n") as (daemon, _):
            await daemon.until(path.exists, "the first file")
            for number in range(run.dose):
                if mounted:
                    with contextlib.suppress(OSError):
                        (folder / "ballast").write_bytes(b"x" * 64 * 1024)
                    full += 1
                else:
                    folder.rename(run.directory / "away")
                reports = sum(daemon.reports.values())
                await asyncio.sleep(1.2)
                if sum(daemon.reports.values()) - reports < 20:
                    run.wrong.append("the polls did not go on while the file could not be written")
                if mounted:
                    (folder / "ballast").unlink()
                else:
                    (run.directory / "away").rename(folder)
                inode = path.stat().st_ino
                await daemon.until(lambda: path.stat().st_ino != inode, "a new file", 5)
                text = path.read_text()
                good += text.endswith("\n")
                partial += not text.endswith("\n")
            await daemon.close_account()
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)
    if partial:
        run.wrong.append(f"{partial} half-written files were seen")
    run.did(disk_full=full, directory_gone=run.dose - full, whole_files=good)


@fault("F20", "the wall clock stepped by a day, forth and back", short=20, long=200)
async def clock(run):
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        run.skipped = "libfaketime is not installed (Debian package faketime)"
        return
    steps = run.directory / "faketime"
    steps.write_text("+0")
    environment = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(steps), "FAKETIME_NO_CACHE": "1",
                   "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    chance = random.Random(run.seed)
    async with site(run, environment=environment) as (daemon, bus):
        daemon.newest = None
        for _ in range(run.dose):
            steps.write_text(chance.choice(["+86400", "-86400", "+3600", "-3600", "+630720000", "+0"]))
            before = bus.requests
            await asyncio.sleep(1)
            asked = bus.requests - before
            # 2 packs, 2 queries, 10 a second are 40. A busy machine makes it less; polls made up for would be thousands.
            if not 15 <= asked <= 80:
                run.wrong.append(f"{asked} requests in a second after a step, 40 expected")
        await daemon.close_account()
    run.did(steps=run.dose, reports=sum(daemon.reports.values()))


@fault("F21", "the daemon itself stopped and continued", short=5, long=50)
async def stopped(run):
    most = 0
    async with site(run) as (daemon, bus):
        for _ in range(run.dose):
            daemon.process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(3)
            before = bus.requests
            daemon.process.send_signal(signal.SIGCONT)
            await asyncio.sleep(0.095)
            most = max(most, bus.requests - before)
            await daemon.all_report()
        await daemon.close_account()
    # Of each of 4 queries the one that is due, the next, and one under way; thirty ticks of each were missed.
    if most > 20:
        run.wrong.append(f"{most} requests in the first 95 ms: missed polls were made up for")
    run.did(stops=run.dose, requests_at_once=most)


@fault("F23", "SIGTERM at any moment of the start and of the work", short=40, long=500)
async def terminated(run):
    chance = random.Random(run.seed)
    bus = packs.Bus(range(1, 3))
    config = run.directory / "busbar.yaml"
    config.write_text(configuration([Line(await bus.listen(), range(1, 3))], "  screen: {format: jsonl}\n"))
    loop = asyncio.get_running_loop()
    slowest = 0.0
    for number in range(run.dose):
        process = await asyncio.create_subprocess_exec(
            str(run.busbar), "--config", str(config), "--log-level", "error", stdout=asyncio.subprocess.DEVNULL)
        await asyncio.sleep(chance.choice([0.03, 0.1, 0.3]) * chance.random())
        started = loop.time()
        times = chance.choice([1, 1, 2, 5])
        for _ in range(times):
            with contextlib.suppress(ProcessLookupError):
                # Not send_signal(), which may take the exit code away before the loop has it.
                os.kill(process.pid, chance.choice([signal.SIGTERM, signal.SIGINT]))
        code = await process.wait()
        slowest = max(slowest, loop.time() - started)
        # Before the handlers are there, the signal itself ends the process; nothing had begun. The second signal ends it
        # at once, with the code a shell would give.
        if code not in (0, -signal.SIGTERM, -signal.SIGINT) and (times == 1 or code not in (143, 130)):
            run.wrong.append(f"end {number + 1} had code {code}")
    if slowest > 2:
        run.wrong.append(f"an end took {slowest:.1f} s")
    run.did(ends=run.dose, slowest=f"{slowest:.2f} s")


@fault("F25", "a log that nobody reads, and a closed standard output", short=1, long=5)
async def unread(run):
    bus = packs.Bus(range(1, 3))
    port = await bus.listen()
    config = run.directory / "busbar.yaml"
    for name, sinks in (("full log", "  textfile: {path: " + str(run.directory / "x.prom") + "}\n"),
                        ("closed output", "  screen: {format: jsonl}\n")):
        config.write_text(configuration([Line(port, range(1, 3))], sinks))
        read, write = os.pipe()
        process = await asyncio.create_subprocess_exec(
            str(run.busbar), "--config", str(config), "--log-level", "trace" if name == "full log" else "error",
            stdout=asyncio.subprocess.DEVNULL if name == "full log" else write,
            stderr=write if name == "full log" else asyncio.subprocess.DEVNULL)
        os.close(write)
        if name == "closed output":
            os.close(read)
        await asyncio.sleep(3)  # the pipe is full long before
        before = bus.requests
        await asyncio.sleep(2)
        asked = bus.requests - before
        if asked < 50 and process.returncode is None:
            run.wrong.append(f"{name}: {asked} requests in two seconds")
        ended = process.returncode
        if ended is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 5)
            except asyncio.TimeoutError:
                run.wrong.append(f"{name}: does not end")
                process.kill()
        elif ended < 0:
            run.wrong.append(f"{name}: died of signal {-ended}")
        if name == "full log":
            os.close(read)
        run.did(**{name.replace(" ", "_"): f"{asked} requests"})
