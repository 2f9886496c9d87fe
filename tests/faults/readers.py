"""Faults of those who read /metrics: slow, idle, endless, malformed. The polls go on, and others are served."""

import asyncio
import random

import packs
from catalogue import fault
from daemon import Daemon, Line, configuration


async def site(run):
    bus = packs.Bus(range(1, 3))
    line = Line(await bus.listen(), range(1, 3))
    return Daemon(run.busbar, run.directory, configuration([line], "", intervals="voltages: 50ms, status: 50ms"))


async def connect(daemon, data=b""):
    reader, writer = await asyncio.open_connection("127.0.0.1", daemon.http)
    writer.write(data)
    return reader, writer


async def is_served(daemon, seconds=15.0):
    """Whether a well-behaved client gets its page, if need be after the connections of others have timed out."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    while loop.time() - started < seconds:
        try:
            await daemon.metrics()
            return loop.time() - started
        except OSError:
            await asyncio.sleep(0.1)
    return None


async def polls_during(daemon, action):
    loop = asyncio.get_running_loop()
    before, started = sum(daemon.reports.values()), loop.time()
    await action
    return (sum(daemon.reports.values()) - before) / (loop.time() - started)


@fault("H1", "clients that send a request byte by byte", short=60, long=60)
async def slow_loris(run):
    async with await site(run) as daemon:
        usual = await polls_during(daemon, asyncio.sleep(2))

        async def drip():
            try:
                _, writer = await connect(daemon)
                for byte in b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: " + b"y" * 1000:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(0.5)
            except OSError:
                return True
            return False

        drips = [asyncio.create_task(drip()) for _ in range(run.dose)]
        rate = await polls_during(daemon, asyncio.wait(drips, timeout=25))
        cut = sum(task.done() and task.result() for task in drips)
        if cut < run.dose:
            run.wrong.append(f"{run.dose - cut} of {run.dose} slow requests were still open after 25 s")
        if rate < 0.5 * usual:
            run.wrong.append(f"{rate:.0f} reports a second beside them, {usual:.0f} before")
        if await is_served(daemon) is None:
            run.wrong.append("nobody was served afterwards")
        for task in drips:
            task.cancel()
    run.wrong += daemon.wrong
    run.did(cut_off=cut, reports_a_second=f"{rate:.0f} ({usual:.0f} before)")


@fault("H2", "a thousand idle connections", short=1000, long=10_000)
async def idle(run):
    async with await site(run) as daemon:
        usual = await polls_during(daemon, asyncio.sleep(2))
        before, resident = daemon.descriptors(), daemon.resident()
        kept = []

        async def open_all():
            for _ in range(run.dose):
                try:
                    kept.append(await connect(daemon))
                except OSError:
                    pass
            await asyncio.sleep(3)

        rate = await polls_during(daemon, open_all())
        open_now, grown = daemon.descriptors() - before, (daemon.resident() - resident) // 1024
        waited = await is_served(daemon, 30)
        for _, writer in kept:
            writer.transport.abort()
        await daemon.until(lambda: daemon.descriptors() <= before + 1, "the descriptors", 30)
        if rate < 0.5 * usual:
            run.wrong.append(f"{rate:.0f} reports a second beside them, {usual:.0f} before")
        if waited is None:
            run.wrong.append("nobody else was served within 30 s")
    run.wrong += daemon.wrong
    run.did(connections=len(kept), descriptors_used=open_now, grown=f"{grown} KiB", another_served_after=f"{waited or 0:.1f} s")


def malformed(chance):
    return chance.choice([
        chance.randbytes(chance.randint(1, 500)),
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(5000)) + b"\r\n",
        b"GET /metrics HTTP/1.1\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
        b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n" + b"z" * 10_000,
        b"POST /metrics HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\n\r\n",
        b"GET /metrics HTTP/9.9\r\n\r\n",
        b"DELETE * HTTP/1.1\r\n\r\n",
        b"GET /metrics\0 HTTP/1.1\r\nHost: \xff\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500),
        b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n" * 200,
    ])


@fault("H3", "requests that are malformed, oversized or none", short=2000, long=100_000)
async def hostile(run):
    chance = random.Random(run.seed)
    async with await site(run) as daemon:
        before, resident = daemon.descriptors(), daemon.resident()
        for _ in range(run.dose):
            try:
                reader, writer = await connect(daemon, malformed(chance))
                if chance.random() < 0.5:
                    writer.write_eof()
                    await asyncio.wait_for(reader.read(), 1)
                writer.transport.abort()
            except (OSError, asyncio.TimeoutError):
                writer.transport.abort()
        served = await is_served(daemon, 30)
        await daemon.until(lambda: daemon.descriptors() <= before + 1, "the descriptors", 30)
        grown = (daemon.resident() - resident) // 1024
        if served is None:
            run.wrong.append("nobody was served afterwards")
        if grown > 32 * 1024:
            run.wrong.append(f"grown by {grown} KiB")
        await daemon.all_report()
        await daemon.close_account()
    run.wrong += daemon.wrong
    run.did(requests=run.dose, grown=f"{grown} KiB")
