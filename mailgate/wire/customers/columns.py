"""What the columns of a table of customers are called, in the languages we speak and as CRMs export them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailgate.core.text.folding import fold

# The first name is the one we write ourselves. `@` is a whole domain; first and last name make one where there is no
# other.
NAMES: Mapping[str, str] = {
    "address": """address, addresses, email, e-mail, mail, email address, e-mail address, email 1, e-mail 1 - value,
        sähköposti, sähköpostiosoite, adres e-mail, adres email, e-pasts, e-pasta adrese, e-mail-adresse, mailadresse,
        e-post, e-postadress, mejl, e-posti aadress, meil""",
    "@domain": "@domain, domain, domains, email domain, verkkotunnus, domena, domēns, domäne, domän, domeen",
    "name": """name, full name, contact, contact name, display name, nimi, koko nimi, yhteyshenkilö, imię i nazwisko,
        nazwa kontaktu, osoba kontaktowa, vārds uzvārds, vārds un uzvārds, kontaktpersona, ansprechpartner, kontakt,
        namn, kontaktperson, kontaktisik""",
    "first name": "first name, given name, etunimi, imię, vārds, vorname, förnamn, eesnimi",
    "last name": "last name, surname, family name, sukunimi, nazwisko, uzvārds, nachname, efternamn, perekonnanimi",
    "company": """company, company name, organisation, organization, account, account name, yritys, organisaatio, firma,
        nazwa firmy, uzņēmums, organizācija, unternehmen, företag, organisationen, ettevõte, asutus""",
    "number": """number, customer number, customer no, customer no., customer id, account number, asiakasnumero,
        numer klienta, nr klienta, klienta numurs, klienta nr., kundennummer, kunden-nr., kundnummer, kundnr,
        kliendinumber, kliendi nr""",
    "phone": """phone, phones, telephone, phone number, mobile, mobile phone, tel, tel., puhelin, puhelinnumero,
        matkapuhelin, telefon, numer telefonu, telefon komórkowy, komórka, tālrunis, mobilais, telefona numurs,
        telefonnummer, mobil, mobiltelefon, mobilnummer, handy, telefoninumber, mobiil""",
    "language": "language, lang, kieli, język, valoda, sprache, språk, keel",
    "tier": "tier, level, plan, service level, palvelutaso, taso, poziom, plan obsługi, līmenis, stufe, nivå, tase",
    "agent": """agent, account manager, vastuuhenkilö, asiakasvastaava, opiekun, opiekun klienta, atbildīgais, betreuer,
        ansvarig, vastutaja""",
    "links": "links, link, url, linkit, linkki, linki, odnośniki, saites, saite, länkar, länk, lingid",
}  # fmt: skip
WEAK = frozenset({"address", "addresses", "account"})  # in exports of CRMs mostly a street, or an id


def _key(header: str) -> str:
    return " ".join(fold(header.replace("_", " ")).split())


_KNOWN: Mapping[str, tuple[str, ...]] = {
    column: tuple(dict.fromkeys(_key(one) for one in names.split(","))) for column, names in NAMES.items()
}


def columns(headers: Iterable[str]) -> list[str]:
    """What each header means: a column of ours, "" for an empty one, else itself: a free column.

    Of several headers for one column the plainer wins, `Email` over `Address`, and the others stay free columns; but
    all addresses, domains and telephones are taken.
    """
    given = [" ".join(one.split()) for one in headers]
    keys = [_key(one) for one in given]
    strong = {column for column, names in _KNOWN.items() for key in keys if key in names and key not in WEAK}
    found: list[str] = []
    for header, key in zip(given, keys, strict=True):
        column = _meant(key)
        weak = key in WEAK and column in strong
        again = column in found and column not in ("address", "@domain", "phone")
        found.append(header if not column or weak or again else column)
    return found


def is_weak(header: str) -> bool:
    """Whether a free column is one of ours where no plainer one stands beside it: a street called `Address`."""
    return _key(header) in WEAK


def _meant(key: str) -> str:
    return next((column for column, names in _KNOWN.items() if key in names), "")
