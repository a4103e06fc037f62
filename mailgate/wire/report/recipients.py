"""Whom a free-form bounce could not reach: the addresses it names as such, and none of those it names besides."""

from __future__ import annotations

import re
from email.message import Message
from email.utils import getaddresses

from mailgate.wire.report import phrases as words

ADDRESS = re.compile(r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
MOST = 200
_TEXT = 16_384  # characters looked at
# Right before an address: this one was not reached.
_NAMED = re.compile(
    r"(?:rcpt to|(?:final|original|failed|intended|bad|invalid|unknown)[- ]?(?:recipient|address|user)(?:\(s\)|s)?"
    r"|(?:could|did|was|were|has|have|can|will|is|are) ?(?:not|n.t)(?: yet)? (?:been |be )?(?:delivered|delivery|reach)"
    r"(?: (?:to|the))?(?: (?:these|the) following)?(?: (?:recipients?|address(?:es)?|users?)(?: or groups)?)?"
    r"|undeliver(?:able|ed)(?: (?:to|address))?"
    r"|(?:unable to deliver|deliver(?:y)?(?: of)?|failed to deliver)(?: (?:your |the )?(?:message|mail|e-?mail))? to"
    r"|delivery to(?: the)?(?: following)?(?: recipients?)?(?: has)?(?: failed)?(?: permanently)?"
    r"|(?:recipients?|address(?:es)?|mailbox|user|account|empfänger|vastaanottaja(?:lle)?|mottagare(?:n)?|odbiorc[ay]"
    r"|adresat[aomu]*|adresāt[asmu]+|saņēmēj[asmu]+|destinataire|destinatario|ontvanger)(?:\(s\)|\(es\))?(?: is| for)?"
    r"|以下の宛先|宛先)"
    r"\s{0,3}[:：=]?\s{0,8}[<\[(\"']{0,2}(?:smtp:|rfc822; ?)?$",
    re.IGNORECASE,
)
# It stands first in its line, by itself or before what went wrong.
_LEADING = re.compile(r"(?:^|\n)[ \t>*•-]{0,12}[<\[(\"']{0,2}(?:smtp:|rfc822; ?)?$", re.IGNORECASE)
_ALONE = re.compile(r"[>\])\"',.]{0,3}(?:[ \t]*(?:[\r\n]|$)|[ \t]{0,3}[:(;–-]|[ \t]*\.\.\.|[ \t]{1,3}(?:on|am) \d)")
_AND = re.compile(r"[>\])\"']{0,2}\s{0,3}(?:[,;&]|and|ja|und|oraz|un|och|et)\s{0,3}[<\[(\"']{0,2}", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?:contact|assistance|questions?|concerns?|problems? (?:to|with)|help|postmaster|administrator"
    r"|report (?:this|it|to)|e-?mail (?:us|me)"
    r"|(?:send|forward|write|reply|mail|turn|complain)(?: (?:an?|the|this|your|it|us))?"
    r"(?: (?:e-?mail|message|mail|copy))?(?: to| at)|reach us|visit|info(?:rmation)?|unsubscribe|delist(?:ing|ed)?"
    r"|unblock(?:ed|ing)?|white-?list(?:ed|ing)?|if you (?:feel|believe|think|need)|yhteyttä|apua|lisätietoja"
    r"|kontakt\w{0,20}+|pomoc\w{0,20}+|pytania|sazini\w{1,20}+|palīdz\w{1,20}+|rakst\w{1,20}+|wenden|hilfe|fragen|contacte[rz]|aide|hjälp|frågor"
    r"|お問い合わせ|連絡)"
    r"[^\n@]{0,90}$",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"(?:^|\n)[ \t>|*]{0,8}(?:from|sender|mail from|return-path|reply-to|subject|(?:original-)?message[- ]id|id"
    r"|in-reply-to|references|date|received|reporting-mta|by|cc|bcc|your message (?:from|of)|envelope[- ]from|von|od|no"
    r"|lähettäjä|absender|nadawca|sūtītājs|avsändare|expéditeur|送信者|差出人)\s?[:：=>(]?[^\n@]{0,80}$",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"message[- ]?id\W{0,12}$", re.IGNORECASE)
_OUR_ID = re.compile(r"mg\.[a-z0-9]+\.[a-z0-9.]{12,}@", re.IGNORECASE)


def named(message: Message, text: str, known: list[str], ids: tuple[str, ...] = ()) -> list[str]:
    """The recipients a free-form bounce names, in its order, each once.

    `text` is what the mail system wrote, `known` what a reader of known formats found in it, `ids` the Message-IDs in
    the report. Where neither knows any, the one recipient of the mail that is given back is meant.
    """
    if listed := failed_header(message):
        return listed
    people = _Others(message, ids)
    said = text[:_TEXT]
    sure, likely = [], []
    last = 0  # where the newest sure one ends
    for found in ADDRESS.finditer(said):
        before = said[max(0, found.start() - 160) : found.start()]
        if people.include(found[0]) or _besides(before):
            continue
        leads = _LEADING.search(before) and _ALONE.match(said, found.end())
        if leads or _NAMED.search(before) or (last and _AND.fullmatch(said, last, found.start())):
            last = found.end()
            sure.append(found[0])
        else:
            likely.append(found[0])
    read = [address for address in known if not people.include(address) and not _only_besides(said, address)]
    chosen = _each_once([*read, *sure]) or _each_once(likely)[:1]
    return chosen[:MOST] or [one for one in returned_to(message) if not people.include(one)]


def failed_header(message: Message) -> list[str]:
    """The addresses in Exim's X-Failed-Recipients."""
    fields = [str(value) for value in message.get_all("x-failed-recipients", [])]
    return _each_once(ADDRESS.findall(" ".join(fields)[:20_000]))[:MOST]


class _Others:
    """Who is in a bounce without having been written to: mail systems, its reader, what only looks like an address."""

    def __init__(self, message: Message, ids: tuple[str, ...]) -> None:
        fields = (str(value) for name in ("from", "to", "sender", "reply-to", "delivered-to")
                  for value in message.get_all(name, []))  # fmt: skip
        self._own = {found.lower() for field in fields for found in ADDRESS.findall(field)}
        self._own |= {_plain(address) for address in self._own} | {one.strip("<>").lower() for one in ids}

    def include(self, address: str) -> bool:
        """True for an address that no letter of ours went to."""
        lowered = address.lower()
        local = lowered.rpartition("@")[0]
        robot = words.DAEMONS.search(local) or local in ("postmaster", "mailer-daemon", "post_master", "abuse")
        return lowered in self._own or _plain(lowered) in self._own or bool(robot) or bool(_OUR_ID.match(lowered))


def _plain(address: str) -> str:
    """Without the plus part: reports come back to `support+b.TOKEN@`, and speak of `support@`."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _besides(before: str) -> bool:
    """True when the words before an address say that somebody else is meant by it."""
    near = before[before.rfind("\n\n") + 1 :]
    if _IDENTIFIER.search(near) or _LABELLED.search(near):
        return True
    sentence = re.split(r"(?<=[\w)])[.!?]\s", near)[-1]
    return _CONTACT.search(sentence) is not None


def _only_besides(text: str, address: str) -> bool:
    """True when every place of an address in the text is one where somebody else is meant."""
    places = [found.start() for found in re.finditer(re.escape(address), text, re.IGNORECASE)][:20]
    return bool(places) and all(_besides(text[max(0, at - 160) : at]) for at in places)


def returned_to(message: Message) -> list[str]:
    """The recipient of the mail that is given back, when it had only one."""
    for part in message.walk():
        if part is message or part.get_content_type() != "message/rfc822":
            continue
        inner = part.get_payload()
        if not isinstance(inner, list) or not inner or not isinstance(inner[0], Message):
            continue
        fields = [str(value) for name in ("to", "cc") for value in inner[0].get_all(name, [])]
        found = [address for _, address in getaddresses(fields) if ADDRESS.fullmatch(address)]
        return found if len(found) == 1 else []
    return []


def _each_once(addresses: list[str]) -> list[str]:
    return list({address.lower(): address for address in reversed(addresses)}.values())[::-1]
