"""What of a letter goes to a channel, to whom, and with which of its files."""

import pytest

from mailgate.core.letters import on_channels
from mailgate.core.letters.on_channels import ChatForm
from mailgate.core.model.change import Audience, Outbound
from mailgate.core.model.content import Answer, Nudge, Solved
from mailgate.core.model.letter_kinds import TO_CUSTOMERS
from mailgate.core.model.mail import Address

ANN, BEN = Address("ann@customer.example"), Address("ben@customer.example")
MAIJA, KIM = Address("lines.77@chat.invalid"), Address("lines.78@chat.invalid")


def to(
    *people: Address, content: object = None, audience: Audience = Audience.CUSTOMER, dedupe: str = ""
) -> list[tuple[str, ...]]:
    owed = Outbound(content or Answer(text="Hello"), audience, people[:1], people[1:], dedupe=dedupe)  # type: ignore[arg-type]
    return [tuple(one.addr for one in (*each.to, *each.cc)) for each in on_channels.apart(owed)]


@pytest.mark.parametrize(
    ("people", "letters"),
    [
        ((ANN, BEN), [(ANN, BEN)]),
        ((MAIJA,), [(MAIJA,)]),
        ((MAIJA, ANN, BEN), [(ANN, BEN), (MAIJA,)]),
        ((ANN, MAIJA, KIM), [(ANN,), (MAIJA,), (KIM,)]),
    ],
)
def test_each_on_a_channel_has_a_letter_of_their_own(
    people: tuple[Address, ...], letters: list[tuple[Address, ...]]
) -> None:
    assert to(*people) == [tuple(one.addr for one in each) for each in letters]


def test_whatever_is_no_customers_letter_never_goes_there() -> None:
    for audience in (Audience.AGENT, Audience.EXPERT, Audience.ADMIN):
        assert to(MAIJA, audience=audience) == []
        assert to(ANN, MAIJA, audience=audience) == [(ANN.addr,)]
    assert to(ANN, MAIJA, content=Nudge()) == [(ANN.addr,)]
    assert set(on_channels.THERE) <= set(TO_CUSTOMERS)


def test_nobody_is_asked_there_how_it_went_and_each_letter_is_once() -> None:
    owed = Outbound(Solved(survey="scale"), Audience.CUSTOMER, (MAIJA,), (KIM,), dedupe="solved:1")
    made = on_channels.apart(owed)
    assert {one.content for one in made} == {Solved(survey="")}
    assert len({one.dedupe for one in made}) == 2 and all(one.dedupe.startswith("solved:1:") for one in made)


@pytest.mark.parametrize(
    ("sizes", "left"), [([], []), ([10], []), ([10, 200], [1]), ([200, 10, 10, 10], [0, 3]), ([10, 10, 10], [2])]
)
def test_too_large_and_too_many_files_stay_behind(sizes: list[int], left: list[int]) -> None:
    assert on_channels.left_out(sizes, ChatForm(2, 100, signature=False)) == left
