"""A fake identity provider on loopback: device codes, authorization codes, refreshed tokens, and introspection."""

from __future__ import annotations

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from mailgate.edge.out.oauth import Provider

GRANTED = {"access_token": "at-1", "refresh_token": "rt-1", "expires_in": 3600}


class Identity:
    """A provider that answers from a list and remembers what it was asked; `users` is whose token is whose."""

    def __init__(self, port: int = 0) -> None:
        self.answers: list[tuple[int, object]] = []
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.users: dict[str, str] = {}
        identity = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                identity.asked.append((self.path, dict(urllib.parse.parse_qsl(body))))
                self.answer(*identity.answers.pop(0))

            def do_GET(self) -> None:
                """RFC 7662, as Dovecot asks it."""
                token = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("token", [""])[0]
                user = identity.users.get(token)
                self.answer(200, {"active": user is not None, "username": user or ""})

            def answer(self, status: int, said: Any) -> None:
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()
        base = f"http://127.0.0.1:{self.server.server_port}"
        self.provider = Provider("fake", f"{base}/token", "mail", f"{base}/device", f"{base}/authorize", "app")

    def like(self, name: str) -> Provider:
        """The endpoints of a provider that works like that one."""
        one = self.provider
        if name == "google":
            return Provider(name, one.token_url, one.scope, authorize_url=one.authorize_url)
        return Provider(name, one.token_url, one.scope, one.device_url, app_scope=one.app_scope)

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join(100)
        self.server.server_close()
