"""Orion packs for fault runs, written from the protocol's page alone, so that busbar is compared with something that does
not share its code. Every pack says values that only it says: what is published can be traced to who said it."""

import asyncio
import socket
import time

CELLS = 8
START, PRODUCT, END = 0xEA, 0xD1, 0xF5
VOLTAGES, STATUS, CAPACITY, SERIAL = 0x02, 0x03, 0x04, 0x11
REQUEST = 8  # bytes


def checksum(data):
    value = 0
    for byte in data:
        value ^= byte
    return value


def frame(address, command, data=b""):
    covered = bytes([len(data) + 4, 0xFF, command]) + data
    return bytes([START, PRODUCT, address]) + covered + bytes([checksum(covered), END])


def is_whole(data):
    """Whether these bytes are one frame whose checksum is right."""
    return (len(data) >= 8 and data[0] == START and data[1] == PRODUCT and data[3] + 4 == len(data) and
            data[-1] == END and checksum(data[3:-2]) == data[-2])


def each_frame(data, change):
    """The bytes with every whole answer in them replaced: change(address, command) → frame."""
    changed, at = b"", 0
    while at < len(data):
        end = at + 4 + data[at + 3] if at + 4 <= len(data) else len(data)
        one = data[at:end]
        changed += change(one[2], one[5]) if is_whole(one) and len(one) > REQUEST else one
        at = end
    return changed


def millivolts(address):
    return [3000 + address * 20 + cell for cell in range(CELLS)]


def answers(address):
    """Command → frame."""
    cells = b"".join(value.to_bytes(2, "big") for value in millivolts(address))
    # Charging with `address` × 100 mA; six probes, of which the last two are those of the MOS and of the ambience.
    status = bytes([0x32]) + (address * 10).to_bytes(2, "big") + bytes(4) + bytes([6]) + bytes(
        [40 + address] * 6) + bytes(5) + bytes([100 + address, 0x06, 0, 0, 0])
    words = [(0x03, 1), (0x04, 0x86A0), (0x05, 1), (0x06, 0x86A0), (0x07, 0), (0x08, 1000 * address), (0x09, 0xFFFF),
             (0x0A, 0xFFFF)]
    capacity = bytes([0x01, address, 0x02]) + (500 + address).to_bytes(2, "big")
    capacity += b"".join(bytes([tag]) + word.to_bytes(2, "big") for tag, word in words)
    capacity += bytes([0x0B, 0, 1, 0, 2]) + bytes(7) + (5000 + address).to_bytes(2, "big")
    capacity += (3400 + address).to_bytes(2, "big") + (3100 + address).to_bytes(2, "big") + bytes([0x0D, 11])
    name = f"PACK-{address:03}".encode()
    return {VOLTAGES: frame(address, VOLTAGES, bytes([CELLS, 6, CELLS]) + cells),
            STATUS: frame(address, STATUS, status),
            CAPACITY: frame(address, CAPACITY, capacity),
            SERIAL: frame(address, SERIAL, bytes([len(name)]) + name)}


def readings(address):
    """Some of what must be published of a pack: query → key → value."""
    cells = {f"cell_{cell + 1:02}_voltage": value / 1000 for cell, value in enumerate(millivolts(address))}
    return {"voltages": {**cells, "cell_count": CELLS, "cell_voltage_min": (3000 + address * 20) / 1000},
            "status": {"current": address / 10, "charging": True, "mos_temperature": address,
                       "software_version": 100 + address},
            "capacity": {"soc": address, "cycles": 500 + address, "remaining_capacity": float(address)},
            "serial_number": {"serial_number": f"PACK-{address:03}"}}


class Pulse:
    """How late this program itself is: what it sees then says nothing about when it was sent."""

    BEAT = 0.004

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.last, self.stalls = time.monotonic(), []  # (moment, seconds), the recent ones
        self.beat()

    def beat(self):
        now = time.monotonic()
        if now - self.last > 2 * self.BEAT:
            self.stalls = [*self.stalls[-50:], (now, now - self.last)]
        self.last = now
        self.loop.call_later(self.BEAT, self.beat)

    def steady(self, span, limit):
        """Whether nothing took longer than `limit` in the last `span` seconds."""
        now = time.monotonic()
        return now - self.last < limit and all(seconds < limit for moment, seconds in self.stalls if now - moment < span)


class Watch:
    """Sees whether somebody asks on a line while an answer is owed to him. `patience`: his timeout, after which he may. It must
    stand where the answers are made: behind a proxy that delays them, an old answer may be taken for the next one."""

    pulses = {}  # event loop → its pulse

    def __init__(self, patience):
        loop = asyncio.get_running_loop()
        self.pulse = self.pulses.get(loop) or self.pulses.setdefault(loop, Pulse())
        self.patience, self.owed, self.floor, self.wrong = patience, False, time.monotonic(), []

    def asked(self):
        waited = time.monotonic() - self.floor
        if self.owed and waited < self.patience / 2 and self.pulse.steady(4 * self.patience, self.patience / 4):
            self.wrong.append(f"a request {1000 * waited:.0f} ms after the one before, which was not answered yet")
        self.owed = True

    def answered(self):
        """To be said before the answer is sent."""
        self.owed, self.floor = False, time.monotonic()


class Bus:
    """Packs of some addresses on one line behind a device server; any number of connections."""

    def __init__(self, addresses, silent=()):
        self.table = {(address, command): answer for address in addresses if address not in silent
                      for command, answer in answers(address).items()}
        self.requests = self.accepted = 0
        self.connections = set()
        self.watch = None

    async def listen(self, port=0, host="127.0.0.1"):
        self.server = await asyncio.start_server(self.serve, host, port)
        return self.server.sockets[0].getsockname()[1]

    async def close(self):
        """As when the device server loses its power: nobody listens, all connections are reset."""
        self.server.close()
        for writer in set(self.connections):
            writer.transport.abort()
        await self.server.wait_closed()

    async def serve(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.add(writer)
        self.accepted += 1
        if self.watch:
            self.watch.answered()
        try:
            while True:
                request = await reader.readexactly(REQUEST)
                self.requests += 1
                if self.watch:
                    self.watch.asked()
                if answer := self.table.get((request[2], request[5])):
                    if self.watch:
                        self.watch.answered()
                    writer.write(answer)
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()
