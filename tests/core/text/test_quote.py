"""What is new in a reply: every mail program's way of quoting, in the languages our customers write."""

from __future__ import annotations

import pytest

from mailgate.core.text import quote, signature
from mailgate.wire.words import MARKERS, OPENINGS

NEW = "Uusi vastaus tässä.\nToinen rivi."
OLD = "Old text\nmore of it"
QUOTED = "> Old text\n> more of it"

ATTRIBUTIONS = {
    "gmail en": "On Fri, Nov 20, 2026 at 10:15 AM Support <support@x.test> wrote:",
    "gmail en wrapped": "On Fri, Nov 20, 2026 at 10:15 AM A Very Long Name Of Support Here\n<support@very-long.test> wrote:",
    "gmail en wrapped before the verb": "On Fri, Nov 20, 2026 at 10:15 AM Long Support Name <support@long.test>\nwrote:",
    "gmail fi": "pe 20. marrask. 2026 klo 10.15 Support (support@x.test) kirjoitti:",
    "gmail pl": "pt., 20 lis 2026 o 10:15 Support <support@x.test> napisał(a):",
    "gmail lv": "Lietotājs Support (<support@x.test>) rakstīja (piektd., 2026. g. 20. nov., plkst. 10:15):",
    "gmail de": "Am Fr., 20. Nov. 2026 um 10:15 Uhr schrieb Support <support@x.test>:",
    "gmail sv": "Den fre 20 nov. 2026 kl 10:15 skrev Support <support@x.test>:",
    "gmail et": "Kasutaja Support (<support@x.test>) kirjutas kuupäeval R, 20. november 2026 kell 10:15:",
    "gmail no": "fre. 20. nov. 2026 kl. 10:15 skrev Support <support@x.test>:",
    "gmail da": "Den fre. 20. nov. 2026 kl. 10.15 skrev Support <support@x.test>:",
    "gmail fr": "Le ven. 20 nov. 2026 à 10:15, Support <support@x.test> a écrit :",
    "gmail es": "El vie, 20 nov 2026 a las 10:15, Support (<support@x.test>) escribió:",
    "gmail nl": "Op vr 20 nov 2026 om 10:15 schreef Support <support@x.test>:",
    "gmail it": "Il giorno ven 20 nov 2026 alle ore 10:15 Support <support@x.test> ha scritto:",
    "gmail pt": "Em sex., 20 de nov. de 2026 às 10:15, Support <support@x.test> escreveu:",
    "gmail lt": "2026-11-20, pn, 10:15 Support <support@x.test> rašė:",
    "gmail ru": "пт, 20 нояб. 2026\u202fг. в 10:15, Support <support@x.test>:",
    "apple en": "On 20 Nov 2026, at 10.15, Support <support@x.test> wrote:",
    "apple fi": "Support <support@x.test> kirjoitti 20.11.2026 kello 10.15:",
    "apple pl": "Wiadomość napisana przez Support <support@x.test> w dniu 20 lis 2026, o godz. 10:15:",
    "thunderbird fi": "Support kirjoitti 20.11.2026 klo 10.15:",
    "thunderbird de": "Am 20.11.26 um 10:15 schrieb Support:",
    "thunderbird pl": "W dniu 20.11.2026 o 10:15, Support pisze:",
    "thunderbird sv": "Den 2026-11-20 kl. 10:15, skrev Support:",
    "yahoo": "On Friday, November 20, 2026, 10:15:00 AM UTC+2, Support <support@x.test> wrote:",
    "yahoo fi": "perjantai 20. marraskuuta 2026 klo 10.15.00 UTC+2 Support <support@x.test> kirjoitti:",
    "zoho": "---- On Fri, 20 Nov 2026 10:15:00 +0200 Support <support@x.test> wrote ----",
    "yandex": '20.11.2026, 10:15, "Support" <support@x.test>:',
    "proton": "On Friday, November 20th, 2026 at 10:15 AM, Support <support@x.test> wrote:",
    "roundcube lv": "Support @ 2026-11-20 10:15 rakstīja:",
    "horde": "Quoting Support <support@x.test>:",
    "onet old": "---- Użytkownik Support napisał ----",
    "inbox.lv": "Citējot Support <support@x.test>:",
    "k-9": "On 20 November 2026 10:15:00 EET, Support <support@x.test> wrote:",
    "gmail fi wrapped": "pe 20. marrask. 2026 klo 10.15 Support erittäin pitkä nimi tässä (\nsupport@x.test) kirjoitti:",
    "mail.ru": "Пятница, 20 ноября 2026, 10:15 +03:00 от Support <support@x.test>:",
    "gmail uk": "пт, 20 лист. 2026\u202fр. о 10:15 Support <support@x.test> пише:",
    "thunderbird ru": "20.11.2026 10:15, Support пишет:",
    "roundcube uk": "Support писав 2026-11-20 10:15:",
    "roundcube et": "Support kirjutas 2026-11-20 10:15:",
    "onet": "Dnia 20 listopada 2026 10:15 Support <support@x.test> napisał(a):",
    "open-xchange": "Support <support@x.test> hat am 20.11.2026 10:15 CET geschrieben:",
}  # fmt: skip

BLOCKS = {
    "outlook en": "From: Support <support@x.test>\nSent: Friday, November 20, 2026 10:15 AM\nTo: Matti <m@ex.test>\nSubject: hi",
    "outlook underline": "________________________________\nFrom: Support <support@x.test>\nSent: Friday, November 20, 2026 10:15\nTo: M\nSubject: hi",
    "outlook original": "-----Original Message-----\nFrom: Support [mailto:support@x.test]\nSent: Friday\nTo: Matti\nSubject: hi",
    "outlook bold": "*From:* Support <support@x.test>\n*Sent:* Friday, November 20, 2026 10:15 AM\n*To:* Matti\n*Subject:* hi",
    "outlook fi": "Lähettäjä: Support <support@x.test>\nLähetetty: perjantai 20. marraskuuta 2026 10.15\nVastaanottaja: Matti\nAihe: hi",
    "outlook fi original": "-----Alkuperäinen viesti-----\nLähettäjä: Support\nLähetetty: perjantai 20. marraskuuta 2026 10.15\nAihe: hi",
    "outlook pl": "Od: Support <support@x.test>\nWysłano: piątek, 20 listopada 2026 10:15\nDo: Matti <m@ex.test>\nTemat: hi",
    "outlook lv": "No: Support <support@x.test>\nNosūtīts: piektdiena, 2026. gada 20. novembris 10:15\nKam: Matti\nTēma: hi",
    "outlook de": "Von: Support <support@x.test>\nGesendet: Freitag, 20. November 2026 10:15\nAn: Matti <m@ex.test>\nBetreff: hi",
    "outlook sv": "Från: Support <support@x.test>\nSkickat: den 20 november 2026 10:15\nTill: Matti <m@ex.test>\nÄmne: hi",
    "outlook et": "Saatja: Support <support@x.test>\nSaadetud: reede, 20. november 2026 10:15\nAdressaat: Matti\nTeema: hi",
    "outlook no": "Fra: Support <support@x.test>\nSendt: fredag 20. november 2026 10:15\nTil: Matti <m@ex.test>\nEmne: hi",
    "outlook fr": "De : Support <support@x.test>\nEnvoyé : vendredi 20 novembre 2026 10:15\nÀ : Matti <m@ex.test>\nObjet : hi",
    "outlook es": "De: Support <support@x.test>\nEnviado: viernes, 20 de noviembre de 2026 10:15\nPara: Matti\nAsunto: hi",
    "outlook nl": "Van: Support <support@x.test>\nVerzonden: vrijdag 20 november 2026 10:15\nAan: Matti\nOnderwerp: hi",
    "outlook it": "Da: Support <support@x.test>\nInviato: venerdì 20 novembre 2026 10:15\nA: Matti\nOggetto: hi",
    "outlook pt": "De: Support <support@x.test>\nEnviada: 20 de novembro de 2026 10:15\nPara: Matti\nAssunto: hi",
    "outlook lt": "Nuo: Support <support@x.test>\nIšsiųsta: 2026 m. lapkričio 20 d. 10:15\nKam: Matti\nTema: hi",
    "outlook ru": "От: Support <support@x.test>\nОтправлено: 20 ноября 2026 г. 10:15\nКому: Matti\nТема: hi",
    "outlook uk": "Від: Support <support@x.test>\nНадіслано: 20 листопада 2026 р. 10:15\nКому: Matti\nТема: hi",
    "samsung uk": "-------- Оригінальне повідомлення --------\nВід: Support <support@x.test>\nДата: 20.11.2026 10:15\nТема: hi",
    "samsung da": "-------- Oprindelig besked --------\nFra: Support <support@x.test>\nDato: 20.11.2026 10.15\nTil: M\nEmne: hi",
    "samsung on one line": "-------- Original message --------From: Support <support@x.test> Date: 20/11/2026 10:15 To: m Subject: x",
    "samsung fi": "-------- Alkuperäinen viesti --------\nLähettäjä: Support <support@x.test>\nPäivämäärä: 20.11.2026 10.15\nSaaja: M\nAihe: x",
    "seznam": "---------- Původní e-mail ----------\nOd: Support <support@x.test>\nKomu: M\nDatum: 20. 11. 2026 10:15\nPředmět: x",
    "gmx": "Gesendet: Freitag, 20. November 2026 um 10:15 Uhr\nVon: Support <support@x.test>\nAn: Matti <m@ex.test>\nBetreff: hi",
    "orange": "========\n\nMessage du : 20/11/2026 10:15\nDe : Support <support@x.test>\nA : matti@ex.test\nSujet : hi",
}  # fmt: skip


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS.keys())
def test_an_attribution_and_what_it_quotes_are_history(attribution: str) -> None:
    found = quote.split_history(f"{NEW}\n\n{attribution}\n\n{QUOTED}\n")
    assert found.fresh == NEW and found.signature == ""
    assert "Old text" in found.quoted and all(line in found.quoted for line in attribution.split("\n"))


@pytest.mark.parametrize("attribution", [text for text in ATTRIBUTIONS.values() if "@x.test" in text])
def test_an_attribution_with_an_address_is_enough_where_nothing_is_prefixed(attribution: str) -> None:
    assert quote.split_history(f"{NEW}\n\n{attribution}\n\n{OLD}\n").fresh == NEW


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_header_block_begins_history(block: str) -> None:
    found = quote.split_history(f"{NEW}\r\n\r\n{block}\n\n{OLD}\n")
    assert found.fresh == NEW
    assert "Old text" in found.quoted and block.rsplit("\n", maxsplit=1)[-1] in found.quoted


@pytest.mark.parametrize("attribution", ["gmail en", "gmail fi", "gmail pl", "gmail lv", "thunderbird de"])
def test_words_below_the_quote_are_new(attribution: str) -> None:
    found = quote.split_history(f"{ATTRIBUTIONS[attribution]}\n{QUOTED}\n\n{NEW}\n")
    assert found.fresh == NEW
    assert "Old text" in found.quoted


def test_answers_between_quoted_lines_are_new() -> None:
    found = quote.split_history("Hei,\n\nOn Fri, Support wrote:\n> Q1?\nA1 yes\n> Q2?\nA2 no\n")
    assert found.fresh.split() == ["Hei,", "A1", "yes", "A2", "no"]
    assert "> Q1?" in found.quoted and "> Q2?" in found.quoted


UNTOUCHED = {
    "no quote": NEW,
    "labels in prose": "Hei,\nFrom: tarkoittaa lähettäjää.\nSent: on päivä.\nLoppu.",
    "wrote in prose": "On Monday my boss wrote a letter:\nplease read it.\nLoppu.",
    "an order form": "Tilaus\nNimi: Matti\nPäivä: 20.11.2026\nTuote: kahvi\nMäärä: 2",
    "a list": "I need:\n- a printer\n- paper\n\nand this:\n1. ink",
    "nothing but a quote": "> only quoted\n> lines",
    "a date and a colon": "Our meeting on 20.11.2026 at 10:15:\n\nagenda follows",
    "comparison": "The value must be\na > b\nfor all b",
    "dashes in the middle": "First\n--------\nSecond\n\nThird",
}


@pytest.mark.parametrize("text", UNTOUCHED.values(), ids=UNTOUCHED.keys())
def test_what_only_looks_like_history_stays(text: str) -> None:
    assert quote.split_history(text + "\n") == quote.WordsAndHistory(text, "", "")


FORWARDS = {
    "gmail": "---------- Forwarded message ---------\nFrom: A <a@b.test>\nDate: pe 20. marrask. 2026 klo 10.15\nSubject: x\nTo: M\n\nOld text",
    "apple": "Begin forwarded message:\n\nFrom: A <a@b.test>\nSubject: x\nDate: 20 Nov 2026\nTo: M\n\nOld text",
    "outlook": "From: A <a@b.test>\nSent: Friday, November 20, 2026 10:15 AM\nTo: Matti <m@ex.test>\nSubject: hi\n\nOld text",
    "fi": "---------- Välitetty viesti ---------\nLähettäjä: A <a@b.test>\n\nOld text",
    "with words": "FYI, what is this?\n\n-------- Weitergeleitete Nachricht --------\nVon: A <a@b.test>\nDatum: 20.11.2026\n\nOld text",
}


@pytest.mark.parametrize("text", FORWARDS.values(), ids=FORWARDS.keys())
def test_forwarded_mail_is_kept_whole(text: str) -> None:
    assert quote.split_history(text) == quote.WordsAndHistory(text, "", "")


def test_a_forward_by_subject_keeps_its_header_block_and_words() -> None:
    text = f"Katsotko?\n\n{BLOCKS['outlook fi']}\n\nOld text"
    assert quote.split_history(text, forward=True).fresh == text
    assert quote.split_history(text).fresh == "Katsotko?"


ABOVE = "Katso tätä.\n\n"
# what is passed on -> the addresses its header blocks name, topmost first
WRITERS: dict[str, tuple[str, list[str]]] = {
    **{name: (text, ["a@b.test"]) for name, text in FORWARDS.items()},
    **{f"below words, {name}": (f"{ABOVE}{text}", ["a@b.test"]) for name, text in FORWARDS.items()},
    "apple, quoted": ("> Begin forwarded message:\n> \n> From: A <a@b.test>\n> Subject: x\n> \n> Old", ["a@b.test"]),
    "outlook, mailto": ("-----Original Message-----\nFrom: A B [mailto:a@b.test]\nSent: x\n\nOld", ["a@b.test"]),
    "outlook, html": ("*From:* A <mailto:a@b.test>\n*Sent:* Friday, November 20, 2026 10:15 AM\n*To:* M\n\nOld", ["a@b.test"]),
    "a name as long as a line": ("Begin forwarded message:\nFrom: A very long name\n <a@b.test>\nSubject: x\n\nOld", ["a@b.test"]),
    "several, one in the other": (f"{FORWARDS['gmail']}\n\n{FORWARDS['outlook'].replace('a@b', 'c@d')}", ["a@b.test", "c@d.test"]),
    "another's address for a name": ('Begin forwarded message:\nFrom: "boss@corp.test" <a@b.test>\nSubject: x\n\nOld', ["a@b.test"]),
    "an address and its link": ("*From:* a@b.test <mailto:a@b.test>\n*Sent:* 20.11.2026\n*To:* M\n\nOld", ["a@b.test"]),
    "without an address": ("From: Ann B\nSent: Friday, November 20, 2026 10:15 AM\nTo: Matti\nSubject: hi\n\nOld", []),
    "no block": ("From: me to you\n\nI write about a@b.test.", []),
    "no From below the rule": ("---------- Forwarded message ---------\n\nwords\n\n\n\n\n\n\n\nFrom: a@b.test", []),
    "nothing": ("", []),
    "very long lines": ("From: " + "a" * 500 + " a@b.test", []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "writers"), WRITERS.values(), ids=WRITERS)
def test_whose_mail_is_passed_on_stands_in_its_header_block(text: str, writers: list[str]) -> None:
    assert quote.writers_passed_on(text) == writers


@pytest.mark.parametrize(("subject", "text", "forward"), [
    ("Fwd: x", "", True), ("VL: x", "", True), ("PD: x", "", True), ("Pārs.: x", "", True), ("WG: x", "", True), ("VB: x", "", True),
    ("x", "\n-------- Forwarded Message --------\nFrom: A", True), ("Re: Fwd: x", "words", False), ("x", "words", False),
])  # fmt: skip
def test_a_forward_is_known_by_subject_or_by_its_first_line(subject: str, text: str, forward: bool) -> None:
    assert quote.is_forward(subject, text) is forward


@pytest.mark.parametrize("language", MARKERS)
@pytest.mark.parametrize("prefix", ["", "> ", "> > ", "*", "| "])
def test_below_our_own_marker_everything_is_history(language: str, prefix: str) -> None:
    text = f"{NEW}\n\nOn Fri, Nov 20, 2026 at 10:15 AM Support <s@x.test> wrote:\n{prefix}{MARKERS[language]}\n{prefix}secret\nnote"
    found = quote.split_history(text)
    assert found.fresh == NEW
    assert "secret" in found.quoted and "wrote:" in found.quoted


def test_under_our_marker_an_answer_without_words_is_empty_and_leaks_nothing() -> None:
    assert quote.split_history(f"{MARKERS['en']}\nnote of an agent").fresh == ""
    assert (
        quote.split_history(f"Sent from my iPhone\n\n> {MARKERS['en']}\n> note of an agent").fresh
        == "Sent from my iPhone"
    )


def test_the_token_on_the_marker_line_is_enough() -> None:
    found = quote.split_history(f"{NEW}\n\n> Älä poista mg:k1.1042.a7w.abcdefgh.abcdefghabcdefgh tätä\nsecret")
    assert found.fresh == NEW


def test_a_marker_of_another_system_can_be_given() -> None:
    text = "Words\n\n--- Reply above. Do not remove this line. ---\nold"
    assert quote.split_history(text, markers=("--- Reply above. Do not remove this line. ---",)).fresh == "Words"


SIGNED = {
    "rfc": ("-- \nMatti\n+358 1", "--\nMatti\n+358 1"),
    "phone en": ("Sent from my iPhone", "Sent from my iPhone"),
    "phone fi": ("Lähetetty iPhonesta", "Lähetetty iPhonesta"),
    "outlook": ("Get Outlook for iOS<https://aka.ms/o0ukef>", "Get Outlook for iOS<https://aka.ms/o0ukef>"),
    "list": ("____________________________\ntalk mailing list\ntalk@x.test\nhttp://x.test/listinfo/talk", None),
    "name": ("-Matti Meikäläinen", "-Matti Meikäläinen"),
}


@pytest.mark.parametrize(("written", "kept"), SIGNED.values(), ids=SIGNED.keys())
@pytest.mark.parametrize("history", ["", f"\n\n{ATTRIBUTIONS['gmail fi']}\n\n{QUOTED}"])
def test_a_signature_is_kept_apart(written: str, kept: str | None, history: str) -> None:
    found = quote.split_history(f"{NEW}\n\n{written}{history}\n")
    assert (found.fresh, found.signature) == (NEW, kept or written)


def test_a_closing_written_by_hand_stays_with_the_words() -> None:
    assert quote.split_history(f"{NEW}\n\nTerveisin\nMatti").fresh == f"{NEW}\n\nTerveisin\nMatti"


PHONES = [
    "Sent from my iPhone", "Lähetetty iPhonesta", "Lähetetty Samsung Galaxy -älypuhelimestani.", "Wysłane z iPhone'a",
    "Wysłane z aplikacji Poczta dla Windows", "Nosūtīts no mana iPhone", "Von meinem iPhone gesendet", "Skickat från min iPhone",
    "Saadetud minu iPhone'ist", "Get Outlook for Android", "Hanki Outlook for iOS", "Pobierz aplikację Outlook dla systemu iOS",
    "Iegūstiet Outlook darbam ar iOS", "Sendt fra min iPhone", "Envoyé de mon iPhone", "Enviado desde mi iPhone", "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone", "Отправлено с iPhone", "Enviado do meu iPhone", "Išsiųsta iš mano „iPhone“",
    "-- \nMatti Meikäläinen\nOy Yritys Ab", "", "  \n \n", "Sent from my iPhone\n\n-- \nMatti",
]  # fmt: skip


@pytest.mark.parametrize("text", PHONES)
def test_a_signature_alone_is_known_as_such(text: str) -> None:
    assert signature.is_all_signature(text)


@pytest.mark.parametrize(
    "text", ["Hello", "Lähetetty eilen postissa.", "ok", "Sent from my iPhone\nbut read this", "Outlook kaatuu"]
)
def test_words_are_not_taken_for_a_signature(text: str) -> None:
    assert not signature.is_all_signature(text)


HOSTILE = [
    "re: " * 25_000, ">" * 100_000, ">\n" * 50_000, "abcdefg:\n" * 12_000, "From: x\n" * 12_000, "-" * 100_000, "- " * 50_000,
    "wrote:\n" * 16_000, "a@b " * 25_000, "_" * 50 + "\n" + "From:" * 20_000, "-- \n" * 33_000, "##" * 50_000, "## a\n" * 20_000,
    " " * 100_000, " \n" * 50_000, "Sent from my iPhone\n" * 5_000, "a\n> b\nOn 2020 x@y.z wrote:\n" * 4_000, "\u00a0" * 100_000,
    "1.1.2020 " * 11_000, "*" * 100_000, "mg:" * 33_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:10]))
def test_a_hundred_kilobytes_of_anything_lose_no_line(text: str) -> None:
    found = quote.split_history(text)
    parts = (found.fresh, found.quoted, found.signature)
    assert sum(len(part.split()) for part in parts) == len(text.split())


@pytest.mark.parametrize("language", MARKERS)
@pytest.mark.parametrize("bare", ["", "[#1042] support\n\n"])
def test_the_first_lines_of_a_notice_go_with_it_where_nothing_marks_the_quote(language: str, bare: str) -> None:
    first = f"{OPENINGS[list(MARKERS).index(language)]}goes to: Maija"
    below = f"{MARKERS[language]}\nmg:d358d7.1042.a1c.6p2raczt.4yyhfy7wrfaxyx24\n\nold words"
    found = quote.split_history(f"{NEW}\n\n{bare}{first}\n\n{below}", openings=OPENINGS)
    assert found.fresh == NEW
    assert quote.split_history(f"{bare}{first}\n\n{below}", openings=OPENINGS).fresh == ""


def test_a_marker_broken_in_two_is_no_text() -> None:
    below = "## Please write your reply above this\nline ##\nmg:d358d7.1042.a1c.6p2raczt.4yyhfy7wrfaxyx24\n\nold words"
    assert (
        quote.split_history(f"{NEW}\n\nA plain reply stays internal, as a note.\n\n{below}", openings=OPENINGS).fresh
        == NEW
    )
    assert quote.split_history(f"{NEW}\n\n{below}", openings=OPENINGS).fresh == NEW


NOTICE = """> ## Please write your reply above this line ##
> mg:d358d7.1042.a1c.6p2raczt.4yyhfy7wrfaxyx24
> {long}
{rest}
> Maija"""


@pytest.mark.parametrize(("long", "rest", "fresh"), [
    ("a quoted line that was too long for the client that answered, and so its", "end stands here without a mark", True),
    ("a quoted line of sixty characters, which may have been broken", "off here", True),
    ("a short quoted line", "Yes, it is.", False),
])  # fmt: skip
def test_a_quoted_line_that_a_client_broke_in_two_is_no_answer(long: str, rest: str, fresh: bool) -> None:
    """S-14: the client marked the first half only; words below a short line were written there."""
    found = quote.split_history(f"{NEW}\n\n{NOTICE.format(long=long, rest=rest)}", openings=OPENINGS)
    assert (found.fresh == NEW) is fresh
    assert (rest in found.fresh) is not fresh
