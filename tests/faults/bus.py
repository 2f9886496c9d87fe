"""Faults of the field bus: what stands between busbar and the packs spoils a dose of answers. No value is ever published
that the pack did not say; the connections, descriptors and polls recover."""

import contextlib

import packs
from catalogue import fault
from daemon import QUICK_CHANNEL, Daemon, Line, configuration
from proxy import Proxy, flip

IMPATIENT = QUICK_CHANNEL.replace("timeout: 40ms, settle: 20ms", "timeout: 10ms, settle: 0")


@contextlib.asynccontextmanager
async def site(run, faults, lines=8, flip_with=flip, channel=QUICK_CHANNEL):
    """`lines` buses of two packs, each behind a proxy with these faults."""
    proxies, ports = [], []
    for number in range(lines):
        bus = packs.Bus(range(1, 3))
        proxy = Proxy(("127.0.0.1", await bus.listen()), f"{run.seed}/{number}",
                      [(name, *parameters) for name, parameters in faults.items()], flip_with=flip_with)
        ports.append(Line(await proxy.listen("127.0.0.1", 0), range(1, 3)))
        proxies.append(proxy)
    async with Daemon(run.busbar, run.directory, configuration(ports, "", channel)) as daemon:
        yield daemon, proxies
        run.wrong += daemon.wrong
        daemon.wrong.clear()
    run.wrong += daemon.wrong


async def spoil(run, faults, dose, **options):
    """Runs until each fault has happened `dose` times, then without faults until every pack answers again: with as many
    descriptors as before."""
    async with site(run, {}, **options) as (daemon, proxies):
        def happened(name):
            return sum(proxy.done[name] for proxy in proxies)

        def set_faults(table):
            for proxy in proxies:
                proxy.faults = dict(table)

        await daemon.all_report()
        before = await daemon.most_descriptors()
        set_faults(faults)
        await daemon.until(lambda: all(happened(name) >= dose for name in faults), f"{dose} × {', '.join(faults)}", 600)
        set_faults({})
        await daemon.all_report()
        leaked = await daemon.leaked_descriptors(before)
        if leaked > 0:
            run.wrong.append(f"{leaked} descriptors leaked")
        table = await daemon.close_account()
        run.did(**{name: happened(name) for name in faults}, reports=sum(daemon.reports.values()),
                descriptors_leaked=leaked)
        return table


def sums(table, name):
    return int(sum(value for series, value in table.items() if series.startswith(name)))


@fault("F1", "connection reset in the middle of an answer", short=1000, long=100_000)
async def resets(run):
    table = await spoil(run, {"reset": (0.1, 0)}, run.dose)
    run.did(reconnects=sums(table, "busbar_channel_reconnects_total"))


@fault("F2", "orderly close in the middle of an answer", short=500, long=20_000)
async def closes(run):
    await spoil(run, {"close": (0.1, 0)}, run.dose)


@fault("F3", "one byte at a time", short=500, long=20_000)
async def dribble(run):
    await spoil(run, {"dribble": (0.2, 0.0005)}, run.dose)


@fault("F4", "answers in pieces of any length", short=5000, long=100_000)
async def slices(run):
    await spoil(run, {"slice": (1, 0)}, run.dose)


@fault("F5", "every answer twice, or behind the next one", short=1000, long=50_000)
async def doubled(run):
    await spoil(run, {"duplicate": (0.1, 0), "reorder": (0.1, 0)}, run.dose)


@fault("F6", "garbage before, inside and behind answers", short=10_000, long=500_000)
async def garbage(run):
    await spoil(run, {"garbage": (0.5, 0)}, run.dose)


@fault("F6b", "the request comes back as an echo", short=2000, long=50_000)
async def echo(run):
    await spoil(run, {"echo": (1, 0)}, run.dose)


@fault("F7", "answers that end early", short=2000, long=50_000)
async def truncated(run):
    await spoil(run, {"truncate": (0.2, 0)}, run.dose)


def damage(data, chance):
    """Bits turned over so that each frame is whole and as it was, or certainly bad: chance must not make another good one
    of it, which an XOR over the bytes cannot tell. On a busy machine a chunk may hold several frames."""
    while True:
        spoiled, begin, forged = flip(data, chance), 0, False
        while begin + 4 <= len(data):
            end = begin + 4 + data[begin + 3]
            before, after = data[begin:end], spoiled[begin:end]
            # The address is not covered by the checksum, but it is compared.
            forged = forged or (after != before and packs.is_whole(after) and after[2] == before[2])
            begin = end
        if not forged:
            return spoiled


def forge(data, chance):
    """One bit of the payload turned over and the checksum put right: nobody can tell, but ranges can."""
    spoiled = bytearray(data)
    spoiled[chance.randrange(6, len(data) - 2)] ^= 1 << chance.randrange(8)
    spoiled[-2] = packs.checksum(spoiled[3:-2])
    return bytes(spoiled)


@fault("F8", "damaged frames", short=100_000, long=1_000_000)
async def flipped(run):
    await spoil(run, {"flip": (0.9, 0)}, run.dose, lines=24, flip_with=damage, channel=IMPATIENT)


RANGES = {"cell_0": (0.5, 5), "cell_voltage_m": (0.5, 5), "temperature": (-40, 125), "soc": (0, 100),
          "current": (-655.35, 655.35), "pack_voltage": (0, 655.35), "software_version": (1, 255)}


@fault("F8b", "damaged frames whose checksum was made right", short=20_000, long=500_000)
async def forged(run):
    async with site(run, {"flip": (0.9, 0)}, lines=16, flip_with=forge) as (daemon, proxies):
        def in_range(report):
            for key, value in report["readings"].items():
                for part, (least, most) in RANGES.items():
                    if part in key and isinstance(value, (int, float)) and not least <= value <= most:
                        daemon.wrong.append(f"{key} is {value}, outside {least} to {most}")

        daemon.wrong.clear()
        daemon.check = in_range
        await daemon.until(lambda: sum(proxy.done["flip"] for proxy in proxies) >= run.dose, "the dose", 600)
        table = await daemon.close_account()
        run.did(forged=sum(proxy.done["flip"] for proxy in proxies), reports=sum(daemon.reports.values()),
                values_refused=sums(table, "busbar_device_implausible") + sums(table, "busbar_device_dropped"))


@fault("F9", "answers that come after their time, overtaken by the next", short=10_000, long=200_000)
async def late(run):
    table = await spoil(run, {"late": (0.4, 0.05)}, run.dose, lines=24)
    run.did(late_frames_seen=sums(table, "busbar_channel_late_frames_total"))


@fault("F9b", "answers of another pack, and to another question", short=2000, long=100_000)
async def strangers(run):
    table = await spoil(run, {"other_unit": (0.25, 0), "other_query": (0.25, 0)}, run.dose, lines=24)
    run.did(foreign_frames_seen=sums(table, "busbar_channel_foreign_frames_total"))


@fault("F10", "answers that never come", short=2000, long=50_000)
async def lost(run):
    await spoil(run, {"lose": (0.2, 0)}, run.dose)


@fault("F11", "another master and its packs on the same line", short=2000, long=100_000)
async def foreign(run):
    table = await spoil(run, {"foreign": (0.5, 0)}, run.dose)
    run.did(foreign_frames_seen=sums(table, "busbar_channel_foreign_frames_total"))


@fault("F32", "all of it at once", short=300, long=10_000)
async def mixed(run):
    names = ("reset", "close", "truncate", "flip", "garbage", "echo", "foreign", "slice", "late", "duplicate", "reorder",
             "lose")
    times = {"late": 0.05}
    await spoil(run, {name: (0.03, times.get(name, 0)) for name in names}, run.dose, lines=16, flip_with=damage)
