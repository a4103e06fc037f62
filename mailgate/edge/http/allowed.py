"""Which addresses are called at all: private ones are the admin's own, a cloud's back door is nobody's."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Where clouds hand a machine its own keys. Link-local ones (169.254.169.254, fe80::) are refused as a kind.
_METADATA = frozenset(
    map(ipaddress.ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"))
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four octets


def refused(address: Address) -> bool:
    """Is this an address that no URL may lead to, in whatever disguise?"""
    inner = _inner(address)
    if inner is not None and refused(inner):
        return True
    return address.is_link_local or address.is_unspecified or address.is_multicast or address in _METADATA


def _inner(address: Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for (mapped, 6to4, NAT64), if it is such."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
