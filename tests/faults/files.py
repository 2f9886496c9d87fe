"""Hostile configuration files: busbar loads them, or says in which line what is wrong, soon, and without a crash."""

import asyncio
import random
import re
import resource

from catalogue import fault

HEAD = "version: 1\nchannels:\n  bus: {link: \"tcp://127.0.0.1:9\"}\n"
SINKS = "sinks:\n  screen:\n"
LIMIT = 5.0  # seconds of the processor


def site(interval="1s", devices="  p1: {profile: orion1000, address: 1, intervals: {status: %s}}\n"):
    return (HEAD + "devices:\n" + (devices % interval if "%s" in devices else devices) + SINKS).encode()


def bomb():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, 12):
        text += f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 9) + "]\n"
    return text.encode() + site()


def crowd(count, channels):
    """So many devices, on channels of 250."""
    text = "version: 1\nchannels:\n" + "".join(f"  b{number}: {{link: \"tcp://127.0.0.1:{number + 1}\"}}\n"
                                               for number in range(channels))
    text += "devices:\n" + "".join(f"  p{number}: {{profile: orion1000, channel: b{number % channels}, "
                                   f"address: {number // channels + 1}}}\n" for number in range(count))
    return (text + SINKS).encode()


# Name → file, and whether it may load.
FILES = {
    "ten megabytes of keys": (b"a: 1\n" * 2_000_000, False),
    "ten megabytes of one value": (HEAD.encode() + b"x: " + b"y" * 10_000_000, False),
    "an alias bomb": (bomb(), False),
    "a cycle": (b"a: &a [*a]\n" + site(), False),
    "a million brackets": (b"[" * 1_000_000, False),
    "a tower of mappings": (b"".join(b" " * level + b"a:\n" for level in range(1200)), False),
    **{f"interval {interval}": (site(interval), False) for interval in (
        "nan", ".nan", ".inf", "-.inf", "-1s", "1e308s", "1e-300s", "99999999999999999999s", "9223372036854775807ms", "0x10s",
        "1", "''", "[]", "{}", "1s1s", "∞s")},
    "a hundred thousand devices": (crowd(100_000, 400), False),
    "five thousand devices": (crowd(5000, 20), True),
    "an endless line": (b"version: 1 # " + b"\xc3\xbc" * 400_000, False),
    "no text": (bytes(range(256)) * 100, False),
    "UTF-16": (site().decode().encode("utf-16"), False),
    "a tab": (HEAD.encode().replace(b"  bus", b"\tbus"), False),
    "nothing": (b"", False),
}


def processor_time():
    """Of all children that have ended: a busy machine makes it no longer."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


async def check(run, name, content, may_load):
    path = run.directory / "busbar.yaml"
    path.write_bytes(content)
    before = processor_time()
    process = await asyncio.create_subprocess_exec(str(run.busbar), "--config", str(path), "--check-config",
                                                   stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    try:
        out, error = await asyncio.wait_for(process.communicate(), 60)
    except asyncio.TimeoutError:
        process.kill()
        run.wrong.append(f"{name}: no end within a minute")
        return 60.0
    seconds = processor_time() - before
    text = (out + error).decode(errors="replace")
    if process.returncode not in (0, 78) or (process.returncode == 0 and not may_load):
        run.wrong.append(f"{name}: ends with {process.returncode}: {text[:200]}")
    if process.returncode == 78 and not re.search(r"busbar\.yaml(:\d+:\d+)?: .", text):
        run.wrong.append(f"{name}: does not say where: {text[:200]}")
    if seconds > LIMIT:
        run.wrong.append(f"{name}: {seconds:.1f} s")
    return seconds


def damaged(chance):
    """A good file with a few bytes of it changed, left out, repeated or put elsewhere."""
    data = bytearray(site(chance.choice(["1s", "200ms", "2h"])) + b"  mqtt: {url: \"mqtt://127.0.0.1\", events: true}\n")
    for _ in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(data)), chance.randint(1, 20)
        kind = chance.randrange(4)
        if kind == 0:
            data[at] = chance.randrange(256)
        elif kind == 1:
            del data[at:at + size]
        elif kind == 2:
            data[at:at] = data[at:at + size] * chance.choice([1, 100])
        else:
            data[at:at] = chance.choice([b"&a ", b"*a", b"!!x ", b"? ", b"- ", b"${", b"}", b"|\n", b"\0", b"\xff", b"-1", b"1e999"])
    return bytes(data)


@fault("F30", "hostile configuration files", short=150, long=20_000)
async def hostile(run):
    slowest, of = 0.0, ""
    for name, (content, may_load) in FILES.items():
        seconds = await check(run, name, content, may_load)
        slowest, of = max((slowest, of), (seconds, name))
    chance = random.Random(run.seed)
    for number in range(run.dose):
        await check(run, f"damaged file {number}", damaged(chance), True)
    run.did(made_for_it=len(FILES), damaged=run.dose, slowest=f"{slowest:.1f} s ({of})")
