"""The desk of the pictures answers as ours does: every page of it is there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import page_samples
import pytest
from starlette.testclient import TestClient
from window.conftest import Told


@pytest.mark.parametrize(
    "path", ["/board", f"/t/{page_samples.TOKEN}", "/contact", "/contact/thanks?topic=quote", "/wall/hall"]
)
def test_a_page_that_is_pictured_is_there(
    path: str, served: Callable[[Any], AbstractContextManager[TestClient]]
) -> None:
    with served(Told(page_samples.pages())) as client:
        client.cookies.set("mailgate-session", "anna")
        assert client.get(path).status_code == 200


def test_a_board_where_nothing_lies_says_so(served: Callable[[Any], AbstractContextManager[TestClient]]) -> None:
    with served(Told({**page_samples.pages(), "board": page_samples.empty_board()})) as client:
        client.cookies.set("mailgate-session", "anna")
        assert 'class="empty"' in client.get("/board").text
