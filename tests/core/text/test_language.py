"""The language of a text: the four we write, told from those we do not."""

from __future__ import annotations

import pytest

from mailgate.core.text import language

OURS = ("en", "fi", "pl", "lv")
TEXTS = [
    ("en", "Hello, I cannot log in"), ("en", "My printer is broken"), ("en", "thanks"), ("en", "Where is my order? It should have been here by now."),
    ("fi", "Hei, en pääse kirjautumaan"), ("fi", "Moi, lasku puuttuu"), ("fi", "Tulostin ei toimi"), ("fi", "kiitos"),
    ("fi", "Tilasin teiltä viikko sitten kirjan, mutta se ei ole vielä tullut."), ("pl", "Dzień dobry, nie mogę się zalogować"),
    ("pl", "Drukarka nie działa"), ("pl", "Faktura nie dotarła"), ("pl", "Prosze o pilna odpowiedz w sprawie mojego zamowienia, bo nie mam czasu"),
    ("lv", "Labdien, nevaru pieslēgties"), ("lv", "Printeris nedarbojas"), ("lv", "Rēķins nav saņemts"), ("lv", "paldies"),
    ("", "Guten Tag, ich kann mich nicht anmelden"), ("", "Hej, jag kan inte logga in på mitt konto"), ("", "Tere, ma ei saa sisse logida"),
    ("", "Здравствуйте, не могу войти в систему"), ("", "Bonjour, je ne peux pas me connecter à mon compte"), ("", "Laba diena, negaliu prisijungti"),
    ("", "Hola, no puedo entrar en mi cuenta"), ("", "ログインできません"), ("", "Hei, jeg kan ikke logge på kontoen min"), ("", ""), ("", "12345 67"),
    ("", "Goedemiddag, ik kan niet inloggen op mijn account"), ("", "xyzzy"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "text"), TEXTS)
def test_a_text_is_known_by_its_words(expected: str, text: str) -> None:
    assert language.guess(text, OURS) == expected


def test_only_languages_asked_for_are_given() -> None:
    assert language.guess("Guten Tag, ich kann mich nicht anmelden", ("de",)) == "de"
    assert language.guess("Hei, en pääse kirjautumaan", ("en", "pl")) == ""


def test_only_the_beginning_counts() -> None:
    assert language.guess("Hei, en pääse kirjautumaan. " * 160 + "the and of " * 100_000, OURS) == "fi"
