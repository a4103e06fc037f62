"""Stems: forms of one word meet, other words do not, and both are found by the beginnings that a search asks for."""

from __future__ import annotations

import pytest

from mailgate.core.text.folding import fold
from mailgate.core.text.stems import LANGUAGES, SHORT, beginnings, stem, telling

# Two forms of one word, as customers and agents of each language write them.
SAME = {
    "fi": """
        lamppu lampun; lamppu lamput; lamppu lampuissa; lamppu lamppuja; kauppa kaupan; kauppa kaupassa; kenkä
        kengän; kenkä kenkiä; tilaus tilauksen; tilaus tilausta; tilaus tilaukset; osoite osoitteen; osoite
        osoitetta; asiakas asiakkaan; asiakas asiakkaat; katu kadun; katu katuja; lasku laskun; lasku laskuja; lasku
        laskusta; kuva kuvia; kuva kuvan; kuva kuvat; lasi laseja; kala kaloja; tuote tuotteen; tuote tuotteita;
        tuote tuotetta; laite laitteet; huone huoneeseen; kirje kirjeitä; salasana salasanan; salasana salasanoja;
        avain avaimen; avain avainta; virhe virheen; viesti viestejä; hinta hinnan; hinta hintoja; virta virran;
        ranta rannalla; kerta kerran; takuu takuun; palautus palautuksen; palautus palautusta; punainen punaisen;
        toimitus toimitukset; paketti paketin; paketti paketteja; tili tilin; tili tilillä; kello kellon; valo
        valoja; verkko verkon; puhelin puhelimen; puhelin puhelinta; ilta illalla; toimii toimivat
    """,
    "pl": """
        lampa lampy; lampa lampie; lampa lamp; lampa lampami; faktura faktury; faktura fakturze; faktura fakturę;
        faktura faktur; drukarka drukarki; drukarka drukarce; drukarka drukarek; paczka paczki; paczka paczek;
        paczka paczce; konto konta; konto koncie; konto kont; zamówienie zamówienia; zamówienie zamówień; zamówienie
        zamówieniu; zwrot zwrotu; zwrot zwrocie; hasło hasła; hasło haśle; rachunek rachunku; rachunek rachunki;
        komputer komputera; komputer komputerze; zdjęcie zdjęcia; zdjęcie zdjęć; płatność płatności; przesyłka
        przesyłki; przesyłka przesyłek; sklep sklepie; sklep sklepu; telefon telefonu; telefonem telefon; produkt
        produkty; produkt produktów; bateria baterii; bateria baterie; żarówka żarówki; żarówka żarówek; naprawa
        naprawy; dostawa dostawę; adres adresu; klient klienta; klient klientów; działa działać; zepsuty zepsuta;
        nowy nowego; klucz kluczy; pudełko pudełka
    """,
    "lv": """
        lampa lampas; lampa lampu; lampa lampai; lampa lampā; lampa lampām; rēķins rēķina; rēķins rēķinu; rēķins
        rēķinam; rēķins rēķini; rēķins rēķiniem; rēķins rēķinos; pasūtījums pasūtījuma; pasūtījums pasūtījumu;
        pasūtījums pasūtījumi; pasūtījums pasūtījumiem; konts konta; konts kontu; konts kontam; parole paroles;
        parole paroli; parole parolei; brālis brāļa; brālis brāļi; skapis skapja; attēls attēlu; attēls attēli;
        fotoattēls fotoattēlus; prece preces; prece preci; prece precēm; piegāde piegādes; piegāde piegādi; adrese
        adreses; adrese adresi; maksājums maksājumu; veikals veikalā; veikals veikala; baterija baterijas; baterija
        bateriju; baterija baterijai; galds galda; salauzts salauzta; salauzts salauzti; printeris printera;
        printeris printeri; klients klienta; klients klientiem; garantija garantijas; atslēga atslēgu; nauda naudu;
        datne datnes
    """,
    "en": """
        photo photos; battery batteries; invoice invoices; invoice invoiced; invoice invoicing; ship shipped; ship
        shipping; order orders; order ordered; order ordering; refund refunds; refund refunded; charge charging;
        charge charged; address addresses; box boxes; bag bags; delivery deliveries; return returned; return
        returning; lamp lamps; account accounts; password passwords; payment payments; cancel cancelled; cancel
        cancelling; reply replies; reply replied; upload uploading; warranty warranties; company companies; price
        prices; price pricing; label labels; store stores; store storing; cable cables; switch switches; switch
        switching; bulb bulbs; tax taxes; attach attached; print printing; printer printers; damage damaged; damages
        damage
    """,
    "sv": """
        lampa lampan; lampa lampor; lampa lamporna; faktura fakturor; faktura fakturan; beställning beställningen;
        beställning beställningar; lösenord lösenordet; nyckel nycklar; nyckel nyckeln; bild bilder; bild bilderna;
        konto konton; adress adressen; paket paketet; paket paketen; skrivare skrivaren; vara varor; retur returen
    """,
    "de": """
        Lampe Lampen; Rechnung Rechnungen; Haus Häuser; Haus Hauses; Passwort Passwörter; Konto Konten; Bild Bilder;
        Bild Bildern; Bestellung Bestellungen; Paket Pakete; Paket Pakets; Adresse Adressen; Schlüssel Schlüsseln;
        kaputt kaputte; defekt defekten; Gerät Geräte; Foto Fotos; Kabel Kabeln; Kunde Kunden; Lieferung Lieferungen
    """,
    "et": """
        lamp lambi; lamp lampi; lamp lambid; lamp lampidega; arve arvet; arve arved; arve arvete; arve arvega;
        tellimus tellimuse; tellimus tellimust; tellimus tellimused; parool parooli; parool parooliga; konto
        kontole; printer printeri; printer printerit; makse maksed; hind hinna; pakk paki; pakk pakid; pilt pildi;
        pilt pildid; foto fotode; aadress aadressi
    """,
}

# Words that look alike.
OTHER = {
    "fi": """
        kello keltainen; kuva kuppi; lasi lasku; lasku laskutus; kauppa kaupunki; tili tilaus; tila tilaus; kone
        kontti; takuu takana
    """,
    "pl": """
        lampa lampart; faktura fakt; konto kontrola; paczka pacjent; klient klimat; adres adapter; hasło halo; zwrot
        zwykły; paczka paka; sklep sklejka
    """,
    "lv": """
        lampa lapa; konts kontrole; rēķins rēgs; prece precīzs; parole parks; adrese adata; brālis brauc; galds
        galva; lampa lamatas
    """,
    "en": """
        photo phone; order border; charge change; ship shop; account accept; lamp lampoon; print prince; box boxer;
        store story; bill bulb
    """,
    "sv": """
        lampa lamm; faktura fakta; bild bil; vara varg
    """,
    "de": """
        Lampe Lamm; Haus Haut; Bild Bildung; Konto Kontrolle
    """,
    "et": """
        lamp lammas; arve arvuti; pakk pakane; konto kontroll
    """,
}

# Found as well, since all that begins so is found: the price of a search that needs no index of its own.
BEGINS_SO = {
    "lasku laskutus", "kauppa kaupunki", "kello keltainen", "lampa lampart", "konto kontrola", "konts kontrole",
    "tili tilaus", "tila tilaus", "box boxer", "arve arvuti", "pakk pakane", "prece precīzs", "lamp lampoon", "store story", "Bild Bildung", "Konto Kontrolle", "konto kontroll",
}  # fmt: skip


def pairs(table: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(language, *one.split()) for language, text in table.items() for one in text.split(";")]


def finds(asked: str, there: str, language: str) -> bool:
    found = fold(there)
    return any(found.startswith(one) if len(one) > SHORT else found == one for one in beginnings(asked, [language]))


@pytest.mark.parametrize(("language", "one", "other"), pairs(SAME))
def test_two_forms_of_a_word_meet_whichever_is_asked_for(language: str, one: str, other: str) -> None:
    assert stem(one, language) == stem(other, language)
    assert finds(one, other, language)
    assert finds(other, one, language)


@pytest.mark.parametrize(("language", "one", "other"), pairs(OTHER))
def test_two_words_do_not(language: str, one: str, other: str) -> None:
    assert stem(one, language) != stem(other, language)
    assert finds(one, other, language) == (f"{one} {other}" in BEGINS_SO)


def test_every_language_of_ours_has_a_table() -> None:
    counts = {language: sum(one[0] == language for one in pairs(SAME)) for language in LANGUAGES}
    assert set(counts) == set(SAME) == set(OTHER)
    assert all(count >= (40 if language in ("en", "fi", "pl", "lv") else 15) for language, count in counts.items())


@pytest.mark.parametrize("word", ["order-1", "A17", "4711", "x", "", "ab", "lamp" * 20, "你好", "ß", "-"])
def test_what_is_no_word_of_a_language_stays(word: str) -> None:
    assert {stem(word, language) for language in (*LANGUAGES, "xx")} == {fold(word)}
    assert beginnings(word) == (fold(word),)


def test_all_words_of_a_text() -> None:
    assert telling("The broken lamps, and 2 photos of my order!", "en") == {"broken", "lamp", "photo", "order"}
    assert beginnings("lampun", ["fi"]) == ("lamm", "lamp")
    assert beginnings("boxes", ["en"])[:2] == ("box", "boxa")
