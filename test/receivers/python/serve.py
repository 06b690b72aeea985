"""Runs one app of this folder on a free port of 127.0.0.1, and prints the port first."""

import builtins
import importlib
import logging
import sys
from threading import Lock

from werkzeug.serving import make_server

printing = Lock()
print_in_two_steps = builtins.print


def print_line(*values, **options):
    """Prints a line in one piece. Otherwise, another thread could print between the text and the line end."""
    with printing:
        print_in_two_steps(*values, **options)


builtins.print = print_line
app = importlib.import_module(sys.argv[1]).app
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, app, threaded=True)
print("listening on", server.server_port, flush=True)
server.serve_forever()
