"""An MQTT broker of few lines that keeps to a script: it refuses, hangs up with a reason, is slow, is small, and then behaves.
Written from MQTT 5.0 and 3.1.1; only what busbar uses of them."""

import asyncio
import collections
import dataclasses
import json
import struct

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = (
    1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14)
RECEIVE_MAXIMUM, MAXIMUM_PACKET_SIZE = 0x21, 0x27


@dataclasses.dataclass
class Mood:
    """What the broker does with one connection; all defaults are good behaviour."""
    connack: int = 0               # reason code
    connack_after: float = 0.0     # seconds
    hang_up: int | None = None     # reason code of a DISCONNECT instead of the third acknowledgement
    puback: int = 0                # reason code
    refused: str = ""              # `puback` is for topics that begin so
    withhold: bool = False         # no PUBACK at all
    receive_maximum: int = 0       # announced, and watched
    maximum_packet: int = 0        # announced, and watched
    good: bool = False             # from here on everything must come back


def packet(kind, body, flags=0):
    length, size = len(body), b""
    while True:
        size += bytes([length % 128 | (0x80 if length > 127 else 0)])
        length //= 128
        if length == 0:
            return bytes([kind << 4 | flags]) + size + body


async def read_packet(reader):
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return first >> 4, first & 0x0F, await reader.readexactly(length)


def text(body, at):
    size = struct.unpack_from(">H", body, at)[0]
    return body[at + 2:at + 2 + size].decode(), at + 2 + size


def skip_properties(body, at, level):
    """Properties begin with their length as a variable byte integer; version 3.1.1 has none."""
    length = shift = 0
    while level == 5:
        length |= (body[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if body[at - 1] < 0x80:
            break
    return at + length


class Client:
    """What the broker knows of one client id, over all its connections."""

    def __init__(self, script):
        self.script = list(script)
        self.attempts = []      # moments of its CONNECTs
        self.bad_until = 0.0    # the moment of the last misbehaviour
        self.good_since = None  # the connection on which the broker behaves
        self.topics = {}        # topic → payload, of the connection
        self.delivered = collections.defaultdict(list)  # device → sequences of its events, as acknowledged
        self.wrong = []

    def next_mood(self):
        return self.script.pop(0) if self.script else Mood(good=True)


class ScriptedBroker:
    """`script`: client id → moods of its connections, one after the other; then it behaves."""

    def __init__(self, script):
        self.clients = collections.defaultdict(lambda: Client(()), {name: Client(moods) for name, moods in script.items()})

    async def listen(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        return self.server.sockets[0].getsockname()[1]

    async def accept(self, reader, writer):
        try:
            kind, _, body = await read_packet(reader)
            if kind == CONNECT:
                level = body[6]
                name, _ = text(body, skip_properties(body, 10, level))
                client = self.clients[name]
                await Conversation(client, client.next_mood(), level, reader, writer).hold()
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


class Conversation:
    """One accepted connection."""

    def __init__(self, client, mood, level, reader, writer):
        self.client, self.mood, self.level, self.reader, self.writer = client, mood, level, reader, writer
        self.loop = asyncio.get_running_loop()
        self.owed = 0          # acknowledgements
        self.acknowledged = 0
        self.tasks = set()

    async def hold(self):
        client, mood = self.client, self.mood
        client.attempts.append(self.loop.time())
        client.topics = {}
        try:
            await asyncio.sleep(mood.connack_after)
            self.greet()
            if mood.connack >= 0x80:
                return
            if mood.good:
                client.good_since = self.loop.time()
            while True:
                kind, flags, body = await read_packet(self.reader)
                if kind == DISCONNECT or not self.handle(kind, flags, body):
                    return
        finally:
            if not mood.good:
                client.bad_until = self.loop.time()
            for task in self.tasks:
                task.cancel()

    def greet(self):
        properties = b""
        if self.mood.receive_maximum:
            properties += struct.pack(">BH", RECEIVE_MAXIMUM, self.mood.receive_maximum)
        if self.mood.maximum_packet:
            properties += struct.pack(">BI", MAXIMUM_PACKET_SIZE, self.mood.maximum_packet)
        # Version 3.1.1 knows five reasons; 3 is "unavailable", 5 "not authorised".
        code = self.mood.connack if self.level == 5 else {0: 0, 0x87: 5}.get(self.mood.connack, 3)
        self.send(CONNACK, bytes([0, code]) + (bytes([len(properties)]) + properties if self.level == 5 else b""))

    def send(self, kind, body, flags=0):
        if not self.writer.is_closing():
            self.writer.write(packet(kind, body, flags))

    def handle(self, kind, flags, body):
        """False ends the connection."""
        if self.mood.maximum_packet and len(packet(kind, body)) > self.mood.maximum_packet:
            self.client.wrong.append(f"a packet of {len(packet(kind, body))} bytes, {self.mood.maximum_packet} were allowed")
        if kind == PUBLISH:
            return self.take(flags, body)
        if kind == PINGREQ:
            self.send(PINGRESP, b"")
        elif kind in (SUBSCRIBE, UNSUBSCRIBE):
            filters, at = [], skip_properties(body, 2, self.level)
            while at < len(body):
                one, at = text(body, at)
                at += kind == SUBSCRIBE
                filters.append(one)
            codes = bytes(len(filters)) if kind == SUBSCRIBE or self.level == 5 else b""
            self.send(SUBACK if kind == SUBSCRIBE else UNSUBACK, body[:2] + (b"\0" if self.level == 5 else b"") + codes)
            for topic in filters if kind == SUBSCRIBE else ():
                if topic in self.client.topics:  # what is retained
                    name = topic.encode()
                    self.send(PUBLISH, struct.pack(">H", len(name)) + name + (b"\0" if self.level == 5 else b"") +
                              self.client.topics[topic], 1)
        return True

    def take(self, flags, body):
        topic, at = text(body, 0)
        number, at = (body[at:at + 2], at + 2) if flags & 6 else (b"", at)
        payload = body[skip_properties(body, at, self.level):]
        if not number:
            self.client.topics[topic] = payload
            return True
        self.owed += 1
        if self.mood.receive_maximum and self.owed > self.mood.receive_maximum:
            self.client.wrong.append(f"{self.owed} messages under way, {self.mood.receive_maximum} were allowed")
        if self.mood.hang_up is not None and self.acknowledged >= 2:
            self.send(DISCONNECT, bytes([self.mood.hang_up, 0]) if self.level == 5 else b"")
            return False
        if not self.mood.withhold:
            task = asyncio.create_task(self.acknowledge(number, topic, payload))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        return True

    async def acknowledge(self, number, topic, payload):
        # Who is allowed one message at a time must be seen to wait for this.
        await asyncio.sleep(0.005 if self.mood.receive_maximum else 0)
        refused = self.mood.puback if topic.startswith(self.mood.refused) else 0
        self.send(PUBACK, number + (bytes([refused]) if refused and self.level == 5 else b""))
        self.owed -= 1
        self.acknowledged += 1
        if refused:
            return
        self.client.topics[topic] = payload
        if "/event/" in topic:
            self.client.delivered[topic.split("/")[1]].append(json.loads(payload)["sequence"])
