"""The language of a text: those we write, told from those we do not."""

from __future__ import annotations

import random

import pytest

from mailgate.core.text import language

OURS = ("en", "fi", "pl", "lv")
MEANT = (*OURS, "sv", "de", "et", "ru", "uk")
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


SMALL_PRINT = [
    "This message and any attachments are confidential and intended for the addressee only. If you are not the\n"
    "intended recipient please delete it and notify the sender.",
    "Diese E-Mail ist vertraulich und nur für den Empfänger bestimmt. Wenn Sie sie irrtümlich erhalten haben, löschen Sie sie bitte.",
    "Ta wiadomość jest poufna i przeznaczona tylko dla adresata. Jeśli nie są Państwo odbiorcą, prosimy ją usunąć i nas powiadomić.",
]  # fmt: skip


@pytest.mark.parametrize("notice", SMALL_PRINT)
@pytest.mark.parametrize("blank", ["\n\n", "\n \n"])
@pytest.mark.parametrize(
    ("expected", "text"),
    [("fi", "Hei, lamppuni on rikki."), ("lv", "Labdien, mana lampa nedarbojas."), ("et", "Tere, minu lamp on katki.")],
)
def test_a_notice_of_confidentiality_is_not_in_its_writers_language(
    notice: str, blank: str, expected: str, text: str
) -> None:
    assert language.guess(f"{text}{blank}{notice}{blank}Delete this mail if it is not for you.") == expected
    assert language.guess(f"{notice}{blank}{notice}") == language.guess(notice) != "", "what is all there is is read"


def test_only_the_beginning_counts() -> None:
    assert language.guess("Hei, en pääse kirjautumaan. " * 160 + "the and of " * 100_000, OURS) == "fi"


# Those we only read, and their neighbours; what may be said in several is none.
READ = [
    ("ru", "Здравствуйте, не могу войти в систему"), ("ru", "Принтер не работает"), ("ru", "Где мой заказ?"), ("ru", "Спасибо"),
    ("ru", "когда будет доставка"), ("ru", "Верните деньги"), ("uk", "Поверніть гроші"), ("ru", "Лампа не включается"),
    ("", "Die cast lamp broken"), ("en", "war on prices"), ("de", "Die Lampe funktioniert nicht"), ("ru", "Здравствуйте, не работает Outlook после update, помогите"),
    ("uk", "Добрий день, не можу увійти в систему"), ("uk", "Принтер не працює"), ("uk", "Де моє замовлення?"), ("uk", "Дякую"),
    ("uk", "Лампа не вмикається, підкажіть, будь ласка, що робити."), ("bg", "Здравейте, не мога да вляза в системата"),
    ("bg", "Принтерът не работи"), ("sr", "Здраво, не могу да се пријавим"), ("sr", "Штампач не ради"), ("be", "Добры дзень, не магу ўвайсці ў сістэму"),
    ("mk", "Здраво, не можам да се најавам"), ("sv", "Skrivaren fungerar inte"), ("sv", "Var är min beställning?"), ("sv", "Tack"),
    ("de", "Der Drucker geht nicht"), ("de", "Hallo, die Lampe ist kaputt"), ("de", "Danke"), ("et", "Kus on minu tellimus?"),
    ("et", "Printer ei tööta"), ("et", "Tere, arve ei ole saabunud"), ("et", "Aitäh"),
    ("en", "Hello, the parcel for Иван Петров at Москва has not arrived, please help"), ("en", "Danke, but I still have no invoice"), ("en", "Hello, ist this kind of messages that causes it to crash. Mit freundlichen Grüßen"),
    ("", "Fusce bibendum, quam hendrerit sagittis tempor, dui turpis. У вт, 20 лист. Ann пише: дякую, добрий день"), ("", "прайс-лист"),
    ("no", "Hei, skriveren virker ikke"), ("nl", "Hallo, mijn printer is kapot"),
    ("", "Не"), ("", "Да"), ("", "Москва"), ("", "ООО Ромашка"), ("", "Re: Иванов"), ("", "hallo"), ("", "hej"), ("", "Γεια σας, δεν μπορώ να συνδεθώ"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "text"), READ)
def test_a_language_we_only_read_is_told_from_its_neighbours(expected: str, text: str) -> None:
    assert language.guess(text) == expected


# D-29: links, addresses, names of files and what could not be decoded are no language.
LINKS = [
    ("", "Broken: https://shop.example.co.uk/lamp/12"), ("", "co.uk"), ("", "see www.po.co.za/do/na"), ("", "anna@to.co.uk jest@ale.pl"),
    ("", "raport_nie_jest.txt do.na.po"), ("en", "Please see https://www.na.po.do/i/w/z/nie-jest, thanks"), ("fi", "Tulostin ei toimi: https://the.and.is.example/not/with/you"),
    ("", "lol http://www.lamps.co.za <http://www.lamps.example>"), ("pl", "W załączeniu faktura https://is.the.example/and"), ("en", "I have sent the file, see nie.jest.doc and C:\\ale\\co\\do"),
    ("en", "The lamp is broken\n----------------------------------------------------------\n"),
]  # fmt: skip
GARBAGE = [
    "TWFuIGlzIGRpc3Rpbmd1aXNoZWQsIG5vdCBvbmx5IGJ5IGhpcyByZWFzb24sIGJ1dCBieSB0\naGlzIHNpbmd1bGFyIHBhc3Npb24gZnJvbSBvdGhlciBhbmltYWxz",
    'M4E5,15-%5%])1#M.04U%.T%#5$E6.U)53E]-3T1%.T%51$E47TU/1$E&65]$ i w o z\nM051%"C,X-SM$4"!$2$P@2D])3B`M($5.(#H@16EN;&%D=6YG(&5!0SM4.U--',
    "=ybegin line=128 name=a.txt\nŁo�ŤJWJ~Źťž�“–ŹJR[S74k}mssdJ i z w o _XXZ74)(@˙ţýüűúůř÷öőôóňńđďîíěë",
    "Здравствуйте, не могу войти в систему".encode().decode("cp1250", "replace"),
    "Здравствуйте, не могу войти в систему".encode("koi8-r").decode("iso8859-2"),
    "你好，我不能登录到我的帐户".encode("gb18030").decode("iso8859-2"),
    "ログインできません。助けてください。".encode("shift_jis").decode("cp1250", "replace"),
    "i w z o a",
    "і у з о а в и",
    "Здравствуйте, не могу войти в систему".encode("koi8-r").decode("cp1251"),
    "Здравствуйте, не могу войти в систему".encode().decode("cp1251", "replace"),
]


@pytest.mark.parametrize(("expected", "text"), LINKS)
def test_d29_links_addresses_and_files_are_no_language(expected: str, text: str) -> None:
    assert language.guess(text, OURS) == expected


@pytest.mark.parametrize("text", GARBAGE)
def test_d29_garbage_is_no_language(text: str) -> None:
    assert language.guess(text, MEANT) == ""


@pytest.mark.parametrize("table", ["cp1250", "iso8859-2", "cp1257", "cp1252", "utf-8", "cp1251", "koi8-r"])
@pytest.mark.parametrize("size", [60, 600, 4000])
def test_d29_octets_of_anything_are_no_language(table: str, size: int) -> None:
    chance = random.Random(f"{table} {size}")
    texts = [chance.randbytes(size).decode(table, "replace") for _ in range(40)]
    assert [text for text in texts if language.guess(text, MEANT)] == []
