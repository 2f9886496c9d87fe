#!/usr/bin/env python3
"""The files that Docker Compose and Home Assistant's supervisor read, held to the rules of those that read them.

Sources: compose-spec.io; developers.home-assistant.io, "App configuration"; the supervisor's grammar of option types.
"""

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

if shutil.which("docker-compose") is None:
    print("SKIPPED: there is no docker-compose here (apt-get install docker-compose, which brings python3-yaml)")
    sys.exit(77)
import yaml  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "packaging" / "docker" / "compose.yaml"
ADDON = ROOT / "packaging" / "home-assistant" / "busbar"
TYPE = re.compile(
    r"^(?:bool|email|url|port|device(?:\(subsystem=[a-z]+\))?|(?:str|password|int)(?:\((?:\d+)?,(?:\d+)?\))?"
    r"|float(?:\([\d.]*,[\d.]*\))?|match\(.*\)|list\(.+\))\??$"
)
ADDON_KEYS = {
    "name", "version", "slug", "description", "arch", "url", "startup", "boot", "stage", "init", "services", "uart", "map",
    "tmpfs", "ports", "ports_description", "watchdog", "backup", "options", "schema",
}


def read(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def version() -> str:
    return re.search(r"project\(busbar VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1]


def accepts(kind, value) -> bool:
    """Whether the supervisor would take the value for an option of that type."""
    if isinstance(kind, list):
        return isinstance(value, list) and all(accepts(kind[0], one) for one in value)
    if isinstance(kind, dict):
        needed = {key for key, one in kind.items() if not (isinstance(one, str) and one.endswith("?"))}
        return set(value) <= set(kind) and needed <= set(value) and all(accepts(kind[key], value[key]) for key in value)
    name, _, rest = kind.rstrip("?").partition("(")
    inner = rest[:-1]
    return {
        "match": lambda: re.match(inner, str(value)) is not None,
        "list": lambda: value in inner.split("|"),
        "int": lambda: isinstance(value, int) and (not inner or int(inner.split(",")[0]) <= value <= int(inner.split(",")[1])),
    }.get(name, lambda: isinstance(value, str))()


class Compose(unittest.TestCase):
    def setUp(self):
        self.file = read(COMPOSE)
        self.services = self.file["services"]

    def test_has_the_three(self):
        self.assertLessEqual({"busbar", "mosquitto", "homeassistant"}, set(self.services))
        for name in ("busbar", "mosquitto", "homeassistant"):
            self.assertEqual(self.services[name]["restart"], "unless-stopped", name)

    def test_gives_busbar_no_privilege_and_nothing_to_write_to_but_its_state(self):
        for name in ("busbar", "simulator"):
            service = self.services[name]
            self.assertIs(service["read_only"], True, name)
            self.assertEqual(service["cap_drop"], ["ALL"], name)
            self.assertIn("no-new-privileges:true", service["security_opt"], name)
        self.assertEqual([mount for mount in self.services["busbar"]["volumes"] if not mount.endswith(":ro")],
                         ["busbar-state:/data"])

    def test_pins_every_image(self):
        for name, service in self.services.items():
            self.assertRegex(service["image"], r":\d[\w.]*$", name)
        self.assertEqual(self.services["busbar"]["image"], f"busbar:{version()}")
        self.assertEqual(self.services["busbar"]["image"], self.services["simulator"]["image"])

    def test_names_what_is_there(self):
        used = [mount for service in self.services.values() for mount in service.get("volumes", [])]
        for source in (mount.split(":")[0] for mount in used):
            if source.startswith("."):
                self.assertTrue((COMPOSE.parent / source).exists(), source)
            else:
                self.assertIn(source, self.file["volumes"])
        for service in self.services.values():
            self.assertLessEqual(set(service.get("depends_on", [])), set(self.services))
        self.assertEqual((COMPOSE.parent / self.services["busbar"]["build"]["context"]).resolve(), ROOT)

    def test_publishes_home_assistant_only(self):
        self.assertEqual({name for name, service in self.services.items() if "ports" in service}, {"homeassistant"})

    def test_agrees_with_the_site_about_names_and_ports(self):
        site = read(COMPOSE.parent / "config" / "busbar.yaml")
        self.assertEqual(site["sinks"]["mqtt"]["url"], "mqtt://mosquitto:1883")
        self.assertIn("listener 1883\n", (COMPOSE.parent / "mosquitto.conf").read_text())
        self.assertIn("http", site["sinks"], "the health check of the image asks it")
        self.assertIn("${BUSBAR_GATEWAY:-tcp://simulator:4001}", self.services["busbar"]["environment"]["BUSBAR_GATEWAY"])
        self.assertIn("0.0.0.0:4001", self.services["simulator"]["command"])

    def test_is_what_compose_understands(self):
        done = subprocess.run(["docker-compose", "config", "-q"], cwd=COMPOSE.parent, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_has_a_site_that_busbar_understands(self):
        done = subprocess.run([os.environ["BUSBAR"], "--config", COMPOSE.parent / "config" / "busbar.yaml", "--check-config"], text=True,
                              capture_output=True, env={"BUSBAR_GATEWAY": "tcp://simulator:4001"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "", "a warning")


class Addon(unittest.TestCase):
    def setUp(self):
        self.config = read(ADDON / "config.yaml")

    def test_has_what_the_supervisor_asks_for(self):
        self.assertLessEqual({"name", "version", "slug", "description", "arch"}, set(self.config))
        self.assertLessEqual(set(self.config), ADDON_KEYS)
        self.assertEqual(self.config["version"], version())
        self.assertRegex(self.config["slug"], r"^[-_.A-Za-z0-9]+$")
        self.assertLessEqual(set(self.config["arch"]), {"amd64", "aarch64"})
        self.assertIn(self.config["startup"], {"initialize", "system", "services", "application", "once"})
        self.assertIn(self.config["stage"], {"stable", "experimental", "deprecated"})
        self.assertEqual(self.config["services"], ["mqtt:want"])
        for entry in self.config["map"]:
            self.assertRegex(entry, r"^(data|ssl|share|addon_config)(:(rw|ro))?$")
        self.assertRegex(self.config["watchdog"], r"^https?://\[HOST\]:\[PORT:\d+\].*$")

    def test_asks_for_no_more_than_it_needs(self):
        for key in ("host_network", "host_pid", "privileged", "full_access", "docker_api", "hassio_api", "homeassistant_api"):
            self.assertNotIn(key, self.config)

    def test_knows_every_type_of_its_options(self):
        def types(schema):
            if isinstance(schema, str):
                yield schema
            for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
                yield from types(inner)
        for kind in types(self.config["schema"]):
            self.assertRegex(kind, TYPE)

    def test_has_defaults_that_its_schema_takes(self):
        self.assertTrue(accepts(self.config["schema"], self.config["options"]))
        wrong = dict(self.config["options"], log_level="loud")
        self.assertFalse(accepts(self.config["schema"], wrong))

    def test_explains_every_option(self):
        texts = read(ADDON / "translations" / "en.yaml")
        self.assertEqual(set(texts["configuration"]), set(self.config["schema"]))
        for key, text in texts["configuration"].items():
            self.assertEqual(set(text), {"name", "description"}, key)
        self.assertEqual(set(texts["network"]), set(self.config["ports"]))

    def test_reads_every_option(self):
        script = (ADDON / "site.jq").read_text() + (ADDON / "run.sh").read_text()
        for key in self.config["schema"]:
            self.assertRegex(script, rf"\.{key}\b|option {key}\b", key)

    def test_stands_on_the_same_base_as_the_image(self):
        def base(path):
            return re.search(r"^ARG BASE=(debian:bookworm-\d{8}-slim)$", path.read_text(), re.MULTILINE)[1]
        self.assertEqual(base(ADDON / "Dockerfile"), base(ROOT / "Dockerfile"))


if __name__ == "__main__":
    unittest.main()
