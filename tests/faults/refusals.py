"""Faults of a broker that speaks MQTT well and says no: reason codes, delays, small limits. And of outputs whose queue is full."""

import asyncio
import itertools

import packs
from catalogue import fault
from daemon import Daemon, Line, configuration
from scripted import Mood, ScriptedBroker

PACKS = range(1, 13)  # more than messages may be under way
IN_A_ROW, CLIENTS = 2, 5

# Reason codes of MQTT 5.0, section 2.4. A broker that is busy is asked again soon; who may not come in waits longer.
UNSPECIFIED, NOT_AUTHORISED, UNAVAILABLE, BUSY, BANNED, SHUTTING_DOWN = 0x80, 0x87, 0x88, 0x89, 0x8A, 0x8B
KEEP_ALIVE, TAKEN_OVER, QUOTA, ADMINISTRATIVE, USE_ANOTHER, MOVED, RATE = 0x8D, 0x8E, 0x97, 0x98, 0x9C, 0x9D, 0x9F

KINDS = {
    **{f"refuse{code:x}": Mood(connack=code)
       for code in (UNSPECIFIED, NOT_AUTHORISED, UNAVAILABLE, BUSY, BANNED, QUOTA, USE_ANOTHER, MOVED, RATE)},
    **{f"hangup{code:x}": Mood(hang_up=code)
       for code in (NOT_AUTHORISED, SHUTTING_DOWN, KEEP_ALIVE, TAKEN_OVER, QUOTA, ADMINISTRATIVE, USE_ANOTHER, MOVED)},
    "late_connack": Mood(connack_after=2, hang_up=BUSY),
    "no_puback": Mood(withhold=True),
    # For good: these are not misbehaviour but limits, and the rest must come through.
    "one_at_a_time": Mood(receive_maximum=1, good=True),
    "small_packets": Mood(maximum_packet=600, good=True),
    **{f"no_discovery{code:x}": Mood(puback=code, refused="homeassistant/", good=True)
       for code in (UNSPECIFIED, NOT_AUTHORISED, QUOTA)},
}


def sink(port, name):
    return (f"  {name}: {{type: mqtt, url: \"mqtt://127.0.0.1:{port}\", client_id: {name}, topic_prefix: {name}, "
            f"keepalive: 5s, diagnostics: 0, events: true, home_assistant: {{node_id: {name}}}}}\n")


def missing(name, kind, client):
    """What a subscriber who comes now would wait for."""
    found = {topic.replace("_p0_", "_p0-") for topic, payload in client.topics.items()
             if payload and payload != b"offline"}
    wanted = {f"{name}/status"}
    for pack in PACKS:
        wanted |= {f"{name}/p0-{pack}/availability", f"{name}/p0-{pack}/state/voltages", f"{name}/p0-{pack}/event/voltages"}
        if not (kind.startswith("no_discovery") or kind == "small_packets"):
            wanted.add(f"homeassistant/device/{name}_p0-{pack}/config")
    return wanted - found


def check_attempts(run, name, attempts):
    """Each pause at least half of a second, doubled with every failure up to half of the five seconds' cap."""
    for number, (before, after) in enumerate(itertools.pairwise(attempts)):
        if after - before < 0.9 * min(2.5, 0.5 * 2 ** number):
            run.wrong.append(f"{name}: attempt {number + 2} came {after - before:.2f} s after the one before")


def check_sequences(run, name, client):
    """Repeated is allowed, left out or overtaken is not."""
    for device, numbers in client.delivered.items():
        newest = 0
        for number in numbers:
            if number > newest + 1:
                run.wrong.append(f"{name}: {device} jumps from {newest} to {number}")
            newest = max(newest, number)


async def misbehave(run, kinds):
    """Clients of each kind at one scripted broker; returns the longest way back of each kind."""
    names = {f"{kind}_{number}": kind for kind in kinds for number in range(CLIENTS)}
    in_a_row = max(IN_A_ROW, run.dose // CLIENTS)
    broker = ScriptedBroker({name: [KINDS[kind]] * (in_a_row if not KINDS[kind].good else 1) for name, kind in names.items()})
    port = await broker.listen()
    bus = packs.Bus(PACKS)
    bus.watch = packs.Watch(0.04)
    config = configuration([Line(await bus.listen(), PACKS)], "".join(sink(port, name) for name in names),
                           intervals="voltages: 1s, status: off, capacity: off, serial_number: off")
    loop, back = asyncio.get_running_loop(), {}

    def look():
        for name in names.keys() - back.keys():
            client = broker.clients[name]
            if client.good_since is not None and not missing(name, names[name], client):
                back[name] = max(0.0, loop.time() - max(client.bad_until, started))
        return len(back) == len(names)

    async with Daemon(run.busbar, run.directory, config) as daemon:
        started = loop.time()
        await daemon.until(look, "everything to come back", 60 + 40 * in_a_row)
        await daemon.close_account()
    broker.server.close()
    run.wrong += daemon.wrong + bus.watch.wrong
    slowest = {}
    for name, kind in names.items():
        client = broker.clients[name]
        run.wrong += [f"{name}: {what}" for what in client.wrong[:1]]
        if name not in back:
            run.wrong.append(f"{name}: {sorted(missing(name, kind, client))[:2]} did not come back")
        check_attempts(run, name, client.attempts)
        check_sequences(run, name, client)
        slowest[kind] = max(slowest.get(kind, 0.0), back.get(name, 999.0))
    return slowest


@fault("F13e", "a broker that refuses and hangs up for every reason, is slow, is small", short=10, long=60)
async def refusals(run):
    slowest = {}
    for start in range(0, len(KINDS), 8):
        slowest |= await misbehave(run, list(KINDS)[start:start + 8])
    for kind, seconds in slowest.items():
        # A login that was refused often is tried every half minute only: some brokers lock out who asks too often.
        limit = 35 if KINDS[kind].connack in (NOT_AUTHORISED, BANNED, USE_ANOTHER, MOVED) and run.dose > 20 else 10
        if seconds > limit:
            run.wrong.append(f"{kind}: everything was back after {seconds:.1f} s only")
    worst = max(slowest, key=slowest.get)
    run.did(kinds=len(KINDS), each=max(IN_A_ROW, run.dose // CLIENTS) * CLIENTS, slowest_return=f"{slowest[worst]:.1f} s ({worst})")
