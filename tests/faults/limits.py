"""Faults of a box that has too little of everything: descriptors, threads, memory. busbar works, or ends with a code and says
why; it does not hang, and as far as it has a say it does not die of a signal."""

import asyncio
import contextlib
import os
import resource
import signal
import subprocess
from pathlib import Path

import packs
from catalogue import fault
from daemon import Line, configuration

NOBODY = 61234  # a user without processes of its own, so that a limit on them is exact


async def site(run):
    bus = packs.Bus(range(1, 3))
    config = run.directory / "busbar.yaml"
    config.write_text(configuration([Line(await bus.listen(), range(1, 3))], "  screen: {format: jsonl}\n  mqtt: {url: \"mqtt://127.0.0.1:9\"}\n"))
    return config


async def limited(run, config, which, limit, signals=(), **options):
    """Starts busbar under a limit; whether it worked. What it must not do goes to run.wrong; `signals` are counted only."""
    what = f"{which.removeprefix('RLIMIT_')} {limit}"
    number = getattr(resource, which)
    process = await asyncio.create_subprocess_exec(
        str(run.busbar.resolve()), "--config", str(config), "--log-level", "error", stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, preexec_fn=lambda: resource.setrlimit(number, (limit, limit)), **options)
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 3)
    except asyncio.TimeoutError:
        line = b""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
    try:
        _, error = await asyncio.wait_for(process.communicate(), 5)
    except asyncio.TimeoutError:
        process.kill()
        run.wrong.append(f"hangs with {what}")
        return False
    message = error.decode(errors="replace").strip()
    if -process.returncode in signals:
        run.did(ended_by_a_signal=run.counts.get("ended_by_a_signal", 0) + 1)
    elif process.returncode < 0:
        run.wrong.append(f"dies of signal {-process.returncode} with {what}: {message[-300:]}")
    elif process.returncode > 0 and not message:
        run.wrong.append(f"ends with {process.returncode} and without a word with {what}")
    return bool(line)


@fault("F24", "too few file descriptors", short=30, long=60)
async def descriptors(run):
    config = await site(run)
    worked = [await limited(run, config, "RLIMIT_NOFILE", limit) for limit in range(4, 4 + run.dose)]
    run.did(limits=run.dose, worked=sum(worked), gave_up_or_waited=len(worked) - sum(worked))


def threads_of(user):
    count = 0
    for status in Path("/proc").glob("[0-9]*/task"):
        with contextlib.suppress(OSError):
            count += len(os.listdir(status)) if status.stat().st_uid == user else 0
    return count


@fault("F24b", "too few threads", short=12, long=24)
async def threads(run):
    root = os.getuid() == 0
    config = await site(run)
    run.directory.chmod(0o755)
    base = 0 if root else threads_of(os.getuid())  # of a user with other processes the limit is not exact
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if root else {}
    worked = [await limited(run, config, "RLIMIT_NPROC", base + limit, **options) for limit in range(1, 1 + run.dose)]
    run.did(limits=run.dose, worked=sum(worked), gave_up_or_waited=len(worked) - sum(worked))


def starts(busbar, limit):
    """Whether the program can be loaded at all: before that its end is the loader's."""
    done = subprocess.run([busbar.resolve(), "--version"], capture_output=True,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    return done.returncode == 0


@fault("F24c", "too little memory", short=25, long=400)
async def memory(run):
    mebibyte = 1 << 20
    config = await site(run)
    least, most = mebibyte, 4096 * mebibyte
    while most - least > mebibyte:
        middle = (least + most) // 2
        least, most = (least, middle) if starts(run.busbar, middle) else (middle, most)
    # From just loaded to enough for all threads, whose stacks are most of it.
    # Where a library has no way to say that it got no memory the runtime aborts, and the kernel answers a stack that cannot
    # grow with SIGSEGV: no program can do anything about either.
    worked = [await limited(run, config, "RLIMIT_AS", most + step * 128 * mebibyte // run.dose, (signal.SIGABRT, signal.SIGSEGV))
              for step in range(run.dose)]
    run.did(limits=run.dose, least=f"{most // mebibyte} MiB", worked=sum(worked), gave_up_or_waited=len(worked) - sum(worked))
    if run.counts.get("ended_by_a_signal", 0) > run.dose // 10:
        run.wrong.append(f"{run.counts['ended_by_a_signal']} ends by a signal")
