"""Faults of the MQTT broker: it dies, freezes, forgets, is somebody else's, or is hostile."""

import asyncio
import json
import random
import shutil
import signal
import struct

import packs
from catalogue import fault
from daemon import Daemon, Line, configuration
from processes import free_ports, listens, wait_until
from scripted import CONNACK, DISCONNECT, PUBACK, PUBLISH, packet

PACKS = range(1, 5)


class Broker:
    """A Mosquitto that can be killed and started again on the same port."""

    def __init__(self, directory, persistent=False):
        self.port = free_ports(start=18830)
        self.config = directory / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\nlog_type error\n" +
            (f"persistence true\npersistence_location {directory}/\nuser root\n" if persistent else "persistence false\n"))

    async def start(self):
        self.process = await asyncio.create_subprocess_exec(
            shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", str(self.config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL)
        await asyncio.to_thread(wait_until, lambda: listens(self.port), "mosquitto", 10)

    async def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        await self.process.wait()

    async def complete(self, prefix, seconds=30.0):
        """Seconds until a new subscriber has everything: status, and of each pack availability, discovery, state."""
        wanted = {f"{prefix}/status": "online"}
        for address in PACKS:
            wanted[f"{prefix}/p0-{address}/availability"] = "online"
            wanted[f"{prefix}/p0-{address}/state/voltages"] = None
            wanted[f"homeassistant/device/{prefix}_p0-{address}/config"] = None
        loop = asyncio.get_running_loop()
        started = loop.time()
        watcher = await asyncio.create_subprocess_exec(
            "mosquitto_sub", "-p", str(self.port), "-t", "#", "-F", "%t %p", stdout=asyncio.subprocess.PIPE,
            limit=1 << 20)
        try:
            async with asyncio.timeout(seconds):
                async for line in watcher.stdout:
                    topic, _, payload = line.decode().rstrip("\n").partition(" ")
                    topic = topic.replace("_p0_", "_p0-")
                    if topic in wanted and wanted[topic] in (None, payload) and payload:
                        del wanted[topic]
                    if not wanted:
                        return loop.time() - started
        except TimeoutError:
            return None
        finally:
            watcher.kill()
            await watcher.wait()
        return None


def sink(port, prefix="faults"):
    return (f"  {prefix}: {{type: mqtt, url: \"mqtt://127.0.0.1:{port}\", topic_prefix: {prefix}, keepalive: 5s, "
            f"home_assistant: {{node_id: {prefix}}}}}\n")


async def site(run, sinks, intervals="voltages: 200ms, status: 200ms, capacity: off, serial_number: off"):
    bus = packs.Bus(PACKS)
    line = Line(await bus.listen(), PACKS)
    return Daemon(run.busbar, run.directory, configuration([line], sinks, intervals=intervals))


BROKERS = 5  # at the same time, each with an output of its own


async def restarts(run, persistent):
    brokers = []
    for number in range(BROKERS):
        folder = run.directory / f"broker{number}"
        folder.mkdir()
        brokers.append(Broker(folder, persistent))
        await brokers[-1].start()
    times = []

    async def torment(broker, prefix):
        for number in range(run.dose // BROKERS):
            await broker.stop(signal.SIGKILL)
            await broker.start()
            seconds = await broker.complete(prefix)
            if seconds is None:
                run.wrong.append(f"restart {number + 1} of {prefix}: not everything was back after 30 s")
            elif seconds > 10:
                run.wrong.append(f"restart {number + 1} of {prefix}: everything was back after {seconds:.1f} s only")
            times.append(seconds or 30)

    prefixes = [f"faults{number}" for number in range(BROKERS)]
    async with await site(run, "".join(sink(broker.port, prefix) for broker, prefix in zip(brokers, prefixes))) as daemon:
        await asyncio.gather(*(torment(broker, prefix) for broker, prefix in zip(brokers, prefixes)))
        await daemon.close_account()
    run.wrong += daemon.wrong
    for broker in brokers:
        await broker.stop()
    run.did(restarts=len(times), slowest_return=f"{max(times):.1f} s", reports=sum(daemon.reports.values()))


@fault("F13", "the broker killed and started again without memory", short=50, long=1000)
async def restarts_without_memory(run):
    await restarts(run, False)


@fault("F13b", "the broker killed and started again with persistence", short=50, long=1000)
async def restarts_with_persistence(run):
    await restarts(run, True)


@fault("F13c", "the broker frozen for a minute", short=60, long=600)
async def frozen(run):
    broker = Broker(run.directory)
    await broker.start()
    async with await site(run, sink(broker.port)) as daemon:
        if await broker.complete("faults") is None:
            run.wrong.append("not everything was published before")
        broker.process.send_signal(signal.SIGSTOP)
        loop = asyncio.get_running_loop()
        begun, noticed = loop.time(), None
        before = sum(daemon.reports.values())
        while loop.time() - begun < run.dose:
            await asyncio.sleep(0.2)
            healthy = (await daemon.metrics()).get('busbar_sink_healthy{sink="faults"}')
            if noticed is None and healthy == 0:
                noticed = loop.time() - begun
        polled = sum(daemon.reports.values()) - before
        broker.process.send_signal(signal.SIGCONT)
        seconds = await broker.complete("faults")
        await daemon.close_account()
    run.wrong += daemon.wrong
    await broker.stop()
    if noticed is None or noticed > 12:
        run.wrong.append(f"noticed after {noticed} s, twice the keepalive of 5 s is 10 s")
    if seconds is None or seconds > 10:
        run.wrong.append(f"everything was back after {seconds} s")
    expected = run.dose * 2 * len(PACKS) * 5
    if polled < 0.5 * expected:
        run.wrong.append(f"{polled} of {expected} polls while the broker was frozen")
    run.did(frozen=f"{run.dose} s", noticed=f"{noticed or 0:.1f} s", back=f"{seconds or 0:.1f} s", polls_meanwhile=polled)


@fault("F14", "two daemons under one client id", short=10, long=300)
async def same_client(run):
    broker = Broker(run.directory)
    await broker.start()
    other_directory = run.directory / "other"
    other_directory.mkdir()
    async with await site(run, sink(broker.port)) as daemon:
        run.directory, first = other_directory, run.directory
        async with await site(run, sink(broker.port)) as other:
            await asyncio.sleep(run.dose)
            table = await daemon.metrics()
        run.directory = first
        fights = int(table['busbar_sink_errors_total{sink="faults"}'])
        if fights > 3 * run.dose:
            run.wrong.append(f"{fights} connections in {run.dose} s: the pause does not grow")
        seconds = await broker.complete("faults", 90)
        if seconds is None:
            run.wrong.append("not everything was published after the other had gone")
    run.wrong += daemon.wrong + other.wrong
    await broker.stop()
    run.did(seconds=run.dose, lost_connections=fights, alone_again=f"{seconds or 0:.1f} s")


def hostilities(chance):
    """What a broker can do wrong, before and after it has accepted the connection."""
    accepted = packet(CONNACK, bytes([0, 0, 0]))
    topic = b"\0\x14homeassistant/status"
    return chance.choice([
        chance.randbytes(chance.randint(1, 200)),
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        packet(CONNACK, bytes([0, chance.randrange(256), 0])),
        packet(CONNACK, chance.randbytes(chance.randint(0, 30))),
        b"\x20\xff\xff\xff\xff\xff\xff",
        accepted + b"\x30\xff\xff\xff\x7f" + chance.randbytes(2000),
        accepted + packet(PUBLISH, topic + b"\0" + b"x" * 2_000_000),
        accepted + packet(PUBLISH, topic + b"\0" + chance.randbytes(50)),
        accepted + packet(PUBLISH, b"\xff\xff" + chance.randbytes(20), 2),
        accepted + b"".join(packet(PUBACK, struct.pack(">H", number)) for number in range(500)),
        accepted + packet(DISCONNECT, bytes([chance.randrange(256)])),
        accepted + packet(15, chance.randbytes(10)),
        accepted + chance.randbytes(chance.randint(1, 4000)),
    ])


@fault("F13d", "a broker that says anything but what it should", short=300, long=20_000)
async def hostile(run):
    chance = random.Random(run.seed)
    attempts = 0

    async def misbehave(reader, writer):
        nonlocal attempts
        attempts += 1
        try:
            await asyncio.wait_for(reader.read(1000), 2)
            writer.write(hostilities(chance))
            await writer.drain()
            await asyncio.wait_for(reader.read(100_000), 0.05)
        except (OSError, asyncio.TimeoutError):
            pass
        writer.transport.abort()

    server = await asyncio.start_server(misbehave, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    # Each output waits longer after every failure, so there are many of them.
    async with await site(run, "".join(sink(port, f"faults{number}") for number in range(60))) as daemon:
        resident = daemon.resident()
        await daemon.until(lambda: attempts >= run.dose, "the attempts", 1000)
        grown = (daemon.resident() - resident) // 1024
        await daemon.all_report()
        run.did(connections=attempts, grown=f"{grown} KiB", reports=sum(daemon.reports.values()))
        await daemon.close_account()
    run.wrong += daemon.wrong
    server.close()


@fault("F28", "a storm of Home Assistant's birth messages", short=2000, long=100_000)
async def births(run):
    broker = Broker(run.directory)
    await broker.start()
    async with await site(run, sink(broker.port)) as daemon:
        await broker.complete("faults")
        watcher = await asyncio.create_subprocess_exec(
            "mosquitto_sub", "-p", str(broker.port), "-t", "homeassistant/device/#", "-F", "%t",
            stdout=asyncio.subprocess.PIPE)
        flood = await asyncio.create_subprocess_exec("mosquitto_pub", "-p", str(broker.port), "-t", "homeassistant/status",
                                                     "-l", stdin=asyncio.subprocess.PIPE)
        await flood.communicate(b"online\n" * run.dose)
        await asyncio.sleep(6)
        watcher.terminate()
        announced = len((await watcher.communicate())[0].splitlines())
        devices = len(PACKS) + 1
        if announced > 4 * devices:
            run.wrong.append(f"{announced} discovery messages of {devices} devices within a few seconds")
        await daemon.all_report()
        await daemon.close_account()
    run.wrong += daemon.wrong
    await broker.stop()
    run.did(births=run.dose, discovery_messages=announced)


@fault("F29", "huge and senseless messages on subscribed topics", short=200, long=5000)
async def senseless(run):
    chance = random.Random(run.seed)
    broker = Broker(run.directory)
    await broker.start()
    async with await site(run, sink(broker.port)) as daemon:
        await broker.complete("faults")
        resident = daemon.resident()
        for number in range(run.dose):
            topic = chance.choice(["homeassistant/status", "faults/status", "homeassistant/device/faults_x/config",
                                   "homeassistant/device/faults_p0-1/config", "faults/p0-1/set/discharge"])
            payload = chance.choice([chance.randbytes(1000), b"[" * 100_000, b"{\"components\":" * 5000, b" ",
                                     json.dumps({"components": {"a" * 1000: None}}).encode(),
                                     b"x" * 10_000_000 if number % 20 == 0 else b"\xff\xfe"])
            sender = await asyncio.create_subprocess_exec("mosquitto_pub", "-p", str(broker.port), "-t", topic, "-s",
                                                          *(["-r"] if chance.random() < 0.3 else []),
                                                          stdin=asyncio.subprocess.PIPE)
            await sender.communicate(payload)
        await daemon.all_report()
        grown = (daemon.resident() - resident) // 1024
        if grown > 64 * 1024:
            run.wrong.append(f"grown by {grown} KiB")
        await daemon.close_account()
    run.wrong += daemon.wrong
    await broker.stop()
    run.did(messages=run.dose, grown=f"{grown} KiB")
