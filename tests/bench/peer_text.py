"""Decodes two frames, given as hexadecimal, with mpp-solar's protocol classes for some seconds each; prints how many a second.

Run by items.py with the Python that has the package mppsolar: it is no part of busbar.
"""

import logging
import sys
import time

logging.disable(logging.CRITICAL)
from mppsolar.protocols.pi30 import pi30  # noqa: E402
from mppsolar.protocols.ved import ved  # noqa: E402


def rate(protocol, frame, command, seconds):
    done, end = 0, time.perf_counter() + seconds
    begin = time.perf_counter()
    while time.perf_counter() < end:
        for _ in range(50):
            readings = protocol.decode(frame, command)
        done += 50
    assert len(readings) > 5, readings
    return done / (time.perf_counter() - begin)


status, block, length = bytes.fromhex(sys.argv[1]), bytes.fromhex(sys.argv[2]), float(sys.argv[3])
print(rate(pi30(), status, "QPIGS", length), rate(ved(), block, "vedtext", length))
