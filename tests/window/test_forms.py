"""What is sent by a form: within named limits, in memory alone, and with the words kept when it is too much."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from mailgate.core.pages.window import Refusal
from mailgate.window.desk import Refused
from mailgate.window.http import forms

MiB = 2**20


async def taking(request: Request) -> Response:
    """Says what was understood."""
    form = await forms.read(request, files=2, size=MiB)
    files = [f"{one.name}:{one.type}:{len(one.data)}" for one in form.files]
    return PlainTextResponse(" | ".join([*(f"{key}={text}" for key, text in form.fields.items()), *files]))


@pytest.fixture
def web(told: Any, served: Any) -> Iterator[TestClient]:
    with served(told) as client:
        client.app.router.routes.append(Route("/take", taking, methods=["POST"]))
        yield client


def files(*sizes: int) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("files", (f"{at}.jpg", b"x" * size, "image/jpeg")) for at, size in enumerate(sizes)]


def test_fields_and_files_are_understood(web: TestClient) -> None:
    assert web.post("/take", data={"text": " a\r\nb ", "topic": "ä"}).text == "text=a\r\nb | topic=ä"
    said = web.post("/take", data={"text": "lamp"}, files=files(10, MiB - 10))
    assert said.text == f"text=lamp | 0.jpg:image/jpeg:10 | 1.jpg:image/jpeg:{MiB - 10}"
    empty = (  # as browsers send a file field that nothing was chosen for
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nlamp\r\n'
        b'--b\r\nContent-Disposition: form-data; name="files"; filename=""\r\nContent-Type: application/octet-stream\r\n'
        b"\r\n\r\n--b--\r\n"
    )
    said = web.post("/take", content=empty, headers={"content-type": "multipart/form-data; boundary=b"})
    assert said.text == "text=lamp"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (files(1, 1, 1), 413),  # one more than there may be
        (files(MiB // 2, MiB // 2 + 1), 413),  # a little too large together
        (files(4 * MiB), 413),  # said before it is read
        (files(MiB, 5 * MiB), 413),
    ],
)
def test_w28_too_much_is_named_and_the_words_are_kept(web: TestClient, sent: Any, status: int) -> None:
    said = web.post("/take", data={"text": "The <lamp> is dark", "topic": "lamps", "token": "t"}, files=sent)
    assert said.status_code == status and "The &lt;lamp&gt; is dark</textarea>" in said.text
    assert 'name="topic" value="lamps"' in said.text and 'name="token"' not in said.text
    assert "1 MB" in said.text or " 2 files" in said.text


@pytest.mark.parametrize(
    "sent", ["ä" * 300_000, "a novel " * 120_000, "a novel " * 200_000, "a novel " * 1_000_000], ids=len
)
def test_a_pasted_novel_is_shown_again_or_its_beginning_is(web: TestClient, sent: str) -> None:
    said = web.post("/take", data={"topic": "lamps", "text": sent}, files=files(10))
    fits = len(sent.encode()) < forms.FIELD
    assert said.status_code == (200 if fits else 413)
    assert sent.strip() in said.text if fits else sent[:400_000].strip() in said.text
    assert "lamps" in said.text


def test_w29_forms_that_are_none(web: TestClient) -> None:
    assert web.post("/take", content=b"{}", headers={"content-type": "application/json"}).status_code == 400
    assert web.post("/take", content=b"text=a").status_code == 400
    for kind in ("multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=" + "b" * 400):
        said = web.post("/take", content=b"--b\r\n\r\n--b--", headers={"content-type": kind})
        assert said.status_code == 400, kind
    parts = b"".join(b'--b\r\nContent-Disposition: form-data; name="p%d"\r\n\r\nx\r\n' % at for at in range(5_000))
    multipart = {"content-type": "multipart/form-data; boundary=b"}
    assert web.post("/take", content=parts + b"--b--\r\n", headers=multipart).status_code in (400, 413)
    header = b'--b\r\nContent-Disposition: form-data; name="a"; x="' + b"y" * MiB
    assert web.post("/take", content=header, headers=multipart).status_code in (400, 413)
    unended = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nno end'
    assert web.post("/take", content=unended, headers=multipart).status_code in (200, 400)
    encoded = {"content-type": "application/x-www-form-urlencoded"}
    assert web.post("/take", content=b"text=" + b"a" * 5 * MiB, headers=encoded).status_code == 413
    assert web.post("/take", content=b"a&" * 20_000, headers=encoded).status_code in (400, 413)


def test_a_body_without_a_length_is_measured_as_it_comes(web: TestClient) -> None:
    def slowly() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nkept\r\n'
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(64):
            yield b"x" * 65536

    said = web.post("/take", content=slowly(), headers={"content-type": "multipart/form-data; boundary=b"})
    assert said.status_code == 413 and "kept</textarea>" in said.text


def test_w33_where_there_is_no_room_for_files_the_words_are_kept(
    web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "_held", forms.Held(MiB))
    said = web.post("/take", data={"text": "The <lamp> is dark", "topic": "lamps"}, files=files(MiB))
    assert said.status_code == 429 and said.headers["retry-after"] == "30"
    assert "The &lt;lamp&gt; is dark</textarea>" in said.text and 'name="topic" value="lamps"' in said.text
    assert web.post("/take", data={"text": "lamp"}, files=files(10)).status_code == 200


def test_w28_a_body_without_a_length_takes_room_as_it_comes(web: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    held = forms.Held(MiB)
    monkeypatch.setattr(forms, "_held", held)

    def slowly() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nkept\r\n'
        yield b'--b\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
        for _ in range(17):
            yield b"x" * 65536

    said = web.post("/take", content=slowly(), headers={"content-type": "multipart/form-data; boundary=b"})
    assert said.status_code == 429 and "kept</textarea>" in said.text
    held.take(MiB)  # all of it is free again


def test_w28_one_client_does_not_hold_it_all() -> None:
    held = forms.Held(100)
    held.take(20, "a")
    held.take(60, "b")  # one form always, if there is room
    for client in ("a", "b"):
        with pytest.raises(Refused):
            held.take(10, client)
    held.take(5, "a")
    held.take(15, "b", own=60)  # what comes piece by piece stands in its own way no more than what comes at once
    held.free(15, "b")
    held.free(25, "a")
    held.take(30, "a")


def test_what_is_held_at_once_is_bounded() -> None:
    held = forms.Held(100)
    held.take(60)
    with pytest.raises(Refused) as refused:
        held.take(41)
    assert refused.value.refusal == Refusal("slow", wait=30)
    held.free(60)
    held.take(100)
