"""The picture of our letters that a quote brings back is no file of anybody's mail (D-03)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import ANNA, POLICY, changes, decided, letter, letters_of, mail, ticket

from mailgate.core.model import change as ch
from mailgate.core.model.mail import Attachment
from mailgate.core.model.policy import LogoFile, Policy, logo_id

LOGO = LogoFile("image/png", b"picture", "a" * 64, logo_id("a" * 64, "acme.example"))
WITH_LOGO = replace(POLICY, letters=replace(POLICY.letters, logo="cid:logo.a@acme.example", logo_file=LOGO))
BACK = Attachment("logo.png", "image/png", 7, LOGO.digest, "2.2", inline=True, aside=True)
SHOT = Attachment("shot.png", "image/png", 9, "b" * 64, "2.3", inline=True)
FILES = [
    ("in what is quoted", WITH_LOGO, replace(BACK, inline=False), False),
    ("shown by no page", WITH_LOGO, replace(BACK, aside=False), False),
    ("shown by their own words", WITH_LOGO, replace(BACK, aside=False, placed=True), True),
    ("attached as a file", WITH_LOGO, replace(BACK, inline=False, aside=False), True),
    ("another picture", WITH_LOGO, replace(BACK, digest="c" * 64), True),
    ("where letters have none", POLICY, BACK, True),
    ("an earlier one", WITH_LOGO, replace(BACK, digest="c" * 64, content_id=f"logo.{'c' * 20}@acme.example"), False),
    (
        "an earlier one, where letters have none now",
        POLICY,
        replace(BACK, content_id=f"logo.{'a' * 20}@acme.example"),
        False,
    ),
    ("another under its name", WITH_LOGO, replace(BACK, digest="c" * 64, content_id=LOGO.content_id), True),
    ("a file that says it is one", POLICY, replace(BACK, type="application/pdf", content_id=LOGO.content_id), True),
    ("a picture no logo is as large as", POLICY, replace(BACK, size=65537, content_id=LOGO.content_id), True),
    ("that of another gateway", POLICY, replace(BACK, content_id=f"logo.{'a' * 20}@elsewhere.example"), True),
]


@pytest.mark.parametrize(("policy", "file", "kept"), [one[1:] for one in FILES], ids=[one[0] for one in FILES])
def test_d03_our_logo_in_an_answer_is_no_file_of_the_ticket(policy: Policy, file: Attachment, kept: bool) -> None:
    decision = decided(mail(subject="Re: [#1042] Lamp", attachments=(file, SHOT)), ticket(), policy=policy)
    (entry,) = changes(decision, ch.AddEntry)
    assert entry.attachments == ((file, SHOT) if kept else (SHOT,))
    told = {part for one in letters_of(decision) for _, part in one.attachments}
    assert ("2.2" in told) is ((kept and file.digest != LOGO.digest) or kept)


def test_d03_our_logo_in_an_agents_answer_goes_nowhere() -> None:
    sent = letter(to=ANNA, purpose="customer")
    answer = mail("It is on its way.", by=ANNA, attachments=(BACK, SHOT), in_reply_to=(sent.message_id,))
    decision = decided(answer, ticket(), policy=WITH_LOGO, letters=[sent])
    assert [one.attachments for one in changes(decision, ch.AddEntry)] == [(SHOT,)]
    assert [one.attachments for one in letters_of(decision) if one.template == "answer"] == [((0, "2.3"),)]
