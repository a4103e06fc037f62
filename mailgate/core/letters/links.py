"""The links that stand within a letter's words: each writes a mail that asks for one thing, signed for this letter."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mailgate.core.model.canned import ArticleDrafted, Drafted
from mailgate.core.model.content import Ack, ArticleSent, Content, Notice
from mailgate.core.model.letter_kinds import LoginLetter, Ringing
from mailgate.core.model.policy import Policy
from mailgate.core.model.ticket import Ticket
from mailgate.core.proof import login, one_tap, token


@dataclass(frozen=True, slots=True)
class LetterSigned:
    """What its links are signed for, and where they lead."""

    message_id: str
    ticket: Ticket
    address: str  # of the department
    policy: Policy

    def linked(self, content: Content) -> Content:
        """The same with its links."""
        match content:
            case Ack(articles=suggested) if suggested:
                named = (replace(one, href=self._article(token.ARTICLE, one.name, one.title)) for one in suggested)
                return replace(content, articles=tuple(named))
            case ArticleSent(name=name, title=title):
                return replace(content, href=self._article(token.HELPED, name, title))
            case Notice(solved_before=solved) if solved:
                drafts = (replace(one, href=self._tap(f"#draft #{one.number}")) for one in solved)
                return replace(content, solved_before=tuple(drafts))
            case Drafted(text=text):
                return replace(content, href=self._mail(text))
            case ArticleDrafted(
                name=name, title=title, text=text, by=by
            ):  # a lead's keeps it, its writer's hands it in
                handed = f"#article {name}\n\n{title}\n\n{text}"
                return replace(content, href=self._tap(f"#publish {name}") if by else self._mail(handed))
        return content

    def _article(self, about: str, name: str, title: str) -> str:
        return one_tap.article_link(self.message_id, self.ticket, about, name, title, self.address, self.policy)

    def _tap(self, command: str) -> str:
        return one_tap.tap_link(self.message_id, self.ticket, command, self.address, self.policy)

    def _mail(self, text: str) -> str:
        return one_tap.write_link(self.message_id, self.ticket, text, self.address, self.policy)


def to_log_in(content: LoginLetter, message_id: str, policy: Policy) -> LoginLetter:
    """The same with its link and its digits, which are good for this letter alone."""
    written = login.written(message_id, policy.keys)
    href = f"{policy.web.url}/login/{written}" if written else ""
    return replace(content, href=href, digits=login.digits(message_id, policy.keys))


def to_file_calls(content: Ringing, message_id: str, address: str, policy: Policy) -> Ringing:
    """The same with a link for each ticket that files what is written into it as a memo of the call."""
    linked = (
        replace(one, href=one_tap.list_link(message_id, one.number, "#call", address, policy))
        for one in content.open_tickets
    )
    return replace(content, open_tickets=tuple(linked))
