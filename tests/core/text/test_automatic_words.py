"""What only a machine writes, what absent people's machines say, and what a bare thanks is, by words alone."""

from __future__ import annotations

import pytest

from mailgate.core.text import automatic_words

SUBJECT, MACHINE, ABSENT = "absence_subject", "absence_text", "somebody_absent"
# the subject, the text, and why a machine is taken to have written it ("": a person)
WHY: list[tuple[str, str, str]] = [
    ("Out of office", "", SUBJECT), ("OUT OF OFFICE: Lamp", "", SUBJECT), ("[Autoreply] - Lamp", "", SUBJECT), ("[Autoreply] Lamp", "", ""),
    ("Poissaoloviesti: Lamppu", "", SUBJECT), ("Poza biurem - Lampa", "", SUBJECT), ("Prombūtnē until 12.3.", "", SUBJECT),
    ("Automatisch antwoord: x", "", SUBJECT), ("Anna is out of the office", "", SUBJECT), ("Bo ist abwesend", "", SUBJECT),
    ("[EXTERNAL] Automatic reply: Lamp", "", SUBJECT),
    ("Нет на рабочем месте: Лампа", "", SUBJECT), ("Автоматична відповідь: Лампа", "", SUBJECT),
    ("Лампа", "Я нахожусь в отпуске до 12.3. По срочным вопросам пишите Бо.", ABSENT),
    ("Лампа", "Я у відпустці до 12.3. У термінових випадках пишіть Бо.", ABSENT), ("Лампа", "Я в отпуске, позвоните позже.", ""),
    # a subject that begins like one and goes on like a person's
    ("Out of office chairs", "", ""), ("Poissa laskusta", "", ""), ("ooops", "", ""), ("Vacation rental", "", ""),
    ("x" * 200 + " is out of office", "", ""),
    # an answer to such a letter, or one passed on, is a person's
    ("Re: Out of office: Lamp", "", ""), ("Fwd: Automatic reply", "This is an automated response.", ""),
    # the words alone
    ("Re: Lamp", "This is an automatic reply.", MACHINE), ("x", "Šī ir automātiska atbilde", MACHINE),
    ("Lamp", "w" * 240 + " this is an automatic reply", ""),
    ("Lamp", "I am out of the office. In urgent cases call Bo.", ABSENT),
    ("Lamp", "Olen lomalla. Kiireellisissä asioissa soita Bolle.", ABSENT),
    ("Lamp", "I am away. Please contact Bo until 12.3.", ABSENT),
    # one of the two things alone is what people say
    ("Lamp", "I am on vacation, so call me later.", ""), ("Lamp", "In urgent cases call Bo.", ""),
    ("Lamp", "I am away. Please contact Bo.", ""),
    # whoever asks is a person
    ("Lamp", "I am out of the office. Is it urgent? In urgent cases call Bo.", ""),
    # a machine's text is short, and says it at once
    ("Lamp", "I am out of the office. In urgent cases call Bo. " + "w " * 1000, ""),
    ("Lamp", "w " * 200 + "I am out of the office. In urgent cases call Bo.", ""),
    ("", "", ""),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "text", "why"), WHY)
def test_why_a_machine_is_taken_to_have_written_it(subject: str, text: str, why: str) -> None:
    assert automatic_words.out_of_office(subject, text) == why


@pytest.mark.parametrize(("text", "thanks"), [
    ("Thanks!", True), ("Thank you very much for the quick help\nMaija", True), ("Kiitos!\n\nTerveisin Maija Meri", True), ("👍", True),
    ("Paldies 🙏", True), ("Thanks Bo", True), ("Tack så mycket för hjälpen!\n\nVänliga hälsningar\nEva", True), ("Vielen Dank für Ihre Hilfe\nViele Grüße\nJan", True),
    ("Suur tänu abi eest", True), ("Suured tänud!", True), ("Aitäh kiire vastuse eest!", True), ("Большое спасибо!", True), ("Щиро дякую за допомогу\nОлена", True), ("Спасибо, но не работает", False), ("DZIĘKUJĘ", True),
    ("Great", False), ("Maija", False), ("", False), ("!", False), ("Thanks?", False), ("Thanks, order 7", False), ("Thanks, but it broke", False),
    ("thanks " * 15, False), ("thanks " * 14, True), ("thanks " + " " * 300, False), ("Thanks\nMaija Meri Ranta Lahti", False),
    ("Thanks\nmaija", False), ("Ei kiitos", False),
])  # fmt: skip
def test_a_bare_thanks(text: str, thanks: bool) -> None:
    assert automatic_words.thanks_only(text) is thanks


@pytest.mark.parametrize(("text", "only"), [
    ("I am on holiday.", True), ("I'm currently out of the office until 12.3.2026!", True), ("Olen lomalla 12.3. asti", True),
    ("Olen poissa\n toimistosta", True), ("Jestem na urlopie do 12.3", True), ("Esmu prombūtnē līdz 12.03.", True),
    ("Ich bin abwesend bis 12.3.", True),
    ("I am on holiday. Bo has the key.", False), ("Hello, I am on holiday.", False), ("I am on holiday until Monday.", False),
    ("I am on holiday until 12.3. 4711", False), ("I am on holiday" + " " * 200, False), ("", False),
])  # fmt: skip
def test_an_absence_and_not_a_word_more(text: str, only: bool) -> None:
    assert automatic_words.only_absence(text) is only
