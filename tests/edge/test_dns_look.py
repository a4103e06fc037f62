"""What the DNS says of a domain, asked of a name server on loopback, and what an admin is told of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest

from mailgate.app.admin.connect import doubts
from mailgate.edge.out.dns_look import Records, records, reserved
from mailgate.errors import Temporary

ZONE = {
    ("good.shop.", "MX"): "10 mx.good.shop.",
    ("good.shop.", "TXT"): '"v=spf1 ip4:192.0.2.1 " "-all"',
    ("_dmarc.good.shop.", "TXT"): '"v=DMARC1; p=reject"',
}


@pytest.fixture
def resolver() -> Iterator[dns.resolver.Resolver]:
    """Asks a name server of one small zone."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                data, peer = server.recvfrom(4096)
            except OSError:
                return
            if not data:
                return
            query = dns.message.from_wire(data)
            answer = dns.message.make_response(query)
            asked = query.question[0]
            name, kind = str(asked.name), dns.rdatatype.to_text(asked.rdtype)
            text = ZONE.get((name, kind))
            if text:
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, text))
            elif not any(name == known for known, _ in ZONE):
                answer.set_rcode(dns.rcode.NXDOMAIN)
            server.sendto(answer.to_wire(), peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    found = dns.resolver.Resolver(configure=False)
    found.nameservers = ["127.0.0.1"]
    found.port = server.getsockname()[1]
    yield found
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
        last.sendto(b"", ("127.0.0.1", found.port))
    thread.join(100)
    server.close()


def test_a_domain_in_order_shows_its_records(resolver: dns.resolver.Resolver) -> None:
    found = records("good.shop", resolver)
    assert found == Records(("mx.good.shop",), "v=spf1 ip4:192.0.2.1 -all", "v=DMARC1; p=reject")
    assert doubts("good.shop", found, "") == []


def test_a_subdomain_is_covered_by_the_policy_above_it(resolver: dns.resolver.Resolver) -> None:
    assert records("mail.good.shop", resolver).dmarc == "v=DMARC1; p=reject"


def test_a_bare_domain_is_told_about_record_by_record(resolver: dns.resolver.Resolver) -> None:
    texts = doubts("bare.shop", records("bare.shop", resolver), "bounces.other.shop")
    assert [text.split()[2] for text in texts[:3]] == ["MX", "SPF", "DMARC"]
    assert "bounces.other.shop" in texts[3]


def test_a_name_server_that_is_silent_is_no_verdict() -> None:
    silent = dns.resolver.Resolver(configure=False)
    silent.nameservers, silent.port = ["127.0.0.1"], 9
    with pytest.raises(Temporary, match="does not answer"):
        records("good.shop", silent)


@pytest.mark.parametrize(
    ("domain", "known"), [("acme.example", True), ("localhost", True), ("desk.test", True), ("good.shop", False)]
)
def test_names_that_no_public_dns_knows_are_not_asked_for(domain: str, known: bool) -> None:
    assert reserved(domain) is known
