"""Subtracting what we sent: no typed line is taken for ours, no line of frame, note or token may leave (issue 12)."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable

import pytest
from answers import (
    CLIENTS,
    CUSTOMER,
    EARLIER,
    FINNISH,
    GERMAN,
    GMAIL,
    HASHER,
    NOTE,
    NOTICE,
    OUTLOOK,
    SENDER,
    TOKEN,
    TYPED,
    marked,
    missing,
    notice,
    read,
    some_words,
    worded,
)

from mailgate.core.quoting import fingerprint, subtract, tokens
from mailgate.core.quoting.fingerprint import Wording
from mailgate.core.quoting.parts import Held

OURS = [
    line.lstrip("> ") for line in worded(NOTICE) if line.lstrip("> ") not in {*worded(CUSTOMER), *worded(EARLIER), ">"}
]


def leaked(text: str) -> list[str]:
    """Lines of frame and note in a text that is to be sent."""
    return [line for line in OURS if len(line.split()) > 1 and line in text] + ([TOKEN] if TOKEN[:9] in text else [])


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
@pytest.mark.parametrize("typed", TYPED, ids=[one.split("\n")[0][:30] for one in TYPED])
def test_what_was_typed_leaves_and_nothing_of_ours_w_01_w_02_w_03_w_12(
    client: Callable[[str, str], str], typed: str
) -> None:
    found = read(client(typed, NOTICE))
    assert not missing(typed, found.sendable) and not missing(typed, found.shown)
    assert not leaked(found.sendable) and not leaked(found.shown)
    assert found.held is Held.NOTHING
    assert worded(found.sendable) == worded(typed)


@pytest.mark.parametrize("seed", range(60))
def test_every_line_is_typed_or_ours_whoever_quotes_it(seed: int) -> None:
    chance = random.Random(seed)
    typed = some_words(chance)
    name = chance.choice(sorted(CLIENTS))
    found = read(CLIENTS[name](typed, NOTICE))
    assert not missing(typed, found.sendable, found.folded), name
    assert not missing(typed, found.shown), name
    assert not leaked(found.sendable), name
    assert found.held is Held.NOTHING, name


@pytest.mark.parametrize("mark", ["> ", "", "| ", "\t"], ids=["marks", "bare", "bars", "indented"])
def test_answers_between_the_lines_keep_the_lines_they_answer_w_01_w_05(mark: str) -> None:
    quoted = marked(NOTICE, mark)
    for asked, answer in (("Is the bulb to blame?", "No, never up to 9 W."), ("Or the socket?", "no")):
        quoted = quoted.replace(f"{mark}{asked}", f"{mark}{asked}\n\n{answer}\n", 1)
    found = read(f"{GMAIL}\n{quoted}")
    assert found.sendable == (
        "> the lamp I bought from you last week flickers in the evening.\n> Is the bulb to blame?\n\n"
        "No, never up to 9 W.\n\n> Or the socket?\n\nno"
    )
    assert found.held is Held.NOTHING and found.shown == found.sendable


def test_a_signature_below_a_quote_keeps_its_delimiter() -> None:
    found = read(f"Yes.\n\n#priority high\n\n{GMAIL}\n\n{marked(NOTICE)}\n-- \nAnna Virtanen")
    assert found.sendable == "Yes.\n\n#priority high\n\n\n-- \nAnna Virtanen"


@pytest.mark.parametrize("drawn", ["-- ", "--", "---", "* * *", "...", "\u2014", "\u2022", "-----", "=-=-=", "_" * 30])
@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
def test_a_line_without_words_is_its_letters_where_it_is_quoted(client: Callable[[str, str], str], drawn: str) -> None:
    """W-05: the delimiter of a quoted signature is no answer, and what stands above it no question."""
    sent = NOTICE.replace("Or the socket?", f"{drawn}\n\nOr the socket?").replace(
        "Ask Bo first.", f"{drawn}\nAsk Bo first."
    )
    found = read(client("Yes, it does.", sent), notice(sent))
    assert found.sendable == found.shown == "Yes, it does."


@pytest.mark.parametrize("drawn", ["?", ":)", "```", "!!!", "(...)", "$", "\u20ac", "}\n}\n};", "\u2026"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_line_of_signs_is_the_letters_whatever_it_is(client: str, drawn: str) -> None:
    """Behind marks or none: with a listing in the customer's mail, its braces left as answers to what stands above."""
    sent = NOTICE.replace("Or the socket?", f"{drawn}\n\nOr the socket?")
    found = read(CLIENTS[client]("Yes, it does.", sent), notice(sent))
    assert found.sendable == found.shown == "Yes, it does."


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
@pytest.mark.parametrize(
    "before", ["This is what Bo wrote.", "Bo kirjoitti:", "support@acme.example wrote", "27 Nov 2026 00:10"]
)
def test_an_attribution_that_ends_like_a_line_of_the_letter_is_the_clients(
    client: Callable[[str, str], str], before: str
) -> None:
    """The line that our page has above what a client quotes of it may end as the client's own line does."""
    found = read(client("Yes, it does.", NOTICE), notice(f"{before}\n\n{NOTICE}"))
    assert found.sendable == found.shown == "Yes, it does."


@pytest.mark.parametrize("typed", ["...", "-", "?", "--", "*", ":)", "!!!", "\u2014", "+1"])
@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
def test_signs_between_quoted_lines_were_typed(mark: str, typed: str) -> None:
    """Whoever answers a line with three dots has answered it, whether their program marks what it quotes or not."""
    quoted = marked(NOTICE, mark).replace(f"{mark}Or the socket?", f"{typed}\n{mark}Or the socket?")
    found = read(f"{GMAIL}\n{quoted}")
    assert typed in found.sendable.split("\n") and typed in found.shown.split("\n")


def test_a_signature_below_a_quote_without_marks_keeps_its_delimiter() -> None:
    found = read(f"Yes.\n\n{FINNISH}\n\n{NOTICE}\n--\nAnna Virtanen")
    assert found.sendable.split("\n")[-2:] == ["--", "Anna Virtanen"]


@pytest.mark.parametrize(("typed", "held"), [
    ("Who has said known complainer and wants today?", Held.NOTE),
    ("Who has said known complainer and nothing else today?", Held.NOTHING),
])  # fmt: skip
def test_four_words_of_a_note_in_a_row_wait_and_three_are_anybodys(typed: str, held: Held) -> None:
    assert read(f"{typed}\n\n{GMAIL}\n\n{marked(NOTICE)}").held is held


def test_lines_of_the_frame_stay_though_a_client_took_its_marker_out() -> None:
    found = read(
        "Hello\n\nStatus: open | Owner: Anna\n\nCommands for the first line of a reply: #take #solve\n"
        "You get this because: new words in a ticket you follow"
    )
    assert found.sendable == "Hello"


ABOVE_A_QUOTE = {
    "Gmail of some years": "2013/7/20 Maija via Support <support@acme.example>\n",
    "Outlook in Finnish": "-----Alkuperäinen viesti-----\nLähettäjä: Maija via Support <support@acme.example>\nLähetetty: 27. marraskuuta\nAihe: Lamppu\n",
    "Notes on the web": "-----Maija via Support <support@acme.example> wrote: -----\nTo: Anna\nFrom: Maija via Support <support@acme.example>\nDate: 27.11.2026\n",
    "Notes": "From:\tMaija via Support <support@acme.example>\nTo:\tAnna\nDate:\t27.11.2026\nSubject:\tLamp\n",
    "K-9 with its signature": f"-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.\n\n{GMAIL}\n",
    "a phone with its signature": f"Sent from my iPhone\n\n{GMAIL}\n",
}


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
@pytest.mark.parametrize("head", ABOVE_A_QUOTE.values(), ids=list(ABOVE_A_QUOTE))
def test_what_a_client_puts_above_a_quote_does_not_leave_where_words_stand_below(head: str, mark: str) -> None:
    """W-05: K-9 and phones set their signature above the quote, where no end of the words is."""
    for above, below in (("Yes.", ""), ("", "Yes.\n\nRegards\nAnna")):
        found = read(f"{above}\n\n{head}\n{marked(NOTICE, mark)}\n\n{below}")
        assert worded(found.sendable) == worded(above + below) and found.held is Held.NOTHING


def test_a_text_read_at_once_has_the_words_of_its_lines() -> None:
    """Reading is by the whole text, since that costs least."""
    odd = ["", "> ", "Stra\u00dfe \ufb01ne", "> | see https://a.example/b?c=d&e, x", "don't \u2019 do\u00adt", "\u2028a\x85b\x0bc",
           "ONE <https://x.example> two [cid:p@x] \U0001f44d", "what? <a@b.example?subject=x> now", "\u01c5 \uff21\u0301"]  # fmt: skip
    text = tokens.read(odd, HASHER)
    assert [list(text.hashes(at)) for at in range(len(odd))] == [HASHER.hashes(bare) for bare in text.bare]
    assert text.starts[-1] == len(text.words) and len(text.starts) == len(odd) + 1
    assert [text.line_of(at) for at in range(len(text.words))] == [
        at for at in range(len(odd)) for _ in text.hashes(at)
    ]


TRANSLATED = {
    "A plain reply goes to the customer": "Eine einfache Antwort geht an den Kunden",
    "Please write your reply above this line": "Bitte schreiben Sie Ihre Antwort über diese Zeile",
    "Commands for the first line of a reply": "Befehle für die erste Zeile einer Antwort",
    "You get this because: new words in a ticket you follow": "Sie erhalten dies wegen neuer Worte im Ticket",
    NOTE.split("\n")[0]: "Sie ist eine bekannte Nörglerin und will jedes Mal ihr Geld zurück.",
}


@pytest.mark.parametrize("few", [1, len(TRANSLATED)])
@pytest.mark.parametrize("head", [GMAIL, FINNISH, OUTLOOK], ids=["gmail", "finnish", "outlook"])
def test_a_frame_that_a_program_translated_waits_and_no_button_sends_it(head: str, few: int) -> None:
    """W-09: behind marks a line in place of one of ours is ours; nobody answers within our frame."""
    shown = NOTICE
    for ours, theirs in list(TRANSLATED.items())[:few]:
        assert ours in shown
        shown = shown.replace(ours, theirs)
    found = read(f"Yes.\n\n{head}\n{marked(shown)}")
    assert found.held is Held.EDITED and found.sendable == "Yes."


WHOLE = {
    **TRANSLATED,
    "Earlier in this ticket": "Früher in diesem Ticket",
    "internal note": "interne Notiz",
    "Status: open | Owner: Anna | Priority: normal": "Status: offen | Eigentümer: Anna | Priorität: normal",
    "Ask Bo first.": "Frag zuerst Bo.",
    "the lamp I bought from you last week flickers in the evening.": "die Lampe, die ich letzte Woche kaufte, flackert abends.",
    "Is the bulb to blame?": "Ist die Birne schuld?",
    "Or the socket?": "Oder die Fassung?",
    EARLIER: "Wir haben Ihnen die Lampe am Montag geschickt.",
}  # fmt: skip


@pytest.mark.parametrize("few", [1, len(TRANSLATED), len(WHOLE)])
@pytest.mark.parametrize("head", ["", GMAIL, FINNISH, OUTLOOK], ids=["bare", "gmail", "finnish", "outlook"])
@pytest.mark.parametrize("brand", [True, False], ids=["HTML", "text"])
def test_a_translated_notice_without_marks_waits_and_no_button_sends_a_line_of_it(
    head: str, few: int, brand: bool
) -> None:
    """Issue 12: its first line left, by "send" or at once; without an attribution typed lines may wait with it, counted."""
    sent = NOTICE if brand else NOTICE.partition("\n\n")[2]
    for ours, theirs in list(WHOLE.items())[:few]:
        sent = sent.replace(ours, theirs)
    found = read(f"Yes, do.\n\nAnna\n\n{head}\n\n{sent}")
    left = worded(found.sendable)
    assert found.held is Held.EDITED and left[:1] == ["Yes, do."]
    assert left == ["Yes, do.", "Anna"] or (found.unsent and not head and not brand)


def test_answers_between_unmarked_lines_are_no_translation() -> None:
    quoted = NOTICE.replace("Is the bulb to blame?", "Is the bulb to blame?\n\nNo, never up to 9 W, says Bo.")
    quoted = quoted.replace("Or the socket?", "Or the socket?\n\nNeither of them, it is the wire behind.")
    found = read(f"See below.\n\n{OUTLOOK}\n{quoted}")
    assert found.held is Held.NOTHING
    assert {"No, never up to 9 W, says Bo.", "Neither of them, it is the wire behind."} <= set(worded(found.sendable))


def test_an_answer_within_the_marks_below_the_customers_last_words_is_no_line_of_ours() -> None:
    quoted = marked(NOTICE).replace(
        "> Regards\n> Maija\n", "> Regards\n> Maija\n> Neither of them, it is the wire.\n", 1
    )
    found = read(f"{GMAIL}\n{quoted}")
    assert found.held is Held.NOTHING and "Neither of them, it is the wire." in worded(found.sendable)


def test_a_marked_line_right_below_the_whole_letter_was_typed() -> None:
    found = read(f"Yes.\n\n{GMAIL}\n{marked(NOTICE.strip())}\n> a line of mine behind a mark")
    assert found.held is Held.NOTHING and "a line of mine behind a mark" in found.sendable


def test_a_day_and_a_stranger_are_no_attribution() -> None:
    found = read(f"2013/7/20 Ann Other <ann@home.example>\n\n{marked(NOTICE)}")
    assert found.sendable == "2013/7/20 Ann Other <ann@home.example>"


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
def test_words_of_another_letter_below_a_quote_were_typed_again(mark: str) -> None:
    """W-12: an agent who writes below the quote ends each answer alike, and pastes what they wrote before."""
    before = "Please press the switch for ten seconds.\n\nBest wishes from all of us here\nAnna"
    other = fingerprint.fingerprint(before, (), HASHER, sender="Support support@acme.example", public=(before,))
    found = read(f"{GMAIL}\n\n{marked(NOTICE, mark)}\n\n{before}", notice(), other)
    assert found.sendable == before and found.held is Held.NOTHING


def test_an_answer_within_the_marks_leaves_without_them() -> None:
    """A program that keeps the cursor inside its quotation marks what is typed there."""
    quoted = marked(NOTICE).replace("> Is the bulb to blame?", "> Is the bulb to blame?\n> No, never up to 9 W.")
    found = read(f"{GMAIL}\n{quoted}")
    assert worded(found.sendable)[-1] == "No, never up to 9 W." and found.held is Held.NOTHING


@pytest.mark.parametrize("typed", ["> > I did that.", "> I did that, thanks."], ids=["its marks", "the letter's"])
def test_below_a_note_the_marks_of_a_line_stay(typed: str) -> None:
    """Whoever goes on below a colleague's note answers nothing that the customer could see above it."""
    found = read(f"{GMAIL}\n{marked(NOTICE)}".replace("> > Ask Bo first.", f"> > Ask Bo first.\n{typed}"))
    assert (found.held, found.sendable, found.shown) == (Held.NOTHING, typed, typed)


def test_the_address_of_a_button_is_ours_wherever_a_client_sets_it() -> None:
    button = f"<support@acme.example?subject=%5B%231042%5D%20%23take&body={TOKEN.replace(':', '%3A')}>"
    for mark in ("> ", ""):
        shown = NOTICE.replace("Commands for", f"Take\n{button}\n\nCommands for")
        sent = NOTICE.replace("Commands for", "Take\n\nCommands for")
        found = read(f"Yes.\n\n{GMAIL}\n\n{marked(shown, mark)}", notice(sent))
        assert found.sendable == "Yes." and found.held is Held.NOTHING


def test_of_a_letter_that_is_gone_nothing_leaves_though_the_customers_words_in_it_are_known() -> None:
    """W-14: retention took the letters; what the customer wrote is known all the same."""
    words = fingerprint.entry(CUSTOMER, HASHER, "Maija maija@home.example")
    for head, mark in ((GMAIL, "> "), (OUTLOOK, ""), (FINNISH, "")):
        for gone in (NOTICE, NOTICE.replace(TOKEN, "")):
            found = read(f"Yes.\n\n{head}\n{marked(gone, mark)}", words)
            assert found.sendable == "Yes." and found.held is Held.UNKNOWN_LETTER


def test_a_pasted_line_of_the_customers_is_typed() -> None:
    found = read(f"You asked: Is the bulb to blame?\n\nOr the socket?\n\nNeither.\n\n{GMAIL}\n\n{marked(NOTICE)}")
    assert found.sendable == "You asked: Is the bulb to blame?\n\nOr the socket?\n\nNeither."
    assert found.held is Held.NOTHING


CHANGED = [
    NOTICE.replace("a known complainer and wants", "a known complainer (sic) and wants"),
    NOTICE.replace("do not offer one.", "do not offer one. Well, never again."),
    NOTICE.replace("You get this because: new words", "You get this mail because of new words"),
]


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
@pytest.mark.parametrize("changed", CHANGED, ids=["inside a note", "behind a note", "in the frame"])
def test_a_changed_line_of_ours_parks_and_no_button_sends_what_stands_around_it(changed: str, mark: str) -> None:
    found = read(f"Yes.\n\n{GMAIL}\n\n{marked(changed, mark)}")
    assert found.held is Held.EDITED
    assert found.sendable == "Yes." and not leaked(found.sendable)


def test_a_changed_line_of_the_customers_is_an_answer() -> None:
    found = read(f"{GMAIL}\n\n{marked(NOTICE.replace('Is the bulb to blame?', 'Is the bulb to blame? No, the wire.'))}")
    assert found.held is Held.NOTHING
    assert "> Is the bulb to blame? No, the wire." in found.sendable and not leaked(found.sendable)


@pytest.mark.parametrize("client", CLIENTS.values(), ids=list(CLIENTS))
def test_a_line_of_the_frame_that_the_customer_wrote_too_stays_below_marks_of_the_letters_own(
    client: Callable[[str, str], str],
) -> None:
    """The letter itself has its thread behind marks: what follows them without is bare in a program's quote alone."""
    last = NOTICE.strip().split("\n")[-1]
    wrote = f"It says:\n{last}"
    letter = NOTICE.replace(CUSTOMER, wrote).replace("Ask Bo first.", f"Ask Bo first.\n\n{marked(wrote)}")
    known = fingerprint.fingerprint(
        letter, letter.split("\n"), HASHER, sender=SENDER, public=(wrote, EARLIER), notes=(NOTE,)
    )
    found = read(client("Take the bulb out.", letter), known)
    assert worded(found.sendable) == ["Take the bulb out."] and found.held is Held.NOTHING


@pytest.mark.parametrize("place", ["above", "below", "alone"])
@pytest.mark.parametrize("line", ["lamp.", "the lamp", "On Monday, please."])
def test_an_earlier_answer_typed_anew_with_a_marked_line_in_it_leaves_whole(place: str, line: str) -> None:
    """One marked word beside unmarked ones of the same passage is no quote: what stood around it vanished."""
    said = f"Dear Maija,\n\nyou wrote\n\n> {line}\n\nLAST and what do you mean?\n\nAnna"
    whole = f"{NOTICE}\n{said}"
    known = fingerprint.fingerprint(
        whole, whole.split("\n"), HASHER, sender=SENDER, public=(CUSTOMER, EARLIER, said), notes=(NOTE,)
    )
    anew, quote = said.replace("LAST", "Tuesday"), f"{GMAIL}\n{marked(whole)}"
    found = read({"above": f"{anew}\n\n{quote}", "below": f"{quote}\n\n{anew}", "alone": anew}[place], known)
    assert not missing(anew, found.sendable) and not missing(anew, found.shown)
    assert not leaked(found.sendable) and found.held is Held.NOTHING


CITED = "Please press the switch for ten seconds and then\ntake the bulb out, slowly."


@pytest.mark.parametrize("place", ["alone", "above marks", "above a bare quote", "below"])
@pytest.mark.parametrize("words", [f"Dear Maija,\n\n{marked(CITED)}\n\nas I said.", f"I said:\n\n{marked(CITED)}", marked(CITED), marked(CITED, "| ")],
                         ids=["between words", "at the end", "by itself", "bars"])  # fmt: skip
def test_an_earlier_answer_set_behind_marks_by_hand_leaves_as_it_stands(place: str, words: str) -> None:
    """Issue 12: it was taken for a program's quote, and vanished from the letter in silence."""
    whole = NOTICE.replace(f"> {EARLIER}", f"> {EARLIER}\n{marked(CITED)}")
    known = fingerprint.fingerprint(
        whole, whole.split("\n"), HASHER, sender=SENDER, public=(CUSTOMER, f"{EARLIER}\n{CITED}"), notes=(NOTE,)
    )
    quotes = {"alone": words, "above marks": f"{words}\n\n{GMAIL}\n\n{marked(whole)}", "below": f"{GMAIL}\n\n{marked(whole)}\n\n{words}",
              "above a bare quote": f"{words}\n\n{OUTLOOK}\n{whole}"}  # fmt: skip
    found = read(quotes[place], known)
    assert worded(found.sendable) == worded(words) and found.held is Held.NOTHING


@pytest.mark.parametrize(
    "below", ["", f"\n\n{GMAIL}\n\n{marked(NOTICE)}", f"\n\n{OUTLOOK}\n{NOTICE}"], ids=["alone", "marks", "bare"]
)
@pytest.mark.parametrize("end", ["Bye.", "Best wishes\nAnna", "As I said:\n\n> Is the bulb to blame?\n\nNo."])
def test_the_same_end_below_the_same_citation_leaves_again(end: str, below: str) -> None:
    """Issue 12: "Bye." below a line that both answers cite stood behind it in the earlier letter, and vanished."""
    before = f"Dear Maija, first.\n\n> I live at Oak Street 7, as you know.\n\n{end}"
    known = fingerprint.fingerprint(before, before.split("\n"), HASHER, sender=SENDER, public=(before,))
    anew = before.replace("first", "second")
    for body in (f"{anew}{below}", f"{below}\n\n{anew}"):
        found = read(body, notice(), known)
        assert worded(found.sendable) == worded(anew) and found.held is Held.NOTHING


def test_lines_that_no_button_sends_are_counted() -> None:
    quote = marked(NOTICE.replace("do not offer one.", "do not offer one. Well, never again."))
    found = read(f"Yes.\n\n{GMAIL}\n{quote}\n> typed inside\n\nBelow it all.")
    assert (found.held, found.sendable.split(), found.unsent) == (Held.EDITED, ["Yes.", "Below", "it", "all."], 1)
    assert read(f"Yes.\n\n{GMAIL}\n{marked(NOTICE)}\n\nBelow it all.").unsent == 0
    unknown = read(f"Yes.\n\n{GMAIL}\n{marked(NOTICE)}\n\nBelow it all.", known=False)
    assert unknown.held is Held.UNKNOWN_LETTER and unknown.unsent > 1


def test_words_of_a_note_typed_again_wait_and_are_counted() -> None:
    pasted = NOTE.split("\n")[0]
    found = read(f"Our notes say:\n\n{pasted}\n\nSorry.\n\n{GMAIL}\n\n{marked(NOTICE)}")
    assert found.held is Held.NOTE and found.note_words == len(pasted.split())
    assert found.sendable == f"Our notes say:\n\n{pasted}\n\nSorry."


@pytest.mark.parametrize(
    "body",
    [
        f"Yes.\n\n{GMAIL}\n\n{marked(NOTICE)}",
        f"Yes.\n\n{OUTLOOK}\n{NOTICE}",
        f"Yes.\n\n{FINNISH}\n\n{NOTICE}",
        f"Yes.\n\n{marked(NOTICE)}",
        f"Yes.\n\n{NOTICE}",
        f"Yes.\n\n{marked(NOTICE.replace(TOKEN, ''))}",
    ],
    ids=["gmail", "outlook", "phone", "marks alone", "bare", "without its token"],
)
def test_of_a_letter_nobody_knows_nothing_leaves(body: str) -> None:
    found = read(body, known=False)
    assert found.held is Held.UNKNOWN_LETTER
    assert found.sendable == "Yes."
    assert NOTE.split("\n")[0] in found.shown  # of a customer it is shown


def test_without_letters_everything_is_typed() -> None:
    body = "> a line\nOn Monday 23.11.2026 Bo Ek <bo@partner.example> wrote:\n\n> another\n-- \nMaija"
    found = read(body, known=False)
    assert found.sendable == found.shown == body and not found.folded


def test_a_text_nobody_can_look_through_parks_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    letter = fingerprint.fingerprint("a " * 4000, (), HASHER, sender=SENDER)
    body = "\n".join(["> a b"] * 4000 + ["a"] * 4000)
    assert read(body, letter, letter).held in (Held.NOTHING, Held.TOO_MUCH)
    monkeypatch.setattr(subtract, "WORK", 0)
    found = read(f"Yes.\n\n{GMAIL}\n\n{marked(NOTICE)}")
    assert found.held is Held.TOO_MUCH
    assert found.sendable == "" and not missing(NOTE, found.shown.replace("> ", ""))


def test_a_fingerprint_knows_whose_each_line_is() -> None:
    letter = notice()
    whole = letter.whole()
    of = {
        line: whole[array("I", HASHER.hashes(line.lstrip("> "))).tobytes()]
        for line in worded(NOTICE)
        if HASHER.hashes(line)
    }
    for line in worded(CUSTOMER):
        assert of[line] == Wording.PUBLIC, line
    for line in worded(NOTE):
        assert of[f"> {line}"] == Wording.NOTE, line
    assert of["Commands for the first line of a reply: #take #solve #wait #note"] == Wording.FRAME
    assert of["A plain reply goes to the customer: maija@home.example"] == Wording.FRAME


@pytest.mark.parametrize("mark", ["> ", "", "| "])
@pytest.mark.parametrize("words", ["{} yes, indeed it is so, and more than that", "but I did it already, so {}"])
def test_a_short_line_of_a_note_with_much_added_is_one_that_was_changed(mark: str, words: str) -> None:
    """Issue 12: three words of a colleague's note with six of the agent's around left as if all had been typed."""
    line = "Ask Bo first."
    edited = NOTICE.replace(f"> {line}", f"> {words.format(line)}")
    assert edited != NOTICE
    found = read(f"Dear Maija, press the switch.\n\n{GMAIL}\n\n{marked(edited, mark)}")
    assert found.held is Held.EDITED
    assert found.sendable == "Dear Maija, press the switch."


def test_a_short_line_of_a_note_that_is_all_that_was_left_of_a_quote_waits() -> None:
    """Without an attribution a mark and three words proved nothing, and they left."""
    found = read("> Ask Bo first.\n\nDo so.")
    assert (found.held, found.note_words) == (Held.NOTE, 4)
    assert read(f"{GMAIL}\n> Ask Bo first.\n\nDo so.").sendable == "Do so."


@pytest.mark.parametrize("mark", ["> ", "| ", ""], ids=["marks", "bars", "bare"])
def test_of_a_quote_of_a_quote_no_attribution_leaves(mark: str) -> None:
    inner = f"{FINNISH}\n\n{marked(NOTICE, mark)}"
    found = read(f"Yes.\n\n{GMAIL}\n{marked(inner, mark)}")
    assert found.sendable == found.shown == "Yes." and found.held is Held.NOTHING


@pytest.mark.parametrize("mark", ["> ", "| "], ids=["marks", "bars"])
def test_a_short_line_of_the_customers_typed_once_more_within_the_quote_leaves(mark: str) -> None:
    """Gmail lets people type below the last line of a quote, behind its mark: their "Yes" was taken for the customer's."""
    quoted = f"{GMAIL}\n\n{marked(NOTICE, mark)}"
    assert read(f"{quoted}\n{mark}Or the socket?").sendable.endswith("Or the socket?")
    assert read(f"Look.\n\n{quoted}").sendable == "Look."


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
def test_a_greeting_above_what_was_left_of_a_quote_leaves_though_the_letter_has_it_too(mark: str) -> None:
    """An agent cuts a notice down to what they answer; an earlier "Regards, Maija" stood in the part that is gone."""
    lines = NOTICE.split("\n")
    for begin in range(lines.index("Commands for the first line of a reply: #take #solve #wait #note"), len(lines) - 4):
        for typed in ("Hello,", "Regards\nMaija"):
            found = read(f"{typed}\n\nYes, it does.\n\n{GMAIL}\n{marked(chr(10).join(lines[begin:]), mark)}")
            assert worded(found.sendable) == [*worded(typed), "Yes, it does."], begin


@pytest.mark.parametrize("below", ["Is it broken?", "See:"])
def test_short_lines_below_an_answer_are_no_end_of_what_was_quoted(below: str) -> None:
    cut = NOTICE[: NOTICE.index("Regards")]
    assert read(f"{GMAIL}\n{cut}\n{below}\n\nRegards\nMaija").sendable == f"{below}\n\nRegards\nMaija"


@pytest.mark.parametrize("client", [one for one in CLIENTS if one not in ("nothing quoted", "thunderbird, below")])
def test_a_question_set_once_more_below_the_quote_stays_with_its_answer(client: str) -> None:
    """The top line of our HTML has the first words as well, for lists of mail: those typed again passed for it."""
    top = "the lamp I bought from you last week flickers in the evening."
    known = fingerprint.fingerprint(NOTICE, [f"Hello, {top}", *NOTICE.split("\n")], HASHER, sender=SENDER,
                                    public=(CUSTOMER, EARLIER), notes=(NOTE,))  # fmt: skip
    quoted = CLIENTS[client]("", NOTICE).strip()
    assert read(f"{quoted}\n\nFirst:\n{top}\nIt is the bulb.", known).sendable == f"First:\n{top}\nIt is the bulb."


@pytest.mark.parametrize("client", [one for one in CLIENTS if one != "nothing quoted"])
def test_a_note_of_another_letter_waits_below_a_quote_too(client: str) -> None:
    """Where the program marks nothing it was taken for more of the quote: it did not leave, and nobody was told."""
    later = "He has asked for a lawyer, so Liisa will call him back.\nWait for her."
    newer = NOTICE.replace("> She is a known complainer", f"{marked(later)}\n>\n> She is a known complainer")
    known = fingerprint.fingerprint(newer, newer.split("\n"), HASHER, sender=SENDER, public=(CUSTOMER, EARLIER), notes=(later, NOTE))  # fmt: skip
    quoted = CLIENTS[client]("", NOTICE).strip()
    found = read(f"{quoted}\n\nBut see:\n{later}", notice(), known)
    assert (found.held, worded(found.sendable)[0]) == (Held.NOTE, "But see:")
    assert read(f"Yes.\n\n{quoted}", known, notice()).sendable == "Yes."


@pytest.mark.parametrize("head", [GMAIL, FINNISH, GERMAN], ids=["gmail", "finnish", "german"])
def test_an_attribution_whose_quote_was_deleted_does_not_leave(head: str) -> None:
    for rest in ("", "\n>\n> ", "\n> Maija"):
        found = read(f"Yes, it does.\n\n{head}{rest}")
        assert found.sendable == "Yes, it does." and found.held is Held.NOTHING
    assert read(f"{head}\n\nYes, it does.").sendable.endswith("Yes, it does.")
    for typed in (
        "Look, from our shop:\n\n---- the price list ----",
        "Mail: support@acme.example\nPhone: 040 123\nOpen: 9-17",
    ):
        assert read(typed).sendable == typed


def test_an_answer_that_the_customer_gave_next_was_typed_where_it_has_no_mark() -> None:
    cut = marked(NOTICE[: NOTICE.index("\n\nOr the socket?")])
    assert read(f"{GMAIL}\n{cut}\n\nOr the socket?").sendable == "Or the socket?"
