"""`rules/examples/social-alerts.toml`: read by nobody until it is copied, and then its mails become work and no letter."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from cases import NOW, POLICY, facts, letters_of, mail

from mailgate.core.mails.decide import decide
from mailgate.core.model.change import OpenTicket
from mailgate.core.model.mail import Address, Envelope
from mailgate.core.model.moment import Moment
from mailgate.core.model.policy import Department
from mailgate.rulebook import load

RULES = Path(__file__).parents[2] / "rules"
MARKETING = Department("marketing", ("marketing@acme.example",), Address("marketing@acme.example", "Acme"))
DESK = replace(POLICY, departments=(*POLICY.departments, MARKETING))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk") / "rules"
    shutil.copytree(RULES, folder)
    shutil.copy(folder / "examples" / "social-alerts.toml", folder / "25-social-alerts.toml")
    return load.load(folder, DESK)


def test_its_own_tests_hold_beside_the_shipped_rules(book):
    assert load.run_tests(book, DESK) == []
    assert sum(test.file.endswith("social-alerts.toml") for test in book.tests) >= 12


def test_nobody_reads_it_before_it_is_copied():
    names = {rule.name for rule in load.load(RULES, POLICY).rules}
    assert "a mention" not in names and "everything else" in names


# As the senders head them: a list, in bulk, from nobody.
HEADS = [
    (("list-unsubscribe", "<https://x.example/u>"), ("precedence", "bulk")),
    (("list-id", "<alerts.x.example>"), ("list-unsubscribe", "<https://x.example/u>"), ("feedback-id", "1:2:3")),
    (("auto-submitted", "auto-generated"),),
    (("x-auto-response-suppress", "All"), ("precedence", "list")),
]


@pytest.mark.parametrize("headers", HEADS)
@pytest.mark.parametrize(
    ("sender", "subject"),
    [
        ("googlealerts-noreply@google.com", "Google Alert - Acme Lamps"),
        ("businessprofile-noreply@google.com", "Maija left a review for Acme Lamps"),
        ("notification@facebookmail.com", "Maija commented on Acme Lamps' post"),
        ("notifications@brand24.com", "Acme - new mentions: 1"),
    ],
)
def test_such_a_mail_is_filed_in_marketing_and_answered_by_nobody(book, sender, subject, headers):
    alert = mail(
        "What they said.",
        author=Address(sender),
        envelope=Envelope(sender, ("support@acme.example",)),
        subject=subject,
        headers=headers,
    )
    decision = decide(alert, Moment(DESK, facts(), NOW), book.rules)
    opened = [change for step in decision.steps for change in step.changes if isinstance(change, OpenTicket)]
    assert (decision.fate, [ticket.department for ticket in opened]) == ("filed", ["marketing"])
    assert [letter for letter in letters_of(decision) if letter.audience == "customer"] == []
