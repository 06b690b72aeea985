"""Runs one app of this folder on a free port of 127.0.0.1, and prints the port first."""

import importlib
import logging
import sys

from werkzeug.serving import make_server

app = importlib.import_module(sys.argv[1]).app
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, app, threaded=True)
print("listening on", server.server_port, flush=True)
server.serve_forever()
