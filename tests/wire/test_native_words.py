"""Letters read as a native editor would have them: what each language says, and what it says no more."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.core.letters.letter import head
from mailgate.core.model.content import Answer, Delayed, Handover, Nudge, Question, Receipt, Solved
from mailgate.core.model.mail import Address
from mailgate.core.model.shown import Fact
from mailgate.wire.letters import render, samples
from mailgate.wire.words import CATALOGUES, Phrases, names, say, span

NOW = samples.NOW


def letter(template: str, language: str, **parts: object) -> render.RenderedLetter:
    due = replace(samples.due(template, language), **parts)  # type: ignore[arg-type]
    return render.page(head(due, samples.POLICY, loop_mark=""), NOW)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("template", "language", "said"),
    [
        ("nudge", "en", "we will close your request on Friday 27 November."),
        ("nudge", "fi", "suljemme palvelupyyntösi perjantaina 27.11."),
        ("nudge", "pl", "zamkniemy zgłoszenie w piątek, 27.11."),
        ("nudge", "lv", "slēgsim pieteikumu piektdien, 27.11."),
        ("nudge", "sv", "Hör vi inget från dig stänger vi ärendet fredagen den 27 november."),
        ("nudge", "de", "schließen wir Ihre Anfrage am Freitag, den 27. November."),
        ("nudge", "et", "sulgeme Teie pöördumise reedel, 27.11."),
        ("taken", "sv", "Anna hos oss har tagit hand om ditt ärende och återkommer till dig."),
        ("taken", "de", "Anna aus unserem Team hat Ihre Anfrage übernommen und wird sich bei Ihnen melden."),
        ("taken", "et", "Teie pöördumisega tegeleb nüüd Anna, kes kirjutab Teile."),
        ("ack", "sv", "Vi svarar oftast inom 3 arbetstimmar. Vi har öppet mån–fre kl. 9–17."),
        ("ack", "de", "innerhalb von 3 Arbeitsstunden. Unsere Servicezeiten: Mo–Fr 9–17 Uhr."),
        ("ack", "et", "Vastame tavaliselt 3 töötunni jooksul. Oleme avatud E–R kell 9–17."),
        ("expert", "de", "Anna Korhonen bittet Sie um Rat"),
        ("expert", "et", "Anna Korhonen küsib Teilt nõu"),
        ("taken", "en", "Anna in our team is looking into your request and will write to you."),
        ("taken", "fi", "Palvelupyyntöäsi käsittelee Anna, joka vastaa sinulle."),
        ("taken", "pl", "Państwa zgłoszeniem zajmuje się Anna z naszego zespołu. Otrzymają Państwo od nas wiadomość."),
        ("taken", "lv", "Jūsu pieteikumu izskata Anna no mūsu komandas. Jūs saņemsiet no mums ziņu."),
        ("ack", "en", "We are open Mon–Fri 9–17."),
        ("ack", "fi", "Palvelemme ma–pe klo 9–17."),
        ("ack", "pl", "Otrzymaliśmy Państwa wiadomość"),
        ("ack", "lv", "Strādājam no pirmdienas līdz piektdienai plkst. 9–17."),
        ("ack", "fi", "pidä tunnus [#1042] aiherivillä"),
        ("closing", "pl", "a wrócimy do sprawy."),
        ("solved", "pl", "Państwa sprawa została załatwiona"),
        ("delayed", "en", "You will hear from us on Monday 23 November by 13:30."),
        ("delayed", "fi", "Saat meiltä viestin viimeistään maanantaina 23.11. klo 13.30."),
        ("delayed", "pl", "Odezwiemy się najpóźniej w poniedziałek, 23.11. o godz. 13:30."),
        ("delayed", "lv", "Jūs saņemsiet no mums ziņu ne vēlāk kā pirmdien, 23.11. plkst. 13:30."),
        ("receipt", "en", "We are holding your mail until you decide."),
        ("question", "en", "A plain reply reaches no customer: it becomes a note if we know its ticket, and otherwise waits until you decide."),
        ("welcome", "fi", "Oma komento-osoitteesi."),
    ],
)  # fmt: skip
def test_a_letter_says_it_as_a_native_would(template: str, language: str, said: str) -> None:
    assert said in flat(letter(template, language).text)


@pytest.mark.parametrize(
    ("language", "key", "said"),
    [
        ("en", "taken.text", "Someone in our team has taken up your request and will write to you."),
        ("en", "number", "Your request number"),
        (
            "lv",
            "vote.text",
            "Jūsu atsauksme palīdz mums strādāt labāk. Ja kaut kas vēl nav atrisināts, atbildiet uz šo ziņu.",
        ),
        ("fi", "status.new", "uusi"),
        ("fi", "status.hold", "lykätty"),
        ("fi", "tap.hold", "Lykkää 1 pv"),
        ("fi", "tap.help", "Ohje"),
        ("fi", "done.waiting", "odottaa asiakasta; määräaikojen laskenta on pysäytetty"),
        ("fi", "done.note", "viestisi jää sisäiseksi"),
        ("fi", "done.reply", "tekstisi lähtee asiakkaalle"),
        ("fi", "list.parked_all", "Käsittelijää odottavat viestit"),
        ("pl", "done.note", "treść pozostaje wewnętrzna"),
        ("pl", "done.waiting", "czeka na klienta; bieg terminów wstrzymany"),
        ("pl", "list.parked_all", "Wstrzymane: wiadomości oczekujące na decyzję"),
        ("lv", "done.note", "jūsu teksts paliek iekšējs"),
        ("lv", "done.waiting", "gaida klientu; termiņu skaitīšana apturēta"),
        ("lv", "done.status", "klientam paziņo pieteikuma statusu"),
        ("lv", "tap.help", "Palīdzība"),
        ("lv", "tap.overdue", "Nokavētie"),
        ("fi", "taken.text", "Palvelupyyntösi on otettu käsittelyyn. Käsittelijä vastaa sinulle."),
        ("fi", "was.title", "Olitko se sinä?"),
        ("pl", "ack.thanks", "Dziękujemy za wiadomość. Dotarła do nas i zajmujemy się nią."),
        ("lv", "waits.trainee", "to drīkst nosūtīt tikai vadītājs"),
        ("sv", "done.waiting", "väntar på kunden; tidsfristerna löper inte"),
        ("de", "done.waiting", "wartet auf den Kunden; die Fristen ruhen"),
        ("et", "done.waiting", "ootab klienti; tähtaegade arvestus on peatatud"),
        ("et", "done.note", "sinu tekst jääb sisemiseks"),
        (
            "de",
            "refused.too_late_to_reopen",
            "das ist zu lange her, um es wieder zu öffnen: Eine neue E-Mail eröffnet eine neue Anfrage",
        ),
        (
            "et",
            "closing.text",
            "Me ei ole Teilt mõnda aega midagi kuulnud ja eeldame, et kõik on korras. Kui see nii ei ole, vastake sellele kirjale ja jätkame sealt, kus pooleli jäi.",
        ),
    ],
)
def test_a_phrase_says_it_as_a_native_would(language: str, key: str, said: str) -> None:
    assert say(language, key).lower() == said.lower()


# What each language says no more, as a kind: words of another language's making, slips, and second names for one thing.
NEVER = {
    "en": r"person of its own|\bclocks?\b (?:stop|stand)|in the house|a word from you|doings|is so already|octets",
    "fi": r"\bkirje|\bkello(?:t|jen) |taloon|talosta|\bsanasi\b|\bsanojesi\b|sanoistasi|\bmuistio|pidossa|\bavoin\b|Apua|pysäköi|työpöytä|omistaja|kiireellisyys|unohdettu|koska: |nimeää",
    "pl": r"(?<!quarantine )\blist(?:y|u|ów|em|ach|owi)?\b|\bzegar\w* sto|[Zz]egary|nikt go|w firmie|człowiek|\btwoj\w+|\btwój|\bciebie\b|\bagent|właściciel|Mamy Państwa|tak, jak robią|odróżnić, kto",
    "lv": r"pulksteņ|\bnam[āu]\b|tas nav neviena|aģent|cilvēku\b|klājas|Palīgā|Kavētie|\bjūs\b|\bjūsu\b|\bjums\b|īpašniek|mēstul|ārēj\w+ cilvēk|jānosūta vadītājam|Atrisinājum|Pieskaroties",
    "sv": r"[Bb]rev(?!huvud|låda)|[Kk]lock(?:an|orna) står|i huset|ur huset|\bNi\b|\bEr(?:t|a)?\b|biljett|ägare|parkera|kvitto|därför att:|glömts|byta händer|\b(?:av)?dela[td]? (?:av|från)",
    "de": r"\bTag(?:s|e)?\b (?:\+|hinzu)|\bBrief|Uhren|im Haus|(?<=[a-zäöüß,] )(?:Du|Dein\w*)\b|Agent|Inhaber|geparkt|Eigentümer|vergessen wurde|am meisten [A-Z]|werden gelöst",
    "et": r"\bmajja\b|\bmajas\b|\bmajast\b|kellad|agent|omanik|pilet|\bteie (?!meiliserver)|\bteil\b|e-kiri|pargitud|unustatud|\bTeist\b|enda kätte",
}  # fmt: skip


@pytest.mark.parametrize("language", NEVER)
def test_no_phrase_says_what_a_native_editor_struck_out(language: str) -> None:
    told = {key: phrase if isinstance(phrase, str) else " ".join(phrase.values()) for key, phrase in CATALOGUES[language].items()}  # fmt: skip
    found = {
        key: words[0]
        for key, phrase in told.items()
        if (words := re.search(NEVER[language], re.sub(r"\{\w+\}", "", phrase)))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("language", "name", "greeting"),
    [
        ("lv", "Jānis", "Labdien, Jāni!"), ("lv", "Mārtiņš", "Labdien, Mārtiņ!"), ("lv", "Edgars", "Labdien, Edgar!"),
        ("lv", "Ingus", "Labdien, Ingu!"), ("lv", "Ilze", "Labdien, Ilze!"), ("lv", "Anna", "Labdien, Anna!"),
        ("lv", "John", "Labdien, John!"), ("lv", "James", "Labdien!"), ("lv", "Boris", "Labdien!"), ("lv", "JĀNIS", "Labdien, JĀNI!"),
        ("pl", "Piotr", "Dzień dobry!"), ("pl", "Anna", "Dzień dobry!"), ("en", "James", "Hello James,"), ("fi", "Jānis", "Hei Jānis,"),
        ("sv", "Eva", "Hej Eva!"), ("de", "Eva", "Guten Tag Eva!"), ("et", "Eva", "Tere, Eva!"),
    ],
)  # fmt: skip
def test_d21_somebody_is_called_as_the_language_calls_them_or_not_by_name(
    language: str, name: str, greeting: str
) -> None:
    someone = Address("a@b.example", f"{name} Surname")
    assert greeting in letter("ack", language, to=(someone,)).text.splitlines()
    assert Phrases(language, "UTC", NOW).say("greeting", name=name) == greeting


def test_a_name_that_is_not_bent_is_left_as_it_is() -> None:
    assert names.called("en", "Jānis") == names.called("xx", "Jānis") == "Jānis"
    assert names.called("lv", "") == ""


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("days", range(7))
def test_d21_a_sentence_with_a_day_ends_in_one_full_stop(language: str, days: int) -> None:
    text = flat(letter("nudge", language, content=Nudge(until=(NOW + timedelta(days=days)).isoformat())).text)
    assert ".." not in text


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_day_far_away_has_its_year(language: str) -> None:
    speech = Phrases(language, "Europe/Helsinki", NOW)
    far = datetime(2027, 12, 28, 22, 30, tzinfo=UTC)
    assert all("2027" in told and "29" in told for told in (speech.when(far), speech.day(far), speech.on(far)))
    assert speech.on(None) == ""


@pytest.mark.parametrize(
    ("language", "since", "until", "said"),
    [
        ("en", (2026, 11, 23), (2026, 11, 30), "Week 48, 23–29 November 2026"),
        ("en", (2026, 11, 30), (2026, 12, 7), "Week 49, 30 November – 6 December 2026"),
        ("fi", (2026, 11, 23), (2026, 11, 30), "Viikko 48, 23.–29. marraskuuta 2026"),
        ("pl", (2026, 11, 23), (2026, 11, 30), "Tydzień 48, 23–29 listopada 2026"),
        ("lv", (2026, 11, 23), (2026, 11, 30), "48. nedēļa, 2026. gada 23.–29. novembris"),
        ("en", (2026, 11, 1), (2026, 12, 1), "1–30 November 2026"),
        ("en", (2026, 11, 1), (2026, 11, 2), "1 November 2026"),
        ("en", (2026, 12, 28), (2027, 1, 4), "Week 53, 28 December 2026 – 3 January 2027"),
        ("en", (2026, 11, 1, 3), (2026, 11, 1, 15), "Sun 1 Nov 03:00 – Sun 1 Nov 15:00"),
    ],
)
def test_d18_a_period_is_titled_in_words(
    language: str, since: tuple[int, ...], until: tuple[int, ...], said: str
) -> None:
    begin, end = (datetime(*one, tzinfo=UTC) for one in (since, until))  # type: ignore[misc,arg-type]
    assert span(language, begin, end) == said


def test_d18_the_weekly_letter_begins_with_its_week() -> None:
    shown = letter("report", "en")
    assert "Week 47, 16–22 November 2026\n\nReport: support · before: Week 46, 9–15 November 2026" in shown.text
    assert not re.search(r"20\d\d-\d\d-\d\d", shown.text)


SORRY = {"en": "sorry", "fi": "Pahoittelemme", "pl": "przepraszamy", "lv": "atvainojamies", "sv": "ursäkt", "de": "leid",
         "et": "vabandame"}  # fmt: skip
LATE = {
    "soon": (Delayed(due_at=(NOW + timedelta(minutes=1)).isoformat(), answer_by=(NOW + timedelta(hours=1)).isoformat()), False),
    "soon, by an agent's own deadline": (Delayed(due_at=(NOW + timedelta(minutes=1)).isoformat()), False),
    "over": (Delayed(due_at=(NOW - timedelta(minutes=1)).isoformat(), answer_by=(NOW + timedelta(hours=1)).isoformat()), True),
    "a row of 0.1.0": (Delayed(), True),
}  # fmt: skip


@pytest.mark.parametrize("language", CATALOGUES)
@pytest.mark.parametrize("when", LATE)
def test_d06_nobody_apologises_for_what_has_not_happened(language: str, when: str) -> None:
    content, apologises = LATE[when]
    text = flat(letter("delayed", language, content=content).text).lower()
    assert (SORRY[language].lower() in text) is apologises


BY = {"seconds": 14400, "usual": False, "hours": [], "by": (NOW + timedelta(hours=2)).isoformat()}


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "We will answer you on Monday 23 November by 13:30."),
        ("fi", "Vastaamme sinulle viimeistään maanantaina 23.11. klo 13.30."),
        ("pl", "Odpowiemy najpóźniej w poniedziałek, 23.11. o godz. 13:30."),
        ("lv", "Mēs atbildēsim ne vēlāk kā pirmdien, 23.11. plkst. 13:30."),
        ("sv", "Vi svarar dig senast måndagen den 23 november kl. 13:30."),
        ("de", "Wir antworten Ihnen spätestens am Montag, den 23. November, um 13:30 Uhr."),
        ("et", "Vastame Teile hiljemalt esmaspäeval, 23.11. kell 13:30."),
    ],
)
def test_an_answer_is_promised_by_a_time_while_that_is_ahead(language: str, said: str) -> None:
    assert Phrases(language, "Europe/Helsinki", NOW).promised(BY) == said
    late = Phrases(language, "Europe/Helsinki", NOW + timedelta(hours=3))
    assert late.promised(BY) == say(language, "ack.soon")


# --- receipts and buttons ---------------------------------------------------------------------------------------------


def receipt(language: str = "en", **says: object) -> render.RenderedLetter:
    return letter("receipt", language, ticket=None, content=Receipt(**says))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("says", "label"),
    [
        ({"meant": ("#close",), "text": "Done.", "to": ("m@c.example",)}, "Do #close and send the words"),
        ({"meant": ("#close", "#tag +lamp")}, "Do #close, #tag +lamp"),
        ({"text": "Done.", "to": ("m@c.example",)}, "Send it"),
        ({"text": "Done."}, "Do it"),
    ],
)
def test_d20_the_button_of_a_receipt_names_what_it_does(says: dict[str, object], label: str) -> None:
    assert f">{label}</a>" in receipt(parked=True, **says).html


def test_d20_a_receipt_names_what_was_done_in_its_heading_and_once() -> None:
    one = receipt(done=("#solve: the ticket is solved",))
    assert one.subject == "#solve: the ticket is solved" and one.text.count("the ticket is solved") == 1
    two = receipt(done=("#solve: the ticket is solved", "#tag: tags: lamp"))
    assert two.subject == "Done" and "- #solve: the ticket is solved" in two.text.splitlines()
    assert receipt("fi", newer="Hello").subject == "Viestistäsi"


def test_d20_nothing_to_undo_has_no_button_for_it() -> None:
    assert "#undo" not in receipt(asks=("Whose ticket is it?",)).text
    assert "#undo" in receipt(done=("#take: the ticket is yours",)).text


@pytest.mark.parametrize("language", CATALOGUES)
def test_d18_no_letter_speaks_of_today_or_yesterday(language: str) -> None:
    """Whoever reads it tomorrow would be told of another day."""
    near = {"en": "today|yesterday|tomorrow", "fi": "tänään|eilen|huomenna", "pl": "dziś|dzisiaj|wczoraj|jutro",
            "lv": "šodien|vakar|rīt", "sv": "idag|i dag|igår|i går|i morgon", "de": "heute|gestern|morgen", "et": "täna|eile|homme"}  # fmt: skip
    told = {key: phrase if isinstance(phrase, str) else " ".join(phrase.values()) for key, phrase in CATALOGUES[language].items()}  # fmt: skip
    found = {key: words for key, words in told.items() if re.search(rf"\b(?:{near[language]})\b", words, re.IGNORECASE)}
    assert found == {}


def test_d20_a_department_that_gets_a_ticket_is_not_told_that_it_is_handed_to_everybody() -> None:
    moved = letter("handover", "en", content=Handover(by="Bo Lund", to="sales"))
    assert "Bo Lund moved this ticket to sales" in moved.text and "over to you" not in moved.text
    assert "Bo Lund hands this ticket over to you" in letter("handover", "en", content=Handover(by="Bo Lund")).text


# --- looks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["solved", "answer"])
def test_the_survey_steers_no_vote_and_fits_a_finger(template: str) -> None:
    content = Solved(survey="scale") if template == "solved" else Answer(text="Done.", agent="anna", survey="scale")
    links = re.findall(r'<a class="scale-link" style="([^"]*)"', letter(template, "en", content=content).html)
    assert len(links) == 11 and len(set(links)) == 1
    assert "width: 40px" in links[0] and "padding: 10px 0 10px 0" in links[0] and "line-height: 20px" in links[0]


@pytest.mark.parametrize("survey", ["scale", "https://acme.example/how?ticket={number}"])
def test_the_survey_stands_above_the_signature_where_clients_show_it(survey: str) -> None:
    shown = letter("answer", "en", content=Answer(text="Done.", agent="anna", survey=survey))
    above, _, below = shown.text.partition("\n-- \n")
    assert "How likely are you to recommend us" in above and "How likely" not in below
    assert "/how?ticket=1042" in above or survey == "scale"
    assert shown.html.count("How likely are you to recommend us") == 1


@pytest.mark.parametrize(
    "template", ["answer", "notice", "receipt", "handover", "expert", "forward", "was_it_you", "question"]
)
def test_peoples_words_run_in_their_own_direction(template: str) -> None:
    assert 'dir="auto"' in letter(template, "en").html


def test_help_sets_off_the_command_and_not_what_it_does() -> None:
    html = letter("question", "en", content=Question(title="Help", facts=(Fact("#hold WHEN", "Puts it away."), Fact("Parked", "1")))).html  # fmt: skip
    cells = re.findall(r'<td class="cell ?(\w*)"[^>]*>([^<]+)</td>', html)
    assert cells == [("value", "#hold WHEN"), ("", "Puts it away."), ("muted", "Parked"), ("value", "1")]
