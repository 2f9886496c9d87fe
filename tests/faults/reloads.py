"""A fault of the configuration: changed under load in every way."""

import asyncio
import random
import signal

import packs
from broker import Broker, sink
from catalogue import fault
from daemon import QUICK_CHANNEL, Daemon
from silence import Manager

LINES, PACKS = 3, range(1, 4)


class Site:
    """What the file says: which devices there are, on which line, under which name; and what is changed in it."""

    def __init__(self, ports, broker, chance):
        self.ports, self.broker, self.chance = ports, broker, chance
        self.devices = {f"p{line}-{address}": (line, f"Pack {address}") for line in range(LINES) for address in PACKS}
        self.second_sink = False
        self.fault = ""

    def write(self, path, http):
        text = "version: 1\nchannels:\n"
        text += "".join(f"  bus{line}: {{link: \"tcp://127.0.0.1:{port}\", {QUICK_CHANNEL}}}\n" for line, port in enumerate(self.ports))
        text += "devices:\n"
        for device, (line, name) in self.devices.items():
            # The address is that of the device's id, so that it says the same wherever it is.
            text += (f"  {device}: {{name: \"{name}\", channel: bus{line}, profile: orion1000, address: {device[-1]}, "
                     f"offline_after: 1000, intervals: {{voltages: 50ms, status: 50ms, capacity: off, serial_number: off}}}}\n")
        text += "sinks:\n" + sink(self.broker) + (sink(self.broker, "second") if self.second_sink else "")
        text += f"  screen: {{format: jsonl}}\n  http: {{port: {http}}}\n" + self.fault
        new = path.with_suffix(".new")
        new.write_text(text)
        new.rename(path)

    def on_line(self, line):
        return [device for device, (its, _) in self.devices.items() if its == line]

    # Line 0 is never touched.
    def change(self):
        """Does one thing; returns its name."""
        kind = self.chance.choice(["identical", "invalid", "remove", "add", "rename", "move", "output"])
        touched = self.on_line(1) + self.on_line(2)
        self.fault = "nonsense: 1\n" if kind == "invalid" else ""
        if kind == "remove" and len(touched) > 2:
            del self.devices[self.chance.choice(touched)]
        elif kind == "add":
            gone = [f"p{line}-{address}" for line in (1, 2) for address in PACKS if f"p{line}-{address}" not in self.devices]
            for device in gone[:1]:
                free = [line for line in (1, 2) if device[-1] not in {other[-1] for other in self.on_line(line)}]
                if free:
                    self.devices[device] = (free[0], "Back again")
        elif kind == "rename":
            device = self.chance.choice(touched)
            self.devices[device] = (self.devices[device][0], f"Name {self.chance.randrange(1000)}")
        elif kind == "move":
            device = self.chance.choice(touched)
            to = 3 - self.devices[device][0]
            if device[-1] not in {other[-1] for other in self.on_line(to)}:
                self.devices[device] = (to, self.devices[device][1])
        elif kind == "output":
            self.second_sink = not self.second_sink
        return kind


async def retained(broker, prefix):
    """Devices of which the broker keeps anything, and whether the output calls itself online."""
    watcher = await asyncio.create_subprocess_exec(
        "mosquitto_sub", "-p", str(broker.port), "-t", f"{prefix}/#", "-t", f"homeassistant/device/{prefix}/#",
        "-t", "homeassistant/device/+/config", "--retained-only", "-W", "1", "-F", "%t %p", stdout=asyncio.subprocess.PIPE)
    found, online = set(), False
    for line in (await watcher.communicate())[0].decode().splitlines():
        topic, _, payload = line.partition(" ")
        part = topic.split("/")
        if topic == f"{prefix}/status":
            online = payload == "online"
        elif part[0] == prefix and len(part) > 2:
            found.add(part[1])
        elif part[0] == "homeassistant" and part[2].startswith(f"{prefix}_p"):
            found.add(part[2].removeprefix(f"{prefix}_").replace("_", "-"))
    return found, online


@fault("F22", "the configuration changed in every way under load", short=150, long=2000)
async def reloads(run):
    chance = random.Random(run.seed)
    broker = Broker(run.directory)
    await broker.start()
    buses = [packs.Bus(PACKS) for _ in range(LINES)]
    for bus in buses:
        bus.watch = packs.Watch(0.04)
    manager = Manager(run.directory / "notify")
    listener = asyncio.create_task(manager.listen())
    site = Site([await bus.listen() for bus in buses], broker.port, chance)
    daemon = Daemon(run.busbar, run.directory, "", {"NOTIFY_SOCKET": str(run.directory / "notify")})
    site.write(daemon.path, daemon.http)
    done = {}
    async with daemon:
        await daemon.until(lambda: len(daemon.reports) == LINES * len(PACKS), "a report of every device")
        untouched = site.on_line(0)
        for number in range(run.dose):
            kind = site.change()
            done[kind] = done.get(kind, 0) + 1
            site.write(daemon.path, daemon.http)
            before = {device: daemon.reports[device] for device in untouched}
            heard = manager.ready
            daemon.process.send_signal(signal.SIGHUP)
            await daemon.until(lambda: manager.ready > heard, f"the end of reload {number + 1} ({kind})", 20)
            await daemon.until(lambda: all(daemon.reports[device] > before[device] for device in untouched),
                               f"polls of the line that was not touched, after reload {number + 1} ({kind})", 5)
        site.fault = ""
        site.second_sink = False
        site.write(daemon.path, daemon.http)
        daemon.process.send_signal(signal.SIGHUP)
        heard = manager.ready
        await daemon.until(lambda: manager.ready > heard, "the end of the last reload", 20)
        daemon.reports.clear()
        await daemon.until(lambda: daemon.reports.keys() >= site.devices.keys(), "a report of every device there is", 20)
        # Home Assistant gets time to withdraw what is gone before its topics are cleared.
        for _ in range(30):
            found, online = await retained(broker, "faults")
            if found == site.devices.keys() and online:
                break
        else:
            run.wrong.append(f"the broker keeps {sorted(found ^ site.devices.keys())} that should not be there, or lacks them")
        others, online = await retained(broker, "second")
        if online:
            run.wrong.append("an output that was removed is still online")
        await daemon.close_account()
    listener.cancel()
    run.wrong += daemon.wrong + [line for bus in buses for line in bus.watch.wrong]
    await broker.stop()
    if buses[0].accepted != 1:
        run.wrong.append(f"the line that was not touched was opened {buses[0].accepted} times")
    run.did(reloads=run.dose, **done, connections_of_the_untouched_line=buses[0].accepted)
