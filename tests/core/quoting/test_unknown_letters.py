"""Where a letter that nobody knows begins, beside one that is known: nothing from there leaves (issue 12, W-14)."""

from __future__ import annotations

import pytest
from answers import BANNER, GMAIL, HASHER, NOTICE, SENDER, TOKEN, marked, read, worded

from mailgate.core.quoting import fingerprint
from mailgate.core.quoting.parts import Held

TOLD = "Dear Maija,\n\nyour parcel has left our store in Helsinki today.\n\nAcme Support"
KNOWN = fingerprint.fingerprint(
    TOLD, TOLD.split("\n"), HASHER, sender=SENDER, public=("your parcel has left our store in Helsinki today.",)
)
BUTTON = f"<support@acme.example?subject=x&body={TOKEN}>"
SECRET = "Bo knows better."
# What is left of the unknown letter: lines of which every word, or none, is known, but for the token in an address.
SIGNS = {
    "frame alone": f"You get this because: new words in a ticket you follow {BUTTON}",
    "a button alone": BUTTON,
    "a token alone": f"On it: {TOKEN}",
}
# The known letter as it stands above.
ABOVE = {
    "as it is": TOLD,
    "an answer in it": f"{TOLD.partition('today')[0]}today, has it?",
}


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
@pytest.mark.parametrize("above", ABOVE.values(), ids=list(ABOVE))
@pytest.mark.parametrize("sign", SIGNS.values(), ids=list(SIGNS))
def test_it_begins_at_a_token_no_letter_explains_and_takes_the_quote_above_with_it(
    sign: str, above: str, mark: str
) -> None:
    found = read(f"Yes.\n\n{GMAIL}\n\n{marked(above, mark)}\n{sign}\n{SECRET}", KNOWN)
    assert (found.held, found.sendable) == (Held.UNKNOWN_LETTER, "Yes.")
    assert [line.lstrip("> ") for line in worded(found.shown) if line != ">"] == worded(
        f"Yes.\n{above}\n{sign}\n{SECRET}"
    )


def test_what_a_scanner_put_between_does_not_part_them() -> None:
    found = read(f"Yes.\n\n{GMAIL}\n\n{marked(TOLD)}\n> {BANNER}\n{SIGNS['a token alone']}\n{SECRET}", KNOWN)
    assert (found.held, found.sendable) == (Held.UNKNOWN_LETTER, "Yes.")
    assert "> Dear Maija," in found.shown


@pytest.mark.parametrize("mark", ["> ", ""], ids=["marks", "bare"])
def test_a_token_in_the_attribution_of_a_known_letter_is_explained(mark: str) -> None:
    """The reply address of a letter to the house has one, and clients name whom they quote by it."""
    head = f"On Fri, Nov 27, 2026 at 12:10 AM Maija via Support <{TOKEN}@acme.example> wrote:"
    found = read(f"Yes.\n\n{head}\n\n{marked(NOTICE, mark)}")
    assert (found.held, found.sendable, found.shown) == (Held.NOTHING, "Yes.", "Yes.")


@pytest.mark.parametrize("what", ["plain reply", "plain answer"], ids=["as it is", "changed"])
def test_a_phones_signature_above_a_quote_is_the_phones_though_the_quote_begins_with_a_changed_line(what: str) -> None:
    quote = marked(NOTICE.partition("\n\n")[2].replace("plain reply", what))
    assert read(f"Yes.\n\nSent from my iPhone\n\n{quote}").sendable == "Yes."
