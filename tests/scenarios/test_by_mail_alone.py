"""Canned answers, knowledge, pulled work, undo, split and merge, all by mail alone."""

from __future__ import annotations

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

from cases import POLICY
from conftest import Desk, confirm, from_agent, mail, notice_to, only, opened, reply, running, whole
from mailclients import plain_of

from mailgate.app.questions.report import of_period

ANNA_AT, BO_AT = "anna@staff.example", "bo@staff.example"
ANNA = f"Anna Virtanen <{ANNA_AT}>"
MAIJA = "maija@customer.example"
KARI = "kari@elsewhere.example"


def library(folder: Path) -> None:
    """One canned answer and two articles in the admin's folder."""
    for name, text in {
        "replies/refund.en.md": "title: Refund\n---\nYour money is back in {days} days.\n",
        "articles/fuse.en.md": "title: Changing the fuse of a lamp\nurl: https://acme.example/fuse\n---\nUnplug the lamp.\n",
        "articles/invoice.en.md": "title: Reading an invoice\n---\nThe reference stands at the bottom.\n",
    }.items():
        path = folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def told(desk: Desk, template: str, who: str = ANNA_AT) -> str:
    """The newest letter of a kind, whole."""
    return whole(desk.letters(who, template)[-1])


def test_a_saved_answer_is_used_again_and_listed(desk: Desk) -> None:
    first, second = opened(desk, "One"), opened(desk, "Two", sender=KARI)
    from_agent(desk, "#save unplug\n\nPlease unplug the lamp for a minute.\n", notice_to(desk, "anna", first.number))
    from_agent(desk, "#use unplug\n\nGreetings.\n", notice_to(desk, "bo", second.number), "bo")
    letter = whole(only(desk.letters(KARI, "answer")))
    assert letter.index("Please unplug the lamp for a minute.") < letter.index("Greetings.")
    from_agent(desk, "#templates\n", notice_to(desk, "anna", first.number))
    assert "#use unplug" in told(desk, "question")


def test_a_missing_value_parks_the_mail_and_names_what_is_missing(tmp_path: Path) -> None:
    library(tmp_path)
    with running(tmp_path) as desk:
        ticket = opened(desk)
        number = from_agent(desk, "#use refund\n", notice_to(desk, "anna", ticket.number))
        assert desk.fate(number) == "parked" and desk.letters(MAIJA, "answer") == []
        assert "the canned answer refund needs days" in told(desk, "receipt")


def test_articles_are_found_by_words_suggested_to_agents_and_to_customers_if_wanted(tmp_path: Path) -> None:
    library(tmp_path)
    secret = "title: Changing the fuse of a lamp: Zatopek\npublic: no\n---\nWait.\n"
    (tmp_path / "templates" / "articles" / "fraud.en.md").write_text(secret)
    with running(tmp_path, more="[letters]\nsuggest = true\n") as desk:
        ticket = opened(desk, "Changing a fuse")
        assert "Zatopek" in told(desk, "notice") and "Zatopek" not in whole(only(desk.letters(MAIJA, "ack")))
        for letter in (told(desk, "notice"), whole(only(desk.letters(MAIJA, "ack")))):
            assert "Changing the fuse of a lamp" in letter and "Reading an invoice" not in letter
        from_agent(desk, "#kb reading my invoice\n", notice_to(desk, "anna", ticket.number))
        assert "The reference stands at the bottom." in told(desk, "question")
        assert (
            "Changing the fuse" not in told(desk, "question").partition("Articles")[2].partition("Changing a fuse")[0]
        )


def test_one_use_in_answer_to_the_articles_sends_the_first_whole(tmp_path: Path) -> None:
    library(tmp_path)
    with running(tmp_path) as desk:
        ticket = opened(desk)
        from_agent(desk, "#kb fuses\n", notice_to(desk, "anna", ticket.number))
        listed = desk.letters(ANNA_AT, "question")[-1]
        assert f'Answer "1 use", and the first goes to {MAIJA}' in whole(listed) and "#use fuse" in whole(listed)
        number = from_agent(desk, "7 use\n", listed)
        assert desk.fate(number) == "parked" and "no canned answer and no article is called 7" in told(desk, "receipt")
        from_agent(desk, "1 use\n\nGood luck!\n", listed)
        letter = whole(only(desk.letters(MAIJA, "answer")))
        assert letter.index("Unplug the lamp.") < letter.index("https://acme.example/fuse") < letter.index("Good luck!")
        from_agent(desk, "#use invoice\n", notice_to(desk, "anna", ticket.number))
        assert "The reference stands at the bottom." in whole(desk.letters(MAIJA, "answer")[-1])
        assert [one.kind for one in desk.ticket(ticket.number).entries] == ["customer", "agent", "agent"]


def test_a_customer_gets_the_article_by_a_tap_and_it_solves_the_matter(tmp_path: Path) -> None:
    library(tmp_path)
    with running(tmp_path, more="[letters]\nsuggest = true\n") as desk:
        ticket = opened(desk, "Changing a fuse")
        tap(desk, only(desk.letters(MAIJA, "ack")), "Changing the fuse")
        article = only(desk.letters(MAIJA, "article"))
        assert article["Auto-Submitted"] == "auto-replied" and "Unplug the lamp." in whole(article)
        tap(desk, only(desk.letters(MAIJA, "ack")), "Changing the fuse")
        assert len(desk.letters(MAIJA, "article")) == 1, "once a ticket"
        assert desk.ticket(ticket.number).status == "new" and len(desk.ticket(ticket.number).entries) == 1
        tap(desk, article, "This solved it")
        after = desk.ticket(ticket.number)
        assert (after.status, after.subject) == ("solved", ticket.subject)
        assert 'Solved by the article "Changing the fuse of a lamp"' in told(desk, "notice")
        now = desk.gateway.clock() + timedelta(minutes=1)
        figures = desk.gateway.store.read(lambda read: of_period(read, POLICY, now, timedelta(days=1)))
        assert (figures.total.solved, figures.total.self_service) == (1, 1)


def tap(desk: Desk, letter: EmailMessage, label: str, sender: str = MAIJA) -> None:
    """Send the mail that a link of a customer's letter writes."""
    html = next(part for part in letter.walk() if part.get_content_type() == "text/html").get_content()
    (found,) = re.findall(rf'href="mailto:([^"?]+)\?subject=([^&"]*)&(?:amp;)?body=([^"]*)"[^>]*>{label}', html)
    address, subject, body = map(unquote, found)
    desk.send(mail(subject, body.replace("\r\n", "\n"), sender=sender, to=address))


def test_what_solved_a_ticket_before_is_drafted_by_a_tap_and_sent_without_marks(desk: Desk) -> None:
    first = opened(desk, "Lamp flickers in the hall")
    answer = "Hello Maija,\n\nplease tighten the bulb of the lamp by half a turn, then it stops; your order is 4711."
    from_agent(desk, f"#solve\n\n{answer}\n", notice_to(desk, "anna", first.number))
    desk.gateway.store.write(lambda tx: tx.tickets.index(100)).result()
    second = opened(desk, "The lamp in my hall flickers", sender=KARI)
    notice = notice_to(desk, "bo", second.number)
    text = whole(notice)
    assert "Solved before" in text and f"Use #{first.number}" in text and "tighten the bulb" in text
    assert "tighten" not in whole(only(desk.letters(KARI, "ack")))
    tap(desk, notice, f"Use #{first.number}", sender=f"Bo Lund <{BO_AT}>")
    draft = only(desk.letters(BO_AT, "draft"))
    assert "Hello ⟦Maija⟧," in whole(draft) and "order is ⟦4711⟧." in whole(draft)
    assert desk.letters(KARI, "answer") == []
    number = from_agent(desk, "Hello Kari,\n\ntighten the bulb; your order is ⟦4711⟧.\n", draft, "bo")
    assert desk.fate(number) == "parked" and "still stands in it" in told(desk, "receipt", BO_AT)
    from_agent(desk, "Hello Kari,\n\ntighten the bulb by half a turn.\n", draft, "bo")
    assert "tighten the bulb by half a turn." in whole(only(desk.letters(KARI, "answer")))


def test_the_same_answer_once_more_leaves_at_once_though_the_notice_shows_it_and_a_quote_of_it_does_not(
    desk: Desk,
) -> None:
    answer = "Please tighten the bulb of the lamp by half a turn."
    from_agent(desk, f"#solve\n\n{answer}\n", notice_to(desk, "anna", opened(desk, "Lamp flickers in the hall").number))
    desk.gateway.store.write(lambda tx: tx.tickets.index(100)).result()
    notice = notice_to(desk, "bo", opened(desk, "The lamp in my hall flickers", sender=KARI).number)
    quoted = plain_of(notice)
    assert f"Anna Virtanen: {answer}" in quoted
    marked = "".join(f"> {line}\n" for line in quoted.splitlines())
    for words in (f"{answer}\n", f"Dear Kari,\n\n{answer}\n\nOn Friday Acme wrote:\n{marked}"):
        from_agent(desk, words, notice, "bo")
        letter = whole(desk.letters(KARI, "answer")[-1])
        assert answer in letter and "Solved before" not in letter and f"Anna Virtanen: {answer}" not in letter
    assert len(desk.letters(KARI, "answer")) == 2
    from_agent(desk, f"We send a new one.\n\nOn Friday Acme wrote:\n{marked}", notice, "bo")
    assert "tighten" not in whole(desk.letters(KARI, "answer")[-1])


def test_an_agents_article_stands_when_the_lead_taps(desk: Desk) -> None:
    first = opened(desk, "Bulbs")
    from_agent(
        desk, "Hello Maija,\n\nturn the bulb to the left until it clicks.\n", notice_to(desk, "bo", first.number), "bo"
    )
    from_agent(desk, "#article bulb\n", notice_to(desk, "bo", first.number), "bo")
    draft = only(desk.letters(BO_AT, "article_draft"))
    assert "Hello ⟦Maija⟧," in whole(draft)
    from_agent(desk, "#article bulb\n\nBulbs\n\nTurn the bulb to the left.\n", draft, "bo")
    assert [one.name for one in desk.gateway.in_force.policy.articles] == []
    tap(desk, only(desk.letters(ANNA_AT, "article_draft")), "Publish it", sender=ANNA)
    assert [(one.name, one.title) for one in desk.gateway.in_force.policy.articles] == [("bulb", "Bulbs")]
    second = opened(desk, "Two", sender=KARI)
    from_agent(desk, "#use bulb\n", notice_to(desk, "bo", second.number), "bo")
    assert "Turn the bulb to the left." in whole(only(desk.letters(KARI, "answer")))
    from_agent(desk, "#templates\n", notice_to(desk, "anna", first.number))
    assert "#use bulb" in told(desk, "question")
    used = desk.gateway.store.read(lambda read: read.people.articles_used())
    assert set(used) == {"bulb"} and len(desk.letters(MAIJA, "answer")) == 1


def test_customers_hear_of_no_article_unless_the_admin_wants_it(tmp_path: Path) -> None:
    library(tmp_path)
    with running(tmp_path) as desk:
        opened(desk)
        assert "Changing the fuse" not in whole(only(desk.letters(MAIJA, "ack")))


def test_pulled_work_makes_no_noise_until_it_is_fetched(tmp_path: Path) -> None:
    with running(tmp_path, support='notify = "pull"') as desk:
        ticket = opened(desk)
        assert desk.letters(ANNA_AT) == desk.letters(BO_AT) == []
        support = f"support+anna.{desk_key(desk)}@acme.example"
        desk.send(mail("#next", "", sender=ANNA, to=support))
        assert desk.ticket(ticket.number).owner == "anna"
        assert "The lamp does not work." in told(desk, "handover")
        assert "Broken lamp" in told(desk, "question") and desk.letters(BO_AT) == []


def desk_key(desk: Desk) -> str:
    """The key in anna's desk address."""
    from mailgate.core.proof import token

    policy = desk.gateway.in_force.policy
    agent = policy.agent("anna")
    assert agent is not None
    return token.desk_key(policy.keys[0], agent.id, agent.generation)


def test_undo_after_the_letter_has_left_says_that_it_cannot_be_taken_back(tmp_path: Path) -> None:
    with running(tmp_path, undo="2m") as desk:
        ticket = opened(desk)
        notice = notice_to(desk, "anna", ticket.number)
        from_agent(desk, "A new bulb is on its way.\n", notice)
        desk.clock.ahead += timedelta(minutes=3)
        assert "A new bulb" in whole(only(desk.letters(MAIJA, "answer")))
        from_agent(desk, "#undo\n", notice)
        assert "its letter had left already and cannot be" in told(desk, "receipt")
        assert desk.ticket(ticket.number).status == "new"
        assert len(desk.letters(MAIJA, "answer")) == 1


def test_split_gives_the_newest_words_a_ticket_of_their_own_and_undo_joins_them(desk: Desk) -> None:
    ticket = opened(desk)
    desk.send(mail(f"Re: [#{ticket.number}] Broken lamp", "And where is my invoice?\n"))
    from_agent(desk, "#split\n", notice_to(desk, "anna", ticket.number))
    parted = desk.tickets()[-1]
    assert parted.number != ticket.number and parted.owner == "anna" and parted.requester.addr == MAIJA
    assert "And where is my invoice?" in desk.ticket(parted.number).entries[0].text
    confirm(desk, from_agent(desk, "#undo\n", notice_to(desk, "anna", ticket.number)))
    after = desk.ticket(ticket.number)
    assert "And where is my invoice?" in " ".join(entry.text for entry in after.entries)
    assert desk.ticket(parted.number).merged_into == ticket.number or desk.ticket(parted.number).status == "archived"


def test_two_customers_tickets_are_merged_only_after_a_question(desk: Desk) -> None:
    one, other = opened(desk, "One"), opened(desk, "Other", sender=KARI)
    number = from_agent(desk, f"#merge {other.number}\n", notice_to(desk, "anna", one.number))
    assert desk.fate(number) == "parked" and desk.ticket(one.number).merged_into is None
    asked = desk.letters(ANNA_AT, "receipt")[-1]
    assert MAIJA in whole(asked) and KARI in whole(asked)
    desk.send(reply(asked, ANNA, "#send"))
    desk.settle()
    assert desk.ticket(one.number).merged_into == other.number
