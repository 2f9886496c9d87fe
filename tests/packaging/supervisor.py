"""A Home Assistant supervisor as far as the add-on knows it: GET /services/mqtt for the right token.

    supervisor.py PORT TOKEN ANSWER.json

Source: developers.home-assistant.io, Supervisor API, "Service"; an error is {"result": "error", "message": …}.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

port, token, answer = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3])


class Supervisor(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("Authorization") != f"Bearer {token}":
            self.reply(401, {"result": "error", "message": "unauthorized"})
        elif self.path != "/services/mqtt":
            self.reply(404, {"result": "error", "message": f"no path {self.path}"})
        else:
            self.reply(200, json.loads(answer.read_text(encoding="utf-8")))

    def reply(self, status: int, body: dict) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


HTTPServer(("127.0.0.1", port), Supervisor).serve_forever()
