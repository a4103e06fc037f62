"""What the mails say that trainees practise with, in English."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    "practice.question": "My lamp does not light up",
    "practice.question.text": "Hello,\n\nI bought a desk lamp from you two weeks ago, and now it does not light up any more. I have tried another bulb. What can I do?\n\nKind regards\nMaija Virtanen",
    "practice.angry": "THIRD time I write!!!",
    "practice.angry.text": "You promised me an answer on Monday. It is Thursday and nobody has written a single word. My order is still missing. What kind of service is this?\n\nKari Laine",
    "practice.invoice": "Invoice 20417",
    "practice.invoice.text": "Dear Sir or Madam,\n\nplease find below our invoice 20417 for cleaning in November: 240.00 EUR, to be paid within 14 days.\n\nBright Office Cleaning",
    "practice.thanks": "Thank you!",
    "practice.thanks.text": "Thank you for the new lamp. It came in two days and gives a lovely light.\n\nMaija Virtanen",
    "practice.spam": "Your website could be number 1",
    "practice.spam.text": "Dear owner,\n\nwe bring any shop to the first page of all search engines within seven days, guaranteed. Answer now for our best price.\n\nGrowth Team",
    "practice.file": "Photo of the damage",
    "practice.file.text": "Hello,\n\nthe parcel was open when it came. I wrote down what is broken; see the attached file.\n\nAnna Berg",
    "practice.urgent": "URGENT: power supply is smoking",
    "practice.urgent.text": "The power supply of your lamp is hot and smells of smoke. I have pulled the plug. Is it dangerous? Please call me at once: +358 40 123 4567\n\nPiotr Nowak",
    "practice.again": "My lamp does not light up",
    "practice.again.text": "Hello,\n\nI am not sure that my first message has arrived, so once more: the desk lamp I bought two weeks ago does not light up.\n\nMaija Virtanen",
    "practice.refund": "I want my money back",
    "practice.refund.text": "Hello,\n\nthe shade is green, not blue as in the picture. I would like to return it. How do I do that, and when do I get my money?\n\nLiis Tamm",
    "practice.listed": "broken: the shade, the switch, two bulbs",
}
