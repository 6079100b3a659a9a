"""The pages while the first start still builds: they are up already, and say what is being done."""

from __future__ import annotations

import contextlib
import functools
import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from stack.console import say
from stack.pages import DIST

PAGES = {"/", "/caller", "/join", "/agent", "/agent-b", "/floor"}
AGAIN_S = 3


@contextlib.contextmanager
def foyer(port: int, doing: str) -> Iterator[None]:
    """Serve the pages on the api's port; whatever asks the api is told what is being done."""
    handler = functools.partial(_Handler, doing)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError:
        # Somebody has the port: whoever starts the api will say so.
        yield
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(f"Meanwhile the pages are up, with a recording: http://127.0.0.1:{port}")
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, doing: str, *given: object) -> None:
        self._doing = doing
        super().__init__(*given, directory=str(DIST))  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path in PAGES:
            self.path = "/index.html"
        elif not path.startswith("/assets/"):
            self._be_patient()
            return
        super().do_GET()

    def do_POST(self) -> None:
        self._be_patient()

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal belongs to the progress."""

    def _be_patient(self) -> None:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        problem = {
            "type": "urn:warm-transfer:problem:unavailable",
            "title": "Not available right now",
            "status": status,
            "detail": self._doing,
            "code": "unavailable",
        }
        self.send_response(status)
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Retry-After", str(AGAIN_S))
        self.end_headers()
        self.wfile.write(json.dumps(problem).encode())
