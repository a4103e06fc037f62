"""Domains where anybody gets an address: to shut one of them out would shut out half a country."""

from __future__ import annotations

# The largest of the countries whose languages we speak, and of the world. A short list is enough: a provider that is
# missing here has customers of ours, and a domain from which somebody was ever answered is never shut out either.
PUBLIC = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.fi", "hotmail.se", "hotmail.de",
    "live.com", "live.fi", "live.se", "msn.com", "yahoo.com", "yahoo.de", "yahoo.se", "ymail.com", "icloud.com",
    "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "pm.me", "fastmail.com", "zoho.com", "mail.com",
    "gmx.com", "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "freenet.de", "t-online.de", "posteo.de",
    "mailbox.org", "wp.pl", "o2.pl", "onet.pl", "onet.eu", "op.pl", "interia.pl", "interia.eu", "poczta.fm",
    "gazeta.pl", "tlen.pl", "inbox.lv", "apollo.lv", "mail.ee", "hot.ee", "online.ee", "luukku.com", "luukku.fi",
    "kolumbus.fi", "elisanet.fi", "saunalahti.fi", "pp.inet.fi", "welho.com", "suomi24.fi", "dnainternet.net",
    "netti.fi", "telia.com", "telia.ee", "bredband.net", "bredband2.com", "comhem.se", "spray.se", "yandex.com",
    "yandex.ru", "mail.ru", "bk.ru", "list.ru", "inbox.ru", "seznam.cz", "laposte.net", "orange.fr", "free.fr",
    "libero.it",
})  # fmt: skip


def is_public(domain: str) -> bool:
    """True where strangers to each other have their addresses; `domain` in lower case, without the @."""
    return domain in PUBLIC
