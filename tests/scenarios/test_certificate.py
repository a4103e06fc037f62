"""S-19: what becomes of a broken or ageing certificate is said by check, start, reload, status, healthz and alarm."""

from __future__ import annotations

import json
import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from conftest import Desk, running
from scenarios.process import process

from mailgate.app.admin import control
from mailgate.app.health import pages, status
from mailgate.app.jobs import ticks
from mailgate.errors import ConfigError

TLS = 'tls_cert = "cert.pem"\ntls_key = "cert.pem"\n'


def issue(folder: Path, days: float) -> None:
    ends = datetime.now(UTC) + timedelta(days=days)
    folder.joinpath("cert.pem").touch(0o600)
    made = trustme.CA().issue_cert("localhost", not_after=ends)
    made.private_key_and_cert_chain_pem.write_to_path(folder / "cert.pem")


def handshake(desk: Desk) -> None:
    """STARTTLS as senders do it, who do not look at names."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with smtplib.SMTP("localhost", desk.port, timeout=100) as client:
        client.starttls(context=context)


def told(desk: Desk) -> list[Any]:
    report = status.status_of(desk.gateway, desk.gateway.clock())
    return [one for one in report["troubles"] if one["key"] == "certificate"]


def test_s19_a_reload_refuses_a_broken_file_and_the_old_one_goes_on(tmp_path: Path) -> None:
    issue(tmp_path, 90)
    with running(tmp_path, smtp=TLS) as desk:
        handshake(desk)
        assert told(desk) == []
        good = (tmp_path / "cert.pem").read_bytes()
        (tmp_path / "cert.pem").write_text("garbage")
        with pytest.raises(ConfigError, match=r"smtp\.tls_cert: .*cert\.pem: it holds no PEM certificate"):
            control.reload(desk.gateway)
        assert "PEM certificate" in desk.gateway.in_force.stale
        handshake(desk)
        [trouble] = told(desk)
        assert "still in use" in trouble["text"]
        ticks.watch(desk.gateway, desk.gateway.clock())
        assert len(desk.letters("root@admin.example", "alarm")) == 1
        assert pages.healthz(desk.gateway)[0]  # mail flows
        (tmp_path / "cert.pem").write_bytes(good)
        control.reload(desk.gateway)
        assert told(desk) == []
        handshake(desk)


@pytest.mark.parametrize(("days", "good"), [(5, True), (-1, False)])
def test_s19_one_that_expires_soon_or_has_expired_is_told_on_every_surface(
    tmp_path: Path, days: float, good: bool
) -> None:
    issue(tmp_path, days)
    with running(tmp_path, smtp=TLS) as desk:
        [trouble] = told(desk)
        assert "expire" in trouble["text"]
        healthy, page = pages.healthz(desk.gateway)
        assert json.loads(page)["healthy"] is healthy is good
        ticks.watch(desk.gateway, desk.gateway.clock())
        ticks.watch(desk.gateway, desk.gateway.clock())
        assert len(desk.letters("root@admin.example", "alarm")) == 1
        issue(tmp_path, 90)
        assert told(desk) == []


def test_s19_check_and_a_start_refuse_a_broken_certificate(tmp_path: Path) -> None:
    with process(tmp_path) as gateway:
        text = gateway.config.read_text().replace("[smtp]\n", f"[smtp]\n{TLS}")
        gateway.config.write_text(text)
        (tmp_path / "cert.pem").write_text("garbage")
        found = gateway.command("check")
        assert found.returncode == 1
        assert "smtp.tls_cert" in found.stderr
        assert "it holds no PEM certificate" in found.stderr
        assert gateway.spawn().wait(100) == 1
        assert "it holds no PEM certificate" in gateway.log.read_text()
