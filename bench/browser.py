"""A Chromium without a window, spoken to over a pipe: shows a page at a width, by day or by night, and pictures it."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--mute-audio",
    "--disable-background-networking", "--disable-sync", "--disable-component-update", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--font-render-hinting=none",
    "--force-color-profile=srgb",
)  # fmt: skip
LONGEST = 64 * 2**20  # octets of one answer: a picture is a few MB


def found() -> str | None:
    """Where a Chromium is, by whatever name."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@dataclass
class Browser:
    """One page of a running Chromium (Chrome DevTools Protocol, messages ended by a zero octet)."""

    into: BinaryIO
    out: BinaryIO
    session: str = ""
    frame: str = ""
    number: int = 0
    rest: bytearray = field(default_factory=bytearray)

    def call(self, method: str, **given: Any) -> dict[str, Any]:
        """The answer to one command; raises RuntimeError for what Chromium refuses, EOFError when it has ended."""
        self.number += 1
        asked = {"id": self.number, "method": method, "params": given}
        if self.session:
            asked["sessionId"] = self.session
        self.into.write(json.dumps(asked).encode() + b"\0")
        self.into.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while (end := self.rest.find(b"\0")) < 0:
            more = os.read(self.out.fileno(), 1 << 20)
            if not more or len(self.rest) > LONGEST:
                raise EOFError("Chromium has ended")
            self.rest += more
        message: dict[str, Any] = json.loads(self.rest[:end])
        del self.rest[: end + 1]
        return message

    def open(self) -> None:
        """Take a page of its own."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]

    def look(self, width: int, scheme: str = "light") -> None:
        """What is shown from now on is that wide, in CSS pixels, to somebody who likes it `light` or `dark`."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def show(self, html: str) -> None:
        """Show a page; what it would fetch is not fetched."""
        self.call("Page.setDocumentContent", frameId=self.frame, html=html)

    def visit(self, url: str) -> None:
        """Show a page of this machine, with all it is made of."""
        self.call("Page.navigate", url=url)
        self.run("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")

    def run(self, script: str) -> Any:
        """The value of an expression in the page, a promise's when it is kept."""
        asked = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in asked:
            raise RuntimeError(str(asked["exceptionDetails"].get("exception", {}).get("description")))
        return asked["result"].get("value")

    def picture(self, width: int, kind: str = "png", quality: int | None = None) -> bytes:
        """All of the page from top to bottom."""
        height = self.run("Math.ceil(document.documentElement.getBoundingClientRect().height)")
        area = {"x": 0, "y": 0, "width": width, "height": max(height, 1), "scale": 1}
        how = {"quality": quality} if quality is not None else {}
        taken = self.call("Page.captureScreenshot", format=kind, clip=area, captureBeyondViewport=True, **how)
        return base64.b64decode(taken["data"])


@contextmanager
def started(program: str) -> Iterator[Browser]:
    """A Chromium with a page open, ended with the block; its profile is thrown away."""
    with tempfile.TemporaryDirectory(prefix="letters-", ignore_cleanup_errors=True) as profile:
        its_in, our_out = os.pipe()
        our_in, its_out = os.pipe()
        root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # it shows our own letters, and fetches nothing
        command = [program, *FLAGS, *root, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{its_in} 4>&{its_out}', "sh", *command],
            pass_fds=(its_in, its_out), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(its_in)
        os.close(its_out)
        with os.fdopen(our_out, "wb") as into, os.fdopen(our_in, "rb") as out:
            try:
                browser = Browser(into, out)
                browser.open()
                yield browser
            finally:
                process.terminate()
                process.wait(30)
