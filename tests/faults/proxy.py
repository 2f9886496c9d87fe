#!/usr/bin/env python3
"""A TCP proxy that spoils what passes through it, in ways that can be repeated: the seed decides.

    tests/faults/proxy.py --listen 127.0.0.1:2600 --to 127.0.0.1:2601 --seed 7 flip=0.1 late=0.05:300ms

It stands between busbar and a simulator or a broker. A chunk is what one read returns: on a field bus one answer. Each
FAULT=PROBABILITY[:TIME] is decided for each chunk that comes back from the far side (with --up: that goes there). On
SIGTERM or SIGINT it prints what it did.

faults:
  reset       half of the chunk, then a connection reset       slice      the chunk in pieces of random length
  close       half of the chunk, then an orderly close         dribble    one byte every TIME (1ms)
  half_open   nothing more on this connection, ever            delay      TIME later (50ms), and all that follows
  lose        the chunk never arrives                          jitter     up to TIME later (50ms)
  truncate    some bytes at its end are lost                   late       TIME later (300ms); what follows overtakes it
  flip        one to four bits are others                      duplicate  twice
  garbage     random bytes before, inside or behind it         reorder    behind the next chunk
  echo        behind the request that asked for it             glue       in one write with the next chunk
  foreign     behind a request and an answer of somebody else
  other_unit  what pack 3 - n says instead of pack n        other_query  the answer to another question
"""

import argparse
import asyncio
import collections
import random
import signal
import socket
import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import packs  # noqa: E402

FAULTS = ("reset close half_open lose truncate flip garbage echo foreign slice dribble delay jitter late duplicate reorder "
          "glue other_unit other_query").split()
DEFAULT_TIMES = {"dribble": 0.001, "delay": 0.05, "jitter": 0.05, "late": 0.3}
# A master that is not busbar asks address 0x55, which answers with its number.
FOREIGN = packs.frame(0x55, packs.SERIAL) + packs.frame(0x55, packs.SERIAL, b"\x03abc")


def parse_fault(text):
    """'late=0.1:300ms' → ('late', 0.1, 0.3)."""
    name, _, rest = text.partition("=")
    probability, _, time = rest.partition(":")
    if name not in FAULTS:
        raise argparse.ArgumentTypeError(f"unknown fault '{name}'; one of {', '.join(FAULTS)}")
    try:
        seconds = float(time.removesuffix("ms")) / 1000 if time else DEFAULT_TIMES.get(name, 0)
        value = float(probability or 1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not FAULT=PROBABILITY[:TIMEms]") from None
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"the probability of '{text}' is not between 0 and 1")
    return name, value, seconds


def flip(data, chance):
    """Up to four bits of a chunk turned over."""
    spoiled = bytearray(data)
    for bit in chance.sample(range(8 * len(data)), chance.randint(1, min(4, 8 * len(data)))):
        spoiled[bit // 8] ^= 1 << bit % 8
    return bytes(spoiled)


class Broken(Exception):
    """The connection ends here."""


class Connection:
    """Both directions of one connection. Only one of them is spoiled."""

    def __init__(self, proxy, number, near, far):
        self.proxy, self.near, self.far = proxy, near, far
        self.chance = random.Random(f"{proxy.seed}/{number}")
        self.held = b""      # waits for the next chunk
        self.asked = b""     # the last chunk in the other direction
        self.silent = False  # half open
        self.overtaken = set()

    async def run(self):
        (near_in, near_out), (far_in, far_out) = self.near, self.far
        spoiled, clean = (near_out, far_out) if not self.proxy.up else (far_out, near_out)
        source, back = (far_in, near_in) if not self.proxy.up else (near_in, far_in)
        pumps = [asyncio.create_task(self.spoil(source, spoiled)), asyncio.create_task(self.forward(back, clean))]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for task in [*pumps, *self.overtaken]:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for writer in (near_out, far_out):
            writer.close()

    async def forward(self, reader, writer):
        while data := await reader.read(65536):
            self.asked = data
            writer.write(data)
            await writer.drain()

    async def spoil(self, reader, writer):
        while data := await reader.read(65536):
            self.proxy.chunks += 1
            if self.silent:
                continue
            try:
                await self.pass_on(data, writer)
            except Broken:
                return

    def happens(self, name):
        probability, _ = self.proxy.faults.get(name, (0, 0))
        if probability == 0 or self.chance.random() >= probability:
            return False
        self.proxy.done[name] += 1
        return True

    def time(self, name):
        return self.proxy.faults[name][1]

    async def pass_on(self, data, writer):
        if self.happens("half_open"):
            self.silent = True
            return
        if self.happens("lose"):
            return
        for name in ("reset", "close"):
            if self.happens(name):
                writer.write(data[:self.chance.randrange(len(data))])
                await writer.drain()
                if name == "reset":
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                               struct.pack("ii", 1, 0))
                    writer.transport.abort()
                raise Broken
        data = self.changed(data)
        if self.happens("late"):
            task = asyncio.create_task(self.later(self.time("late"), data, writer))
            self.overtaken.add(task)
            task.add_done_callback(self.overtaken.discard)
            return
        if self.happens("reorder") or self.happens("glue"):
            self.held += data
            return
        if self.held:
            # What was kept for gluing comes first, what was reordered second; both in one write.
            data, self.held = (self.held + data if "glue" in self.proxy.faults else data + self.held), b""
        await self.send(data, writer)

    def changed(self, data):
        # What others truly say: taken for theirs it is right, taken for the answer it is not.
        if self.happens("other_unit"):
            data = packs.each_frame(data, lambda address, command: packs.answers(3 - address)[command])
        if self.happens("other_query"):
            data = packs.each_frame(data, lambda address, command: packs.answers(address)[
                packs.STATUS if command == packs.VOLTAGES else packs.VOLTAGES])
        if self.happens("truncate"):
            data = data[:self.chance.randrange(len(data))]
        if data and self.happens("flip"):
            data = self.proxy.flip(data, self.chance)
        if self.happens("garbage"):
            at = self.chance.choice((0, len(data), self.chance.randint(0, len(data))))
            data = data[:at] + self.chance.randbytes(self.chance.randint(1, 40)) + data[at:]
        if self.happens("duplicate"):
            data += data
        if self.happens("echo"):
            data = self.asked + data
        if self.happens("foreign"):
            data = FOREIGN + data
        return data

    async def later(self, seconds, data, writer):
        await asyncio.sleep(seconds)
        writer.write(data)

    async def send(self, data, writer):
        if self.happens("delay"):
            await asyncio.sleep(self.time("delay"))
        if self.happens("jitter"):
            await asyncio.sleep(self.time("jitter") * self.chance.random())
        pieces = [data]
        if self.happens("dribble"):
            pieces = [data[at:at + 1] for at in range(len(data))]
        elif len(data) > 1 and self.happens("slice"):
            cuts = sorted(self.chance.sample(range(1, len(data)), self.chance.randint(1, min(8, len(data) - 1))))
            pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)])]
        for number, piece in enumerate(pieces):
            if number > 0:
                await asyncio.sleep(self.proxy.faults.get("dribble", (0, 0.001))[1])
            writer.write(piece)
            await writer.drain()


class Proxy:
    """`faults`: name → (probability, seconds); it may be changed while the proxy runs. `done` counts what happened."""

    def __init__(self, to, seed=1, faults=(), up=False, flip_with=flip):
        self.to, self.seed, self.up, self.flip = to, seed, up, flip_with
        self.faults = {name: (probability, seconds) for name, probability, seconds in faults}
        self.done = collections.Counter()
        self.chunks = self.connections = 0
        self.tasks = set()

    async def listen(self, host, port):
        self.server = await asyncio.start_server(self.accept, host, port)
        return self.server.sockets[0].getsockname()[1]

    async def accept(self, reader, writer):
        self.connections += 1
        number = self.connections
        try:
            far = await asyncio.open_connection(*self.to)
        except OSError:
            writer.close()
            return
        for stream in (writer, far[1]):
            stream.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await Connection(self, number, (reader, writer), far).run()
        except (ConnectionError, asyncio.CancelledError):
            pass

    def account(self):
        return f"seed {self.seed}: {self.connections} connections, {self.chunks} chunks" + "".join(
            f", {name} {count}" for name, count in sorted(self.done.items()))


def endpoint(text):
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is not HOST:PORT")
    return host, int(port)


async def serve(arguments):
    proxy = Proxy(arguments.to, arguments.seed, arguments.fault, arguments.up)
    port = await proxy.listen(*arguments.listen)
    print(f"port {port}, seed {proxy.seed}", flush=True)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    print(proxy.account(), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listen", type=endpoint, default=("127.0.0.1", 0), metavar="HOST:PORT")
    parser.add_argument("--to", type=endpoint, required=True, metavar="HOST:PORT")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    parser.add_argument("--up", action="store_true", help="spoil what goes to the far side instead of what comes back")
    parser.add_argument("fault", nargs="*", type=parse_fault, metavar="FAULT=PROBABILITY[:TIME]")
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
