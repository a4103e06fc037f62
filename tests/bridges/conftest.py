"""A bridge at work in this process: its own server and worker, a fake provider and a fake mailgate over real HTTP."""

import base64
import hashlib
import hmac
import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes_http import FakeServer, Reply, Request, as_json

BRIDGES = Path(__file__).parents[2] / "bridges"
sys.path.insert(0, str(BRIDGES))  # as it is when one of them is run

import bridge as shared  # noqa: E402
import ends  # noqa: E402
import settings  # noqa: E402
import spool  # noqa: E402

KEY = b"0123456789abcdef0123456789abcdef"  # of mailgate and the bridge
SECRET = "app-secret"  # of Meta and the bridge
TAKEN = as_json({"ticket": 1043}, 201)


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    """What proves that a webhook is Meta's."""
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


@dataclass
class Running:
    """A bridge that runs, and what stands on both sides of it. `say` of mailgate and of the provider may be changed."""

    bridge: shared.Bridge
    door: ends.Door
    mailgate: FakeServer
    provider: FakeServer

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.door.server_address[1]}"

    def get(self, path: str) -> ends.Answer:
        return ends.call("GET", self.url + path, {})

    def hook(self, body: bytes, headers: Mapping[str, str]) -> ends.Answer:
        return ends.call("POST", f"{self.url}/webhook", {"Content-Type": "application/json", **headers}, body)

    def send(self, owed: Mapping[str, Any], key: bytes = KEY, at: float | None = None) -> ends.Answer:
        """A message of mailgate's, signed as Standard Webhooks say."""
        body, stamp = json.dumps(owed).encode(), str(int(time.time() if at is None else at))
        mac = base64.b64encode(hmac.digest(key, f"msg_1.{stamp}.".encode() + body, hashlib.sha256)).decode()
        signed = {"webhook-id": "msg_1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"}
        return ends.call("POST", f"{self.url}/out", signed, body)

    def came(self, count: int) -> list[Any]:
        """The bodies of the first requests to mailgate, in their order; waits for so many."""
        return [self.mailgate.next().json for _ in range(count)]


Start = Callable[..., Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a bridge: `start(WhatsApp, own={...}, provider=script, mailgate=script)`."""
    ends_of: list[Callable[[], None]] = []

    def begin(
        make: Callable[[Mapping[str, str]], Any],
        own: Callable[[str], Mapping[str, str]],
        provider: Callable[[Request], Any] = lambda _: Reply(),
        mailgate: Callable[[Request], Any] = lambda _: TAKEN,
    ) -> Running:
        there, desk = FakeServer(provider), FakeServer(mailgate)
        kept = spool.Spool(tmp_path / "spool.db")
        told = settings.Settings(
            "127.0.0.1",
            0,
            tmp_path / "spool.db",
            desk.url,
            "help.acme.example",
            "chat",
            "mg_1_secret",
            (KEY,),
            own(there.url),
        )
        one = shared.Bridge(told, make(told.own), kept)
        one.pause, later = 0.01, kept.later
        kept.later = lambda number, seconds: later(number, seconds / 100)  # type: ignore[method-assign]
        door = ends.Door(("127.0.0.1", 0), one.answer, one.limit)
        worker = threading.Thread(target=one.work)
        worker.start()
        threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

        def end() -> None:
            one.ended.set()
            one.woken.set()
            door.shutdown()
            door.server_close()
            there.close()
            desk.close()
            worker.join(60)
            kept.close()

        ends_of.append(end)
        return Running(one, door, desk, there)

    yield begin
    for end in ends_of:
        end()
