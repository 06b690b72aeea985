"""Runs one handler of this folder on a free port of 127.0.0.1, and prints the port first."""

import importlib
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

handler = importlib.import_module(sys.argv[1])


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        status, answer = handler.receive(self.path, self.headers, body)
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
print("listening on", server.server_port, flush=True)
server.serve_forever()
