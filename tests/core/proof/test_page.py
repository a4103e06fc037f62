"""A page's address holds against forgery and other purposes, hides its ticket's number, and ends when it should."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mailgate.core.model.mail import Address
from mailgate.core.model.policy import Key
from mailgate.core.proof import page, token
from mailgate.core.proof.page import PageState, PageToken
from mailgate.core.proof.token import Token

KEY, OLD = Key("k1", b"x" * 32), Key("k0", b"y" * 32)
MAIJA, PEKKA = Address("maija@home.example"), Address("pekka@home.example")
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
LIFE = timedelta(days=60)
THEIRS = PageToken(1042, page.person_mark(KEY, MAIJA), 3, date(2027, 1, 31))


@pytest.mark.parametrize("one", [THEIRS, PageToken(1), PageToken(9_999_999_999, generation=255)])
def test_what_was_written_is_read(one: PageToken) -> None:
    written = page.mint(KEY, one)
    assert len(written) == page.LENGTH
    assert page.read(written, [OLD, KEY]) == one


def test_w03_each_letter_counts() -> None:
    written = page.mint(KEY, THEIRS)
    for at, letter in enumerate(written):
        for other in "abcdefghijklmnopqrstuvwxyz234567":
            if other != letter:
                assert page.read(written[:at] + other + written[at + 1 :], [KEY]) is None


@pytest.mark.parametrize("spoiled", ["", "x", page.mint(KEY, THEIRS)[:-1], page.mint(KEY, THEIRS) + "a",
                                     page.mint(KEY, THEIRS).upper(), page.mint(KEY, THEIRS) + "\n", "ſ" * 37])  # fmt: skip
def test_w03_what_is_cut_or_longer_is_nothing(spoiled: str) -> None:
    assert page.read(spoiled, [KEY]) is None


def test_w03_a_key_that_is_gone_ends_its_links() -> None:
    assert page.read(page.mint(OLD, THEIRS), [KEY]) is None


def test_w04_a_letters_token_is_no_page_and_a_page_is_no_letter() -> None:
    letter = Token(1042, token.Audience.AGENT, 7, token.Purpose.CUSTOMER, "abcdefgh")
    for carrier in token.Carrier:
        written = token.mint(KEY, letter, carrier, "window")
        for tried in (written, written[-page.LENGTH :], written.replace(".", "")[-page.LENGTH :]):
            assert page.read(tried, [KEY]) is None
    made = page.mint(KEY, THEIRS)
    assert token.in_message_id(token.message_id(made, "acme.example"), [KEY]) is None
    assert token.in_message_id(token.message_id(f"k1.1042.c.{made[:8]}.{made[-16:]}", "acme.example"), [KEY]) is None
    for carrier in token.Carrier:
        assert token.read(made, [KEY], carrier, "window") is None
        assert token.read(f"k1.1042.a7c.abcdefgh.{made[-16:]}", [KEY], carrier, "window") is None
    assert not token.is_inside(page.link("https://help.acme.example", made))


def test_w05_nothing_in_it_tells_of_the_number() -> None:
    written = [page.mint(KEY, PageToken(number)) for number in range(1001, 1101)]
    for at in range(page.LENGTH):
        assert len({one[at] for one in written}) > 1
    assert not any(token.base32(number.to_bytes(5, "big"))[:-1] in one for number, one in enumerate(written, 1001))


def test_w07_it_is_of_one_person() -> None:
    assert page.person_of(THEIRS, [PEKKA, Address("Maija@HOME.example", "Maija")], [OLD, KEY]) == Address(
        "Maija@HOME.example", "Maija"
    )
    assert page.person_of(THEIRS, [PEKKA], [KEY]) is None
    assert page.person_of(PageToken(1042), [PEKKA, MAIJA], [KEY]) is None


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([], PageState()),
        ([("status", "off")], PageState()),
        ([("page", "off")], PageState(on=False, generation=1, circle=1)),
        ([("page", "off"), ("page", "on")], PageState(on=True, generation=1, circle=1)),
        ([("page", "off"), ("page", "on"), ("page", "off")], PageState(on=False, generation=2, circle=2)),
        ([("leave", ""), ("join", "a@b.example"), ("requester", "c@d.example")], PageState(circle=2)),
    ],
)
def test_off_ends_all_links_and_on_lets_new_ones_be_written(said: list[tuple[str, str]], state: PageState) -> None:
    assert page.state_of(said) == state


@pytest.mark.parametrize(
    ("solved", "day", "over"),
    [
        (None, None, False),
        (NOW - LIFE, None, False),
        (NOW - LIFE - timedelta(seconds=1), None, True),
        (NOW - timedelta(days=300), NOW.date(), False),
        (NOW - timedelta(days=300), NOW.date() - timedelta(days=1), True),
        (None, NOW.date() - timedelta(days=1), False),
    ],
)
def test_w08_a_link_lives_as_long_as_its_ticket_and_a_while(
    solved: datetime | None, day: date | None, over: bool
) -> None:
    assert page.is_over(PageToken(1, day=day), solved, LIFE, NOW) is over


def test_a_link_that_is_written_late_lives_as_long() -> None:
    solved = NOW - timedelta(days=300)
    day = page.lasts(solved, LIFE, NOW)
    assert not page.is_over(PageToken(1, day=day), solved, LIFE, NOW + LIFE)
    assert page.is_over(PageToken(1, day=day), solved, LIFE, NOW + LIFE + timedelta(days=1))
    assert page.lasts(None, LIFE, NOW) is None


@pytest.mark.parametrize(
    "around",
    ["see {}", "<{}>", "x={}&y", "{}. And", "https://eur01.safelinks.example/?url={}&data=1"],
)
def test_a_link_is_nobodys_once_it_is_shown(around: str) -> None:
    made = page.link("https://help.acme.example/", page.mint(KEY, THEIRS))
    assert made.startswith("https://help.acme.example/t/")
    for written in (made, made.replace("/", "%2F").replace(":", "%3A"), made.replace("/", "%252f")):
        shown = page.with_links(around.format(written), [OLD, KEY])
        assert page.mint(KEY, THEIRS) not in shown
        assert page.CUT in shown
        assert page.with_links(around.format(written), [OLD]) == around.format(written)
        theirs = page.mint(KEY, PageToken(1042))
        assert theirs in page.with_links(around.format(written), [KEY], theirs)
    assert page.with_links(around.format("https://help.acme.example/t/short"), [KEY]) == around.format(
        "https://help.acme.example/t/short"
    )


def test_whoever_left_has_no_link_of_the_ticket_and_the_others_keep_their_own() -> None:
    before, after = PageState(), page.state_of([("leave", "")])
    own = page.read(page.page_of(KEY, 1042, before, MAIJA, None), [KEY])
    shared = page.read(page.page_of(KEY, 1042, before, None, None), [KEY])
    assert own and shared
    assert page.is_current(own, before)
    assert page.is_current(shared, before)
    assert page.is_current(own, after)
    assert not page.is_current(shared, after)
    assert not page.is_current(own, page.state_of([("page", "off")]))
    assert not page.is_current(own, PageState(on=False))


def test_w08_a_link_to_a_merged_ticket_ends_with_those_of_the_one_it_went_into() -> None:
    own = page.read(page.page_of(KEY, 1042, PageState(generation=1), MAIJA, None), [KEY])
    assert own
    assert page.is_current(own, page.together([PageState(generation=1), PageState()]))
    assert not page.is_current(own, page.together([PageState(generation=1), PageState(generation=1)]))
    assert not page.is_current(own, page.together([PageState(generation=1), PageState(on=False)]))
