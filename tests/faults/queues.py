"""Every queue filled to its bound: what was given up is counted, to the last message, and the newest is not what was."""

import asyncio
import collections
import contextlib

import packs
from catalogue import fault
from daemon import Daemon, Line, configuration
from scripted import Mood, ScriptedBroker

PACKS = range(1, 5)
INTERVALS = "voltages: 20ms, status: 20ms, capacity: off, serial_number: off"
NOBODY = 9  # the discard port: nobody listens


def account(table, sink):
    names = ("accepted_total", "acknowledged_total", "queued", "dropped_total", "coalesced_total")
    return {name.removesuffix("_total"): int(table[f'busbar_sink_{name}{{sink="{sink}"}}']) for name in names}


@contextlib.asynccontextmanager
async def site(run, sinks):
    bus = packs.Bus(PACKS)
    bus.watch = packs.Watch(0.04)
    config = configuration([Line(await bus.listen(), PACKS)], sinks, intervals=INTERVALS)
    async with Daemon(run.busbar, run.directory, config) as daemon:
        yield daemon
    run.wrong += daemon.wrong + bus.watch.wrong


async def dropped(run, daemon, sink, dose):
    """The account of an output once it has given up the dose."""
    table = {}

    async def enough():
        nonlocal table
        table = await daemon.metrics()
        return account(table, sink)["dropped"] >= dose

    for _ in range(600 + run.dose // 10):
        if await enough():
            break
        await asyncio.sleep(0.1)
    else:
        run.wrong.append(f"{sink} has not given up {dose} messages in time: {account(table, sink)}")
    await daemon.close_account()
    return account(table, sink)


@fault("Q1", "topics beyond max_queue while the broker is away", short=200, long=100_000)
async def topics(run):
    bound = 5
    sinks = (f"  few: {{type: mqtt, url: \"mqtt://127.0.0.1:{NOBODY}\", topic_prefix: few, max_queue: {bound}, "
             f"home_assistant: {{node_id: few}}}}\n")
    async with site(run, sinks) as daemon:
        found = await dropped(run, daemon, "few", run.dose)
    if found["queued"] > bound:
        run.wrong.append(f"{found['queued']} messages wait, {bound} may")
    run.did(**found)


async def events(run, options):
    """Events pile up at a broker that does not let us in, to the bound and beyond; then it does. Of each device those that came
    and those that were given up are all there were."""
    broker = ScriptedBroker({"events": [Mood(connack=0x88)] * 4})
    port = await broker.listen()
    sinks = (f"  events: {{type: mqtt, url: \"mqtt://127.0.0.1:{port}\", client_id: events, topic_prefix: events, "
             f"home_assistant: false, events: {options}}}\n")
    async with site(run, sinks) as daemon:
        client = broker.clients["events"]

        def spooled(table, what):
            return table.get(f'busbar_spool_{what}{{sink="events"}}', 0)

        table, most = {}, 0
        while spooled(table, "dropped_total") < run.dose and not daemon.wrong:
            table = await daemon.metrics()
            most = max(most, int(spooled(table, "disk_records") + spooled(table, "memory_records")))
            if len(client.script) < 2:
                client.script.append(Mood(connack=0x88))  # until then it stays as it is
            await asyncio.sleep(0.1)
        client.script.clear()
        # All that waits comes at last, and so much more that the end of the outage lies behind it.
        await daemon.until(lambda: client.good_since is not None, "the connection", 20)
        newest = {device: count for device, count in daemon.reports.items()}
        await daemon.until(lambda: all(max(client.delivered.get(device, [0])) > count for device, count in newest.items()),
                           "what waited", 60)
        received = {device: sorted(set(numbers)) for device, numbers in client.delivered.items()}
        table = await daemon.close_account()
    given_up = int(spooled(table, "dropped_total"))
    missing = sum(numbers[-1] - len(numbers) for numbers in received.values())
    if missing != given_up:
        run.wrong.append(f"{missing} events did not come, {given_up} were counted as dropped")
    for device, numbers in client.delivered.items():
        # Repeated is allowed, overtaken is not: what is given up is the oldest.
        firsts = list(dict.fromkeys(numbers))
        if firsts != sorted(firsts):
            run.wrong.append(f"events of {device} came out of order")
    run.did(waited_at_most=most, dropped=given_up, did_not_come=missing, came=sum(map(len, received.values())))


@fault("Q2", "events beyond max_memory", short=500, long=100_000)
async def memory(run):
    await events(run, "{max_memory: 65536}")


@fault("Q3", "events beyond max_count on the disk", short=500, long=100_000)
async def spool(run):
    await events(run, f"{{spool_file: \"{run.directory}/events.spool\", spill_after: 0s, max_count: 100}}")


@fault("Q4", "points beyond max_queue while InfluxDB is away", short=1000, long=100_000)
async def points(run):
    bound = 50
    sinks = f"  influx: {{url: \"http://127.0.0.1:{NOBODY}\", database: x, interval: 100ms, batch: 10, max_queue: {bound}}}\n"
    async with site(run, sinks) as daemon:
        found = await dropped(run, daemon, "influx", run.dose)
    if found["queued"] > bound:
        run.wrong.append(f"{found['queued']} points wait, {bound} may")
    run.did(**found)


@fault("Q5", "standard output that nobody reads", short=1000, long=50_000)
async def screen(run):
    async with site(run, "") as daemon:
        await daemon.all_report()
        daemon.process.stdout._transport.pause_reading()
        found = await dropped(run, daemon, "screen", run.dose)
        daemon.process.stdout._transport.resume_reading()
        before = collections.Counter(daemon.reports)
        await daemon.until(lambda: all(daemon.reports[f"p0-{pack}"] > before[f"p0-{pack}"] for pack in PACKS), "reports again")
        await daemon.close_account()
    run.did(**found)
