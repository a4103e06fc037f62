"""What the DNS says of a domain we write from: where its mail goes, and who may send for it."""

from __future__ import annotations

from dataclasses import dataclass

import dns.exception
import dns.name
import dns.resolver

from mailgate.errors import Temporary

PATIENCE = 5.0  # seconds for one question
# Names that exist in no public DNS (RFC 6761, RFC 2606): asking for them proves nothing.
RESERVED = ("example", "test", "invalid", "localhost", "local", "internal", "example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class Records:
    """The records that decide whether our letters are believed."""

    mx: tuple[str, ...] = ()
    spf: str = ""  # RFC 7208: the TXT record that begins with v=spf1
    dmarc: str = ""  # RFC 9989: of the domain itself or of one above it


def reserved(domain: str) -> bool:
    """True for names that no public DNS knows."""
    return any(domain == name or domain.endswith("." + name) for name in RESERVED) or "." not in domain


def records(domain: str, resolver: dns.resolver.Resolver | None = None) -> Records:
    """Ask for a domain's MX, SPF and DMARC. Raises Temporary when the DNS does not answer."""
    asked = resolver or dns.resolver.Resolver()
    mx = tuple(sorted(answer.rpartition(" ")[2].rstrip(".") for answer in _ask(asked, domain, "MX")))
    spf = next((text for text in _texts(asked, domain) if text.lower().startswith("v=spf1")), "")
    labels = domain.split(".")
    places = [f"_dmarc.{'.'.join(labels[at:])}" for at in range(len(labels) - 1)]
    found = (text for place in places for text in _texts(asked, place) if text.lower().startswith("v=dmarc1"))
    return Records(mx, spf, next(found, ""))


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str]:
    """TXT records, their strings joined (RFC 7208 section 3.3)."""
    return ["".join(part for part in text.split('"') if part.strip()) for text in _ask(resolver, name, "TXT")]


def _ask(resolver: dns.resolver.Resolver, name: str, kind: str) -> list[str]:
    try:
        return [str(answer) for answer in resolver.resolve(name, kind, lifetime=PATIENCE)]
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Temporary(f"the DNS does not answer for {name} ({type(error).__name__})") from None
