#!/usr/bin/env python3
"""A real Home Assistant beside the daemon: what it makes of discovery, states and commands.

Needs a Home Assistant of one's own (pip install homeassistant paho-mqtt, Python 3.13): BUSBAR_HOME_ASSISTANT is the command
that starts it, to which `-c FOLDER` is added. Its first start fetches what its integrations need.
"""

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from processes import Child, free_ports, listens, mosquitto, wait_until  # noqa: E402

COMMAND = shlex.split(os.environ.get("BUSBAR_HOME_ASSISTANT", ""))
if not COMMAND:
    print("SKIPPED: BUSBAR_HOME_ASSISTANT names no command that starts Home Assistant")
    sys.exit(77)
BUSBAR = os.environ["BUSBAR"]
SIMULATED = {"orion": ["--count", "2", "--cells", "16"], "daly": [], "voltronic": [], "vedirect": [], "mbus": [], "jk": []}
DEVICES = {"pack1": ("orion", "orion1000"), "pack2": ("orion", "orion1000"), "daly": ("daly", "daly"), "inverter": ("voltronic", "pi30"),
           "solar": ("vedirect", "victron_bmv"), "meter": ("mbus", "mbus"), "jk": ("jk", "jk_terminal")}
CONFIGURATION = """homeassistant: {{name: test, time_zone: UTC, latitude: 1, longitude: 1, elevation: 0, unit_system: metric, country: DE}}
http: {{server_host: 127.0.0.1, server_port: {port}}}
api:
auth:
onboarding:
config:
logger: {{default: warning}}
"""


class HomeAssistant:
    """One that knows nobody yet: a user is made, and the integration MQTT is added as its pages do it."""

    def __init__(self, folder):
        self.folder, self.token, self.child = folder, None, None
        self.port = free_ports(start=23000)
        self.root = f"http://127.0.0.1:{self.port}"
        Path(folder, "configuration.yaml").write_text(CONFIGURATION.format(port=self.port))

    def start(self):
        self.child = Child([*COMMAND, "-c", self.folder])
        wait_until(lambda: self.child.must_run() or self._up(), "Home Assistant's page", 600)

    def stop(self):
        self.child.process.terminate()
        self.child.process.wait(60)

    def _up(self):
        with contextlib.suppress(OSError):
            return bool(self.get("onboarding")) if self.token is None else self.get("config")["state"] == "RUNNING"
        return False

    def _call(self, path, body=None, kind="application/json"):
        headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        with urllib.request.urlopen(urllib.request.Request(self.root + path, body, headers), timeout=60) as answer:
            return json.load(answer)

    def get(self, path):
        return self._call(f"/api/{path}")

    def post(self, path, data):
        return self._call(f"/api/{path}", json.dumps(data).encode())

    def onboard(self, broker):
        code = self.post("onboarding/users", {"client_id": self.root + "/", "name": "t", "username": "t", "password": "t-t-t-t-t",
                                              "language": "en"})["auth_code"]
        form = {"grant_type": "authorization_code", "code": code, "client_id": self.root + "/"}
        self.token = self._call("/auth/token", urllib.parse.urlencode(form).encode(),
                                "application/x-www-form-urlencoded")["access_token"]
        flow = self.post("config/config_entries/flow", {"handler": "mqtt"})
        done = self.post(f"config/config_entries/flow/{flow['flow_id']}", {"broker": "127.0.0.1", "port": broker})
        assert done["type"] == "create_entry", done

    def states(self):
        return {entity["entity_id"]: entity["state"] for entity in self.get("states")}

    def complaints(self):
        """What it says against us. When entities go, it clears their discovery topic itself, and then warns of what it cleared."""
        return [line for line in self.child.log().splitlines() if " ERROR " in line or " WARNING " in line
                if ("mqtt" in line.lower() or "template" in line.lower()) and "No device components to cleanup" not in line]


def settings(profile):
    listed = subprocess.run([BUSBAR, "profile", "list", profile], capture_output=True, text=True, check=True).stdout
    return [line.split()[1] for line in listed.splitlines() if line.startswith(("    set ", "    write "))]


class Together(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory(prefix="busbar-ha-"))
        broker, cls.broker = mosquitto(cls.folder)
        cls.enterClassContext(broker)
        cls.links = {}
        for name, options in SIMULATED.items():
            cls.links[name] = free_ports()
            server = Child([BUSBAR, "simulate", name, "--listen", f"127.0.0.1:{cls.links[name]}", "--baud", "0", *options])
            cls.enterClassContext(server)
            wait_until(lambda: listens(cls.links[name]) or server.must_run(), name)
        cls.write_site(DEVICES)
        Path(cls.folder, "state").mkdir()
        cls.start_busbar()
        Path(cls.folder, "ha").mkdir()
        cls.home = HomeAssistant(f"{cls.folder}/ha")
        cls.home.start()
        cls.addClassCleanup(lambda: cls.home.stop())
        cls.home.onboard(cls.broker)

    @classmethod
    def write_site(cls, devices):
        lines = ["version: 1", "channels:", *(f"  {name}: {{link: 'tcp://127.0.0.1:{port}'}}" for name, port in cls.links.items()), "devices:"]
        for id, (channel, profile) in devices.items():
            address = ", address: 2" if id == "pack2" else ", address: 1" if channel in ("orion", "mbus") else ""
            writes = f", allow_writes: [{', '.join(settings(profile))}]" if settings(profile) and channel != "orion" else ""
            lines.append(f"  {id}: {{channel: {channel}, profile: {profile}{address}{writes}}}")
        lines.append(f"sinks: {{mqtt: {{url: 'mqtt://127.0.0.1:{cls.broker}'}}}}\n")
        Path(cls.folder, "busbar.yaml").write_text("\n".join(lines))

    @classmethod
    def start_busbar(cls):
        cls.busbar = Child([BUSBAR, "--config", f"{cls.folder}/busbar.yaml"], {"STATE_DIRECTORY": f"{cls.folder}/state"})
        cls.addClassCleanup(cls.busbar.stop)

    def eventually(self, condition, what, seconds=60):
        wait_until(lambda: self.busbar.must_run() or self.home.child.must_run() or condition(), what, seconds)

    def shows(self, entity, *states):
        self.eventually(lambda: self.home.states().get(entity) in states, f"{entity}: {' or '.join(states)}; is "
                        f"{self.home.states().get(entity)}")

    def test_1_has_every_entity_and_no_complaint(self):
        self.shows("sensor.pack2_cell_16_voltage", *(f"{value / 1000:.3f}" for value in range(2500, 3650)))
        known = [f"{part}{device}_" for device in DEVICES for part in ("sensor.", "binary_sensor.")]
        self.eventually(lambda: all(any(entity.startswith(prefix) for entity in self.home.states()) for prefix in known[::2]),
                        "sensors of every device")
        ours = {entity: state for entity, state in self.home.states().items() if entity.split(".")[1].startswith(tuple(DEVICES))}
        self.assertGreater(len(ours), 300)
        unavailable = [entity for entity, state in ours.items() if state == "unavailable"]
        self.assertEqual(unavailable, [])
        self.assertEqual(self.home.complaints(), [])

    def test_2_sets_what_the_site_allows(self):
        for domain, service, entity, data, state in (
                ("select", "select_option", "select.inverter_output_source_priority", {"option": "solar_first"}, "solar_first"),
                ("number", "set_value", "number.inverter_battery_float_voltage", {"value": 54.4}, "54.4"),
                ("switch", "turn_off", "switch.daly_charge_mos", {}, "off"), ("switch", "turn_on", "switch.daly_charge_mos", {}, "on"),
                ("switch", "turn_off", "switch.jk_discharge_mos", {}, "off")):
            self.eventually(lambda: self.home.states().get(entity, "unknown") not in ("unknown", "unavailable"), entity)
            self.home.post(f"services/{domain}/{service}", {"entity_id": entity, **data})
            self.shows(entity, state)
        with self.assertRaises(urllib.error.HTTPError, msg="outside of what the entity allows"):
            self.home.post("services/number/set_value", {"entity_id": "number.inverter_battery_float_voltage", "value": 99})
        self.assertEqual(self.home.complaints(), [])

    def test_3_sees_the_daemon_die_and_come_back(self):
        self.busbar.process.send_signal(signal.SIGKILL)
        self.busbar.process.wait()
        wait_until(lambda: self.home.states()["switch.jk_discharge_mos"] == "unavailable", "unavailable")
        self.start_busbar()
        self.shows("switch.jk_discharge_mos", "off")

    def test_4_is_told_everything_after_its_own_restart(self):
        before = set(self.home.states())
        self.home.stop()
        self.home.start()
        self.eventually(lambda: set(self.home.states()) >= before, "all entities")
        self.shows("number.inverter_battery_float_voltage", "54.4")
        self.assertEqual(self.home.complaints(), [])

    def test_5_forgets_a_device_that_is_gone(self):
        self.assertIn("sensor.pack2_cell_16_voltage", self.home.states())
        self.write_site({id: what for id, what in DEVICES.items() if id != "pack2"})
        self.busbar.process.send_signal(signal.SIGHUP)
        self.eventually(lambda: not any(".pack2_" in entity for entity in self.home.states()), "no pack2")
        self.assertIn("sensor.pack1_cell_16_voltage", self.home.states())
        self.assertEqual(self.home.complaints(), [])


if __name__ == "__main__":
    unittest.main()
