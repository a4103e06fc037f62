"""Other ticket systems' marks in subjects, and what a guessed one is worth."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import MAIJA, STRANGER, decided, mail, ticket

from mailgate.core.mails.foreign_threads import marks, threads_of_other_desks
from mailgate.core.model.mail import Address

RT = "<45.rt-acme-example@thread.invalid>"

# These took the place of four gateways in `scenarios/test_history.py`, "another system's mark makes one ticket".
# what is said, the subject, and the ids in today's mail and in a history
SUBJECTS: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = [
    ("RT", "Re: [rt.acme.example #45] Lamp", (RT,), (RT,)),
    ("OTRS", "Re: [Ticket#2024010112000017] Lamp", ("<2024010112000017.ticket@thread.invalid>",), ("<2024010112000017.ticket@thread.invalid>",)),
    ("OTRS with a colon", "AW: [OTRS: 77] x", ("<77.otrs@thread.invalid>",), ("<77.otrs@thread.invalid>",)),
    ("a name with a dash", "VS: [ABC-Desk #12]", ("<12.abc-desk@thread.invalid>",), ("<12.abc-desk@thread.invalid>",)),
    ("a prefix of the other desk's own", "[rt.acme.example #45] AutoReply: Lamp", (), (RT,)),
    ("its case and its zeros say nothing", "Re: [RT.Acme.example #0045]", (RT,), (RT,)),
    ("a first mail answers nothing", "[rt.acme.example #45] Lamp", (), (RT,)),
    ("a bare one may be ours", "Re: [#4711] Lamp", (), ("<4711.ticket@thread.invalid>",)),
    ("both kinds", "Re: [#4711] [OTRS: 77]", ("<77.otrs@thread.invalid>",), ("<77.otrs@thread.invalid>", "<4711.ticket@thread.invalid>")),
    ("the same twice", "Re: [OTRS: 77] [otrs #77]", ("<77.otrs@thread.invalid>",), ("<77.otrs@thread.invalid>",)),
    ("five and no more", "Re: " + "".join(f"[D #{n}]" for n in range(1, 9)), tuple(f"<{n}.d@thread.invalid>" for n in range(1, 6)),
     tuple(f"<{n}.d@thread.invalid>" for n in range(1, 6))),
    ("a name of no ASCII letter is any ticket", "Re: [Ö #3]", ("<3.ticket@thread.invalid>",), ("<3.ticket@thread.invalid>",)),
    ("a name begins with a letter", "Re: [1st #3]", (), ()),
    ("21 digits are no number", f"Re: [D #{'1' * 21}]", (), ()),
    ("20 are", f"Re: [D #{'1' * 20}]", (f"<{'1' * 20}.d@thread.invalid>",), (f"<{'1' * 20}.d@thread.invalid>",)),
    ("no name of 42 characters", f"Re: [{'d' * 42} #3]", (), ()),
    ("one of 41 is one", f"Re: [{'d' * 41} #3]", (f"<3.{'d' * 41}@thread.invalid>",), (f"<3.{'d' * 41}@thread.invalid>",)),
    ("the thousandth character may end one", "Re: " + "x" * 990 + "[D #3]", ("<3.d@thread.invalid>",), ("<3.d@thread.invalid>",)),
    ("the next may not", "Re: " + "x" * 991 + "[D #3]", (), ()),
    ("nor end a bare one", "Re: " + "x" * 993 + "[#3]", (), ()),
    ("nothing behind the thousandth character", "Re: " + "x" * 1000 + "[D #3]", (), ()),
    ("other brackets, other words", "Re: (D #3) [EXTERNAL] [see #] [note 3]", (), ()),
    ("another script's digits", "Re: [D #٣]", (), ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("subject", "today", "history"), [row[1:] for row in SUBJECTS], ids=[row[0] for row in SUBJECTS]
)
def test_the_same_mark_is_the_same_thread(subject: str, today: tuple[str, ...], history: tuple[str, ...]) -> None:
    assert marks(subject, history=False) == today
    assert marks(subject, history=True) == history


def test_todays_marks_are_their_writers_first_and_a_historys_are_everybodys() -> None:
    inbound = mail(subject="Re: [rt.acme.example #45]")
    hers = "<45.rt-acme-example.maija=customer.example@thread.invalid>"
    assert threads_of_other_desks(inbound) == (hers, RT)
    assert threads_of_other_desks(replace(inbound, author=None)) == (RT,)
    old = replace(inbound, envelope=replace(inbound.envelope, history=True))
    assert threads_of_other_desks(old) == (RT,)


@pytest.mark.parametrize(("writer", "number"), [(MAIJA, 1042), (STRANGER, None)])
def test_whoever_guesses_a_mark_gets_a_ticket_of_their_own(writer: Address, number: int | None) -> None:
    decision = decided(mail(by=writer, subject="Re: [rt.acme.example #45]"), ticket(), by_id={RT: 1042})
    assert [step.ticket for step in decision.steps] == [number]
