"""A short morning at a help desk: each step is played by real SMTP, looked at, and told."""

from __future__ import annotations

from datetime import timedelta

from mailgate.app.jobs.schedule import run_job
from mailgate.cli.demo.world import DemoWorld, Disappointed, first_words, mail, reply, say, text_of

MAIJA = "Maija Virtanen <maija@customer.example>"
PIOTR = "Piotr Nowak <piotr@klient.example>"
JANIS = "Jānis Bērziņš <janis@klients.example>"
EVA = "Eva Lind <eva@kund.example>"
JAN = "Jan Becker <jan@kunde.example>"
KADRI = "Kadri Tamm <kadri@klient.example>"
EMMA = "Emma Brown <emma@shop.example>"
ANNA = "Anna Virtanen <anna@staff.example>"
EVE = "Eve <eve@elsewhere.example>"


def expect(true: bool, what: str) -> None:
    """Raises Disappointed when a step did not have its effect."""
    if not true:
        raise Disappointed(what)


def play(world: DemoWorld) -> None:
    """The whole morning. Raises Disappointed at the first step that does not happen."""
    seven_languages(world)
    follow_ups(world)
    strangers_and_robots(world)
    two_departments(world)
    an_agents_half(world)
    a_deadline(world)


def seven_languages(world: DemoWorld) -> None:
    """Customers write in seven languages, and each is answered in their own."""
    say("08:59  Seven customers write to support@, in seven languages.")
    letters = (
        (EMMA, "Broken lamp", "Hello, the lamp I bought from you does not work. Please help, thank you!", "en"),
        (MAIJA, "Rikkinäinen lamppu", "Hei, tilaamani lamppu ei toimi ollenkaan. Voisitteko auttaa? Kiitos!", "fi"),
        (PIOTR, "Zepsuta lampa", "Dzień dobry, lampa, którą kupiłem, nie działa. Proszę o pomoc. Dziękuję!", "pl"),
        (JANIS, "Bojāta lampa", "Labdien! Lampa, ko nopirku, nedarbojas. Lūdzu, palīdziet. Paldies!", "lv"),
        (EVA, "Trasig lampa", "Hej, lampan som jag köpte av er fungerar inte. Kan ni hjälpa mig? Tack!", "sv"),
        (JAN, "Lampe defekt", "Guten Tag, die Lampe, die ich bei Ihnen gekauft habe, geht nicht. Danke!", "de"),
        (KADRI, "Katkine lamp", "Tere, teilt ostetud lamp ei tööta. Palun aidake. Aitäh!", "et"),
    )
    for sender, subject, text, language in letters:
        ticket = world.ticket_of(world.send(mail(sender, "support@acme.example", subject, text)))
        address = ticket.requester.addr
        ack = world.newest(address, "acknowledgement")
        body = ack.get_body(("html",))
        expect(
            body is not None and f'lang="{language}"' in body.get_content(),
            f"{address} got a letter in another language",
        )
        say(f"       #{ticket.number} {subject} ({ticket.language}): {address} gets “{ack['Subject']}”")


def follow_ups(world: DemoWorld) -> None:
    """A reply is filed by its headers, and a new mail by the number in its subject."""
    ack = world.newest("emma@shop.example", "acknowledgement")
    ticket = world.ticket_of(world.send(reply(ack, EMMA, "It is the blue one, by the way.")))
    expect(ticket.number == 1001 and len(ticket.entries) == 2, "the reply did not reach its ticket")
    expect(ticket.entries[-1].text.strip() == "It is the blue one, by the way.", "history was taken for new words")
    say(f"09:04  Emma replies to the acknowledgement: filed in #{ticket.number} by its headers, only the new words.")
    tagged = mail(EMMA, "support@acme.example", "[#1001] and a question", "Do you also repair green ones?")
    ticket = world.ticket_of(world.send(tagged))
    expect(ticket.number == 1001 and len(ticket.entries) == 3, "the number in the subject was not understood")
    say("09:06  Emma writes anew with [#1001] in the subject: the same ticket, by its number.")


def strangers_and_robots(world: DemoWorld) -> None:
    """A stranger learns nothing, an auto-reply changes nothing, a bounce reaches the desk."""
    number = world.send(mail(EVE, "support@acme.example", "[#1001] tell me more", "What is this ticket about?"))
    ticket = world.ticket_of(number)
    expect(ticket.number != 1001 and 1001 in ticket.links, "the stranger got into somebody else's ticket")
    expect(
        "Broken lamp" not in world.newest("eve@elsewhere.example", "letter").as_string(), "a title leaked to a stranger"
    )
    say(f"09:10  A stranger quotes [#1001]: a new ticket (#{ticket.number}) that mentions it; she learns nothing.")
    ack = world.newest("maija@customer.example", "acknowledgement")
    before = len(world.letters("maija@customer.example"))
    robot = reply(ack, MAIJA, "Olen lomalla 1.12. asti.", subject="Automaattinen vastaus: lomalla")
    robot["Auto-Submitted"] = "auto-replied (vacation)"
    away = world.ticket_of(world.send(robot))
    expect(away.entries[-1].kind == "auto" and away.status == "new", "the out-of-office changed the ticket")
    expect(len(world.letters("maija@customer.example")) == before, "a robot was answered")
    say(f"09:12  Maija's out-of-office comes back: filed in #{away.number}, changes nothing, is not answered.")
    bounce = world.send(_bounce(world), sender="")
    expect(world.settled[bounce] == "filed", "the bounce was not understood")
    say("09:14  A letter to Piotr bounces: noted in his ticket, and the desk is told.")


def _bounce(world: DemoWorld):  # type: ignore[no-untyped-def]
    """A delivery report (RFC 3464) about the acknowledgement to Piotr."""
    from email import message_from_bytes, policy
    from email.message import EmailMessage
    from email.mime.message import MIMEMessage
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    ack = world.newest("piotr@klient.example", "acknowledgement")
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "MAILER-DAEMON@mx.klient.example"
    report["To"] = "support@acme.example"
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText("Your mail could not be delivered.\n"))
    status = EmailMessage()
    status["Reporting-MTA"] = "dns; mx.klient.example"
    recipient = EmailMessage()
    recipient["Final-Recipient"] = "rfc822; piotr@klient.example"
    recipient["Action"] = "failed"
    recipient["Status"] = "5.1.1"
    part = MIMEText("")
    part.replace_header("Content-Type", "message/delivery-status")
    part.set_payload([status, recipient])
    report.attach(part)
    report.attach(MIMEMessage(ack))
    return message_from_bytes(report.as_bytes(), policy=policy.default)


def two_departments(world: DemoWorld) -> None:
    """One mail to two departments is one ticket with one acknowledgement, and both are told."""
    before = len(world.tickets())
    both = mail(EMMA, "support@acme.example, sales@acme.example", "Spare parts", "Do you sell and fit spare glass?")
    world.send(both)
    fresh = world.tickets()[before:]
    expect(len(fresh) == 1, f"{len(fresh)} tickets instead of one")
    acks = [one for one in world.letters("emma@shop.example") if f"#{fresh[0].number}" in str(one["Subject"])]
    expect(len(acks) == 1, f"{len(acks)} acknowledgements instead of one")
    expect(set(fresh[0].departments) == {"support", "sales"}, "only one department was told")
    say(f"09:20  Emma writes to support@ and sales@ at once: one ticket (#{fresh[0].number}), one letter.")


def an_agents_half(world: DemoWorld) -> None:
    """Anna takes, answers and solves from her mail client, and the customer says how it was."""
    notice = world.letter("anna@staff.example", "1001", "notice")
    heard = len(world.letters("emma@shop.example"))
    ticket = world.ticket_of(world.send(reply(notice, ANNA, "#take")))
    expect((ticket.owner, ticket.status) == ("anna", "open"), "the ticket is not Anna's")
    expect(len(world.letters("emma@shop.example")) == heard, "a robot wrote where Anna is about to")
    say(
        f"09:26  Anna replies “#take” to the notice: #{ticket.number} is hers, and no robot tells Emma before she does."
    )
    ticket = world.ticket_of(world.send(reply(notice, ANNA, "Dear Emma, does the lamp click when you press it?")))
    answer = world.newest("emma@shop.example", "answer")
    expect(ticket.status == "waiting" and "does the lamp click" in text_of(answer), "the answer did not arrive")
    expect("anna@staff.example" not in answer.as_string(), "an agent's address leaked")
    say(f"09:31  Anna writes a plain reply: Emma gets it from {answer['From']}, and the ticket waits for her.")
    world.send(reply(answer, EMMA, "Yes, it clicks, but it stays dark."))
    notice = world.letter("anna@staff.example", "1001", "notice")
    ticket = world.ticket_of(
        world.send(reply(notice, ANNA, "#solve\n\nThen it is the bulb; a new one is in the post."))
    )
    answer = world.newest("emma@shop.example", "answer")
    expect(ticket.status == "solved" and "mailto:" in answer.as_string(), "no survey under the last words")
    say("09:40  “#solve” and a few words: the ticket is solved, and the survey stands under the words.")
    world.send(reply(answer, EMMA, "9"))
    thanks = world.newest("emma@shop.example", "thanks")
    votes = [one for one in world.gateway.store.read(lambda read: read.tickets.events(1001)) if one.kind == "vote"]
    expect([one.new for one in votes] == ["9"], "the vote was not counted")
    say(f"09:44  Emma answers with a bare “9”: counted, and she gets “{thanks['Subject']}”.")


def a_deadline(world: DemoWorld) -> None:
    """A ticket nobody answers goes overdue and climbs, once a step: the clock is put forward for a moment."""
    notice = world.letter("anna@staff.example", "1002", "notice")
    due = world.ticket_of(world.send(reply(notice, ANNA, "#due 2h"))).due.manual
    expect(due is not None, "the ticket has no deadline")
    assert due is not None
    say(f"09:50  Anna gives #1002 a deadline by hand: “#due 2h” is {due:%Y-%m-%d %H:%M} UTC.")
    late = due + timedelta(minutes=5)
    with world.at(late):
        run_job(world.gateway, "escalate", late)
        climbed = world.ticket(1002)
        expect(climbed.priority == "urgent" and climbed.escalation > 0, "the overdue ticket did not climb")
        expect(run_job(world.gateway, "escalate", late) == 0, "a step was taken twice")
        letter = world.letter("anna@staff.example", "1002", "escalation")
    expect("urgent" in text_of(letter), "the lead's letter does not say what was done")
    say(f"Later  Nobody answers it (job escalate --now {late:%Y-%m-%dT%H:%MZ}): it is urgent now,")
    say(f"       and Anna, who leads, reads “{first_words(letter)}”")
