#!/usr/bin/env python3
"""An M-Bus master that is not busbar's: pyMeterBus asks over TCP and prints what it understood.

    meterbus_master.py HOST PORT ADDRESS     a primary address, or the 16 digits of a secondary one

Prints one JSON object. Needs the Python packages pyMeterBus and pyserial.
"""

import json
import sys

import meterbus
import serial


def main() -> int:
    host, port, address = sys.argv[1:4]
    with serial.serial_for_url(f"socket://{host}:{port}", timeout=5) as line:
        if len(address) == 16:
            meterbus.send_select_frame(line, address)
            target = meterbus.ADDRESS_NETWORK_LAYER
        else:
            target = int(address)
            meterbus.send_ping_frame(line, target)
        if not isinstance(meterbus.load(meterbus.recv_frame(line, 1)), meterbus.TelegramACK):
            raise SystemExit("no acknowledgement")
        meterbus.send_request_frame(line, target)
        telegram = meterbus.load(meterbus.recv_frame(line, meterbus.FRAME_DATA_LENGTH))
    print(json.dumps(json.loads(telegram.to_JSON())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
