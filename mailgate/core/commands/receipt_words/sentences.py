"""What the receipt says of each command: granted, or refused and why, in the agent's language."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from types import ModuleType

from mailgate.core.commands.judging import Granted, Refusal
from mailgate.core.commands.reader import Command, Doubt
from mailgate.core.commands.receipt_words import fi, lv, pl

DONE: Mapping[str, str] = {
    "taken": "the ticket is yours",
    "already_yours": "the ticket is yours already",
    "assigned": "given to {name}, who gets the whole thread",
    "already_theirs": "{name} has it already",
    "released": "given back to the department",
    "already_free": "nobody has it already",
    "moved": "moved to {department}, where nobody has it yet",
    "already_there": "it is in {department} already",
    "watching": "you get its notices from now on",
    "already_watching": "you watch it already",
    "unwatched": "you get no more notices of it, unless it becomes yours",
    "not_watching": "you did not watch it",
    "asked": "history and question are on their way to {whom}; answers come back as notes",
    "cc": "the people who take part have changed",
    "already_cc": "they take part already",
    "requester": "the ticket is {address}'s now",
    "already_requester": "it is {address}'s already",
    "opened": "open",
    "already_open": "it is open already",
    "waiting": "waiting for the customer; the clocks stand still",
    "already_waiting": "it waits for the customer already",
    "held": "on hold until the customer writes; the clocks stand still",
    "held_until": "on hold until {at}; the clocks stand still",
    "already_held": "it is on hold already",
    "solved": "solved",
    "already_solved": "it is solved already",
    "reopened": "open again",
    "not_solved": "it was not solved",
    "spam": "closed as spam; no letter is sent",
    "already_spam": "it is closed as spam already",
    "priority": "priority {priority}",
    "already_priority": "priority {priority} as before",
    "due": "due {at}",
    "due_off": "no deadline by hand",
    "remind": "you will be reminded {at}",
    "remind_off": "no more reminders for you here",
    "tagged": "tags {tags}",
    "already_tagged": "tags as before",
    "titled": "title: {title}",
    "already_titled": "the title is so already",
    "field": "{name} is {value}",
    "field_gone": "{name} is empty",
    "already_field": "{name} as before",
    "note": "your words stay in the house",
    "reply": "your words go to the customer",
    "use": "canned answer {name} above your words",
    "saved": "kept as canned answer {name}",
    "new": "a new ticket, and your words on their way to {address}",
    "call": "a new ticket with the memo of the call with {address}",
    "call_here": "the memo of the call with {address} is kept here",
    "merged": "merged into {number}; `#undo` takes it apart",
    "split": "the customer's newest words have a ticket of their own, yours",
    "linked": "linked with {number}",
    "already_linked": "linked with {number} already",
    "undone": "your last mail's doings here are taken back",
    "undone_but_sent": "its changes are taken back; its letter had left and cannot be",
    "away": "{name} is away from {at} until {until}, and {cover} covers",
    "back": "{name} is here again",
    "not_away": "{name} was not away",
    "status": "the customer is told where the ticket stands",
}

REFUSED: Mapping[str, str] = {
    "not_an_agent": "commands are read from agents only",
    "not_yours": "only the customer whose ticket it is may do that",
    "role": "that takes the role {role}",
    "no_ticket": "there is no ticket in this mail: put its number into the subject, [#1042]",
    "taken": "{owner} has this ticket; take it all the same?",
    "away": "{name} is away ({cover} covers); give it to {name} all the same?",
    "no_such_agent": "no agent is called {name}",
    "which_agent": "several agents are called {name}",
    "no_such_department": "no department is called {name}",
    "no_address": "{text} is no address",
    "our_address": "{address} is our own address",
    "agents_address": "{address} is an agent's private address, which customers never see",
    "takes_part": "{address} takes part in this ticket and must not see its notes",
    "takes_no_part": "{address} takes no part in this ticket",
    "is_requester": "{address} is whose ticket it is; `#requester` changes that",
    "no_question": "there is no question: write it after the address or below",
    "when_unreadable": '"{text}" is no time: write 2h, 3d, fri 14:00 or 2026-12-01 14:00',
    "when_ambiguous": '"{text}" may mean two times: write 1.12. for a day, 1:12 for a time, or the whole date',
    "when_past": "{text} has passed",
    "when_far": "{text} is more than ten years away",
    "no_such_priority": "{name} is no priority: low, normal, high or urgent",
    "no_tag": "{text} is no tag: write +refund or -refund",
    "no_such_tag": "there is no tag {name} here",
    "no_title": "there is no title after it",
    "private_title": "customers read the title: no agent's address and no mark of ours belongs there",
    "no_field": "write it so: #field order=1234",
    "no_such_reply": "no canned answer is called {name}",
    "no_value": "{text} is no value: write days=5",
    "missing_value": "the canned answer {name} needs {missing}",
    "no_name": "{name} is no name: letters, digits, - and _",
    "no_words": "there are no words to keep or to send in this mail",
    "no_such_number": "nobody with the number {text} is known: write #call ADDRESS, and the number into the memo",
    "no_number": "{text} is no ticket number",
    "no_such_ticket": "there is no ticket {number}",
    "itself": "{number} is this very ticket",
    "no_way_to_merge": "{text} is not understood: write both or same-person after the number",
    "requesters_differ": "this is {one}'s ticket and {number} is {other}'s; merged, both read all. Merge?",
    "only_words": "the customer has written only once here: there is nothing to split off",
    "nothing_to_undo": "there is nothing of yours to take back on this ticket",
    "too_late_to_undo": "your letter has left and cannot be taken back",
    "no_cover": "nobody is named to cover: write #away 2026-12-20..2027-01-06 cover bo",
    "own_cover": "nobody can cover for themselves",
    "cover_away": "{name} is away too in these days",
    "too_late_to_reopen": "too long ago to be reopened: a new mail opens a new ticket",
}

TROUBLE: Mapping[str, str] = {
    "unknown": "there is no such command",
    "ambiguous": "that may mean several commands",
    "misplaced": "a command stands first or last in a mail, or in its subject; a backslash before it makes it text",
    "missing": "something must follow it",
    "extra": "there is more after it than it takes",
    "echo": "this may be the customer's own title",
    "conflict": "your words cannot both stay in the house and go to the customer",
    "number": "the list has no such line",
    "bare": "is this for the house? #note above your words keeps them there, #reply sends them to the customer",
}
# What concerns a mail or a ticket as a whole.
WHY: Mapping[str, str] = {
    "stale": "a colleague has answered since that notice was sent",
    "unknown_letter": "your mail holds a letter of ours that is no longer known; only what is shown here can be sent",
    "edited": "you changed a line of ours; only what is shown here can be sent",
    "unsent": "lines of your mail that are not shown here: {n}; no button sends them",
    "note_words": "some of your words stand in an internal note too: look before they leave",
    "too_much": "there is too much in your mail to tell your words from ours",
    "empty": "nothing is left when the quoted notice is taken away",
    "address": "an agent's own address stands in the text: the line with it is not sent",
    "internal": "internal words of the desk stand in the text",
    "automatic": "it reads like a program's mail: nothing of it was done or sent",
    "forward": "it is a forwarded mail: kept as a note, and its commands were not carried out",
    "desk_only": "your desk address asks and steers, but sends no words out of the house; answer a notice instead",
    "tap_only": "a link does what it says and no more; answer the notice itself",
    "trainee": "a lead has to send it",
    "beyond": "what proves this mail is of another ticket than all it names, so nothing was done yet",
    "address_only": "the reply address alone is no proof for words to a customer; keep the ticket's tag in the subject",
    "untagged": "no tag of a ticket stands in the subject, so it is not certain which customer you write to",
    "no_parked_mail": "the mail it is about waits no longer, or another was asked",
    "no_ticket": "it is not clear which ticket is meant",
    "nobody": "nobody here can be written to: put #requester ADDRESS above your words and send them again",
    "others": "the letter you answered did not name {who}, who would get this too; nothing was sent yet",
    "no_longer": "{who}: named in the letter you answered, takes part no longer and did not get this",
    "winmail": "winmail.dat, which Outlook wrote, can be read by nobody else: the files in it were not sent",
    "had_already": "{who}: your mail went there already; it was filed, not sent again",
    "covers": "{name} is away and you cover",
    "left": "{name} has left",
}

TRANSLATED: Mapping[str, ModuleType] = {"fi": fi, "lv": lv, "pl": pl}


def of_outcome(command: Command, outcome: Granted, language: str = "en") -> str:
    """`#hold fri: on hold until 2026-11-27 09:00; the clocks stand still`."""
    said = _sentence("DONE", outcome.answer, language)
    return f"{command}: {_filled(said, outcome.params)}" if said else str(command)


def of_refusal(refusal: Refusal, language: str = "en") -> str:
    """Why a command was not carried out."""
    return _filled(_sentence("REFUSED", refusal.code, language), refusal.params)


def of_trouble(trouble: Doubt, language: str = "en") -> str:
    """Why a line was not understood."""
    return _sentence("TROUBLE", trouble.kind, language)


def of_reason(why: str, language: str = "en", **params: str) -> str:
    """Why a mail waits, or why a ticket changes hands."""
    return _filled(_sentence("WHY", why, language), params)


def _sentence(table: str, key: str, language: str) -> str:
    ours: Mapping[str, str] = {"DONE": DONE, "REFUSED": REFUSED, "TROUBLE": TROUBLE, "WHY": WHY}[table]
    theirs: Mapping[str, str] = getattr(TRANSLATED.get(language), table, ours)
    return theirs.get(key, "")


def variables(text: str) -> set[str]:
    """The parameters a sentence speaks of."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _filled(text: str, params: Mapping[str, str]) -> str:
    return text.format_map({name: params.get(name, "?") or "nobody" for name in variables(text)})
