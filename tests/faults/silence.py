"""Faults of devices that do not answer, or not always, beside others that do: who answers keeps its period, and Home Assistant
is not told of every lost byte. And a daemon that gets next to no processor time."""

import asyncio
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys

import packs
from broker import Broker, sink
from catalogue import fault
from daemon import Daemon, Line, configuration
from proxy import Proxy

# A site that polls every ten seconds, ten times as fast.
CHANNEL = ("spacing: 10ms, after_connect: 0, timeout: 100ms, settle: 20ms, retries: 1, retry_backoff: 20ms, "
           "reconnect: {min: 50ms, max: 1s}, breaker: {failures: 3, probe_min: 1s, probe_max: 30s}")
INTERVALS = "voltages: 1s, status: off, capacity: off, serial_number: off"
PACKS = range(1, 9)


def polls(table, device, outcome):
    return table.get(f'busbar_device_polls_total{{device="{device}",outcome="{outcome}"}}', 0)


class Patchy(packs.Bus):
    """Packs of which some answer at times only. `absent` are the addresses that do not at the moment."""

    def __init__(self, addresses):
        super().__init__(addresses)
        self.absent = set()
        self.whole = self.table
        self.watch = packs.Watch(0.1)

    def be_absent(self, addresses):
        self.absent = set(addresses)
        self.table = {key: answer for key, answer in self.whole.items() if key[0] not in self.absent}


async def flap(bus, chance):
    """Half of the packs come and go, each half of the time."""
    present = set()
    while True:
        present ^= {chance.choice(list(PACKS)[::2])}
        bus.be_absent(set(list(PACKS)[::2]) - present)
        await asyncio.sleep(chance.uniform(0.3, 1.5))


@fault("F10b", "one pack silent, all but one, all, half of them coming and going", short=10, long=3600)
async def silent(run):
    chance = random.Random(run.seed)
    worst = 1.0
    scenes = {"one": [5], "all but one": [address for address in PACKS if address != 3], "flapping": None, "all": list(PACKS)}
    bus = Patchy(PACKS)
    config = configuration([Line(await bus.listen(), PACKS)], "", CHANNEL, INTERVALS).replace("offline_after: 1000, ", "")
    loop = asyncio.get_running_loop()
    async with Daemon(run.busbar, run.directory, config) as daemon:
        await daemon.all_report()
        for name, absent in scenes.items():
            flapping = asyncio.create_task(flap(bus, chance)) if absent is None else None
            bus.be_absent(absent or [])
            before, started = await daemon.metrics(), loop.time()
            await asyncio.sleep(run.dose)
            after, seconds = await daemon.metrics(), loop.time() - started
            if flapping:
                flapping.cancel()
                absent = list(PACKS)[::2]
            for pack in set(PACKS) - set(absent):
                got = polls(after, f"p0-{pack}", "success") - polls(before, f"p0-{pack}", "success")
                # One more or less is the beginning and the end of the time.
                worst = min(worst, (got + 1) / seconds)
                if not 0.9 * seconds - 1 <= got <= 1.1 * seconds + 1:
                    run.wrong.append(f"{name}: pack {pack} was polled {got:.0f} times in {seconds:.0f} s, once a second was asked for")
            bus.be_absent([])
            # The longest pause of a breaker after `dose` seconds of silence is about as long again.
            await daemon.all_report(35)
        await daemon.close_account()
    run.wrong += daemon.wrong + bus.watch.wrong
    run.did(scenes=len(scenes), seconds_each=run.dose, fewest_polls_a_second=f"{worst:.2f}", requests=bus.requests)


@fault("F10c", "every fifth answer lost: Home Assistant is not told", short=300, long=100_000)
async def loss(run):
    broker = Broker(run.directory)
    await broker.start()
    lines, proxies = [], []
    for number in range(12):
        bus = packs.Bus(range(1, 5))
        proxies.append(Proxy(("127.0.0.1", await bus.listen()), f"{run.seed}/{number}", [("lose", 0.2, 0)]))
        lines.append(Line(await proxies[-1].listen("127.0.0.1", 0), range(1, 5)))
    config = configuration(lines, sink(broker.port), CHANNEL, INTERVALS).replace("offline_after: 1000, ", "")
    async with Daemon(run.busbar, run.directory, config) as daemon:
        await daemon.all_report()
        watcher = await asyncio.create_subprocess_exec(
            "mosquitto_sub", "-p", str(broker.port), "-t", "faults/+/availability", "-R", "-F", "%t %p",
            stdout=asyncio.subprocess.PIPE)
        await asyncio.sleep(1)
        await daemon.until(lambda: sum(proxy.done["lose"] for proxy in proxies) >= run.dose, "the dose", 7200)
        watcher.terminate()
        flaps = (await watcher.communicate())[0].decode().splitlines()
        table = await daemon.close_account()
    # Three polls in a row must fail, each with its repetition: 0.2 to the power of six. Once in 16 000 polls is chance.
    count = sum(value for series, value in table.items() if series.startswith("busbar_device_polls_total"))
    if len([line for line in flaps if line.endswith("offline")]) > 2 + count / 4000:
        run.wrong.append(f"{len(flaps)} changes of availability in {count:.0f} polls")
    run.wrong += daemon.wrong
    await broker.stop()
    run.did(lost=sum(proxy.done["lose"] for proxy in proxies), polls=int(count), changes_of_availability=len(flaps))


class Manager:
    """The service manager's socket: when it was told what."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.pings = []
        self.ready = 0

    async def listen(self):
        loop = asyncio.get_running_loop()
        self.socket.setblocking(False)
        while True:
            message = await loop.sock_recv(self.socket, 4096)
            self.ready += b"READY=1" in message
            if b"WATCHDOG=1" in message:
                self.pings.append(loop.time())


@contextlib.contextmanager
def burners(count, core):
    """Processes that do nothing as fast as they can."""
    code = f"import os\nos.sched_setaffinity(0, [{core}])\nwhile True: pass"
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
        for process in running:
            process.wait()


@fault("F26", "hardly any processor time: nice 19 beside eight busy programs on its core", short=20, long=600)
async def starved(run):
    limit = 6.0  # seconds; busbar pings at half of it
    manager = Manager(run.directory / "notify")
    listener = asyncio.create_task(manager.listen())
    bus = packs.Bus(range(1, 5))
    # A healthy wire and a patient channel: nothing but the processor is short.
    patient = CHANNEL.replace("timeout: 100ms", "timeout: 3s")
    config = configuration([Line(await bus.listen(), range(1, 5))], "", patient, INTERVALS)
    environment = {"NOTIFY_SOCKET": str(run.directory / "notify"), "WATCHDOG_USEC": str(int(limit * 1e6))}
    loop = asyncio.get_running_loop()
    core = max(os.sched_getaffinity(0))
    async with Daemon(run.busbar, run.directory, config, environment) as daemon:
        await daemon.all_report()
        for task in os.listdir(f"/proc/{daemon.process.pid}/task"):
            os.sched_setaffinity(int(task), [core])
            os.setpriority(os.PRIO_PROCESS, int(task), 19)
        # What was in good order before must not hide what comes.
        before, started = await daemon.metrics(), loop.time()
        first = len(manager.pings)
        with burners(8, core):
            await asyncio.sleep(run.dose)
        table, seconds = await daemon.metrics(), loop.time() - started
        pings = manager.pings[max(0, first - 1):]
        await daemon.all_report()
        await daemon.close_account()
    listener.cancel()
    run.wrong += daemon.wrong
    gap = max((after - before for before, after in zip(pings, pings[1:])), default=seconds)
    if gap > limit:
        run.wrong.append(f"{gap:.1f} s without a ping to the watchdog, which waits {limit:.0f} s")

    def grown(pattern):
        return sum(value - before.get(series, 0) for series, value in table.items() if re.match(pattern, series))

    done = {outcome: int(grown(rf'busbar_device_polls_total.*outcome="{outcome}"')) for outcome in
            ("success", "skipped", "failed", "discarded")}
    late = grown(r"busbar_poll_lateness_seconds_sum")
    started_polls = grown(r"busbar_poll_lateness_seconds_count")
    expected = 4 * seconds
    # Every tick is a poll or a tick that was skipped: what the metrics say about lateness is about all of them.
    if not 0.9 * expected - 8 <= sum(done.values()) <= 1.1 * expected + 8:
        run.wrong.append(f"{sum(done.values())} ticks in {seconds:.0f} s, {expected:.0f} expected: {done}")
    if done["success"] == 0:
        run.wrong.append("no poll succeeded")
    if abs(started_polls - sum(done.values())) > 8:
        run.wrong.append(f"the lateness of {started_polls:.0f} polls is known, but {done} were done")
    run.did(seconds=run.dose, **done, mean_lateness=f"{1000 * late / max(1, started_polls):.1f} ms", longest_between_pings=f"{gap:.1f} s")
