"""The list of hand-made faults that `make mutants` tries: every one still fits, and none is ever lost."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", ROOT / "bench" / "mutants.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mutants"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


MUTANTS = bench()
LIST = MUTANTS.load()
# Written by hand: a fault may be added to both, and is taken out of neither.
FROZEN = """
child-names-any-attribute subject-echoed-in-acks ack-to-our-own-address guard-answers-our-own-address
guard-null-path-is-a-person guard-auto-submitted-no-is-a-robot guard-own-group-is-a-list
another-tickets-token-lets-a-cc-join match-outsider-is-verified match-stranger-continues-a-closed-ticket
match-reference-without-taking-part match-number-without-taking-part match-marker-of-a-customer
match-reopen-window-never-closes bcc-repeat-tells-the-assumed-department authority-any-agents-token
authority-revoked-token-proves authority-marker-without-a-pass authority-fail-does-not-veto
authority-pass-of-another-domain token-any-verb token-bounce-address-too-long token-fields-run-together
leak-revokes-where-the-mail-went leak-of-customers-ids-revokes own-newer-words-are-stale overtaken-never
relay-sends-an-agents-address relay-to-who-had-it-already relay-trainee-speaks command-extra-words-are-ignored
command-note-and-reply-agree command-misplaced-is-text command-hashtag-is-a-command hears-of-their-own-hand-over
mover-hears-of-their-own-move expert-who-takes-part undo-a-colleagues-mail title-weight-of-canned-answers released-with-a-mark
article-link-of-another-article
any-first-digit-votes vote-on-any-letter wrapped-quotes missed-resolve-forgotten escalation-lowers-a-priority
pause-from-before-the-start rested-before-the-start a-step-is-taken-again closing-minute-open
worktime-special-day-in-a-plain-week archived-before-reopen-within nudged-again-and-again woken-for-who-has-left
cover-and-absent-both-told escalation-tells-the-new-owner-twice escalation-leaves-out-who-loses-it
digest-on-days-off letter-ack-shows-the-subject letter-marker-to-customers letter-automatic-without-saying-so
letter-blamed-while-the-route-is-down outcome-ack-sent-twice outcome-given-up-at-the-first-try
unmerge-takes-the-requester-away merge-closes-a-loop every-cc-is-a-known-sender parked-mail-makes-duplicates
facts-lose-the-newest-subject first-response-again reopening-keeps-solved-at status-of-no-work-counts-as-load
mail-filed-without-its-ids away-twice foreseen-requester-leaves subject-always-in-the-digest
parse-believes-our-own-marks parse-raises sanitised-picture-from-outside sanitised-hidden-words
local-part-over-64-octets routing-characters-pass urgent-flood-is-told-one-by-one utf8-without-smtputf8
program-in-an-agents-name author-hears-of-their-own-note
scope-ends-nowhere scope-targets-are-free scope-survey-of-another-ticket scope-a-marker-counts
token-one-mac-for-all-carriers authority-letter-nobody-wrote bounce-address-of-any-recipient
token-broken-anywhere token-broken-twice run-right-below-another delimiter-without-signature signs-behind-a-mark
four-words-of-a-note run-begins-in-an-attribution address-in-capitals block-by-style
mover-tells-who-has-left requester-put-off-their-ticket cover-back-too-late anybody-reports-an-absence
title-with-an-agents-address sentence-is-a-list-of-tags undo-of-what-time-did
merge-of-two-people-remembers-them-as-one robot-moves-a-ticket-by-rule in-turn-takes-from-the-owner
guessed-mark-takes-everybodys-thread promise-faster-than-it-is promise-of-another-department
sent-mail-by-its-tag-alone absence-with-words-is-only-dropped training-hands-over training-writes two-absences-keep-each-other-talking
logo-becomes-a-file
frame-of-a-letter-nobody-knows token-in-a-button-alone attribution-is-no-quote attribution-is-unexplained
changed-line-is-no-quote marks-below-a-note
filed-is-told filed-counts-as-solved
order-beside-words-of-a-program low-vote-of-seven next-takes-from-a-colleague
first-letter-with-an-agents-address whoever-asks-is-a-machine absence-and-a-word-more attribution-by-one-word
lost-copy-opens-the-ticket solved-letter-undoes-solving
who-is-away-is-on-duty nights-of-a-department-are-not-quiet list-of-the-unowned-every-tick notes-make-a-list
gathered-list-shows-everything parked-answer-to-what-is-due-waits lunch-is-the-end-of-the-day
bounce-answered-is-still-held
letter-although-answered overtaken-letters-are-sent dropped-letters-count survey-each-time survey-twice-in-a-mail
survey-by-the-address everybody-votes promise-told-too-early promise-told-after-closing vote-with-an-agents-words
anybodys-words-under-a-name
who-is-away-keeps-what-customers-answer a-lead-who-is-away-is-told languages-choose-nobody
wave-holds-whom-the-desk-knows wave-closes-what-is-worked-on everybodys-domain-shut-out
forward-to-who-takes-part forward-what-nobody-proved quiet-is-loud quiet-solved-by-time privacy-solved-by-time only-reaches-all
status-shows-words-to-another outsiders-read-words-to-one
one-answer-for-many-without-the-lead one-answer-over-new-words news-by-anybody an-incident-of-all-departments
urgent-in-turn taken-is-told hold-keeps-a-promise told-after-the-deadline delay-by-a-wrong-clock
outlooks-copy-is-sent watched-tag-of-a-colleague
page-spelled-twice page-outlives-its-end page-shows-what-was-before page-typed-order page-link-of-another-in-an-answer
page-authority-like-mails page-numbers-thread page-acks-as-mail page-trap-files page-commands-stay help-shows-agents-articles
control-socket-for-anybody window-opens-files window-dials-out window-hangs-for-ever window-asks-without-end
session-of-anybody page-writes-to-a-customer page-answers-whoever-joined page-moves-several-tickets page-answers-unread-words sheet-with-formulas
hook-words-unasked hook-words-of-the-unproved hook-tells-of-trainees hook-overtakes-itself
hook-name-looked-up-twice hook-calls-a-clouds-keys signature-for-ever
call-of-whoever-called-last call-joins-what-is-solved marks-of-a-call-believed-in-mail call-answered-and-missed
chat-by-another-door chat-typed-into-a-form chat-by-smtp chat-reads-the-mail-of-all
chat-two-people-one-address chat-after-the-window chat-said-twice chat-answers-anothers-message
placetel-unsigned token-after-its-last-day token-from-anywhere token-beyond-its-scope token-of-another-department notes-without-their-scope told-before-it-left program-proves-its-customer key-for-two-bodies key-of-another-program page-ends-too-early page-leaves-one-out body-read-for-anybody company-names-people half-a-file table-while-written
mail-waits-for-a-program-for-ever erased-while-asked-about asked-about-while-it-fails address-steers-the-question
address-is-an-option the-first-of-several-people looked-up-wins-over-our-own-table
"""


def test_the_list_grows_and_never_shrinks() -> None:
    assert len(LIST) >= 60
    assert sorted(one.id for one in LIST) == sorted(FROZEN.split())


@pytest.mark.parametrize("mutant", LIST, ids=lambda mutant: mutant.id)
def test_a_fault_still_fits_where_it_is_to_be_made(mutant) -> None:
    text = mutant.apply(ROOT)
    assert mutant.before != mutant.after and mutant.says.endswith(".")
    compile(text, mutant.id, "exec")
    assert mutant.tests and all((ROOT / name.partition("::")[0]).is_file() for name in mutant.tests)


def test_a_fault_that_no_longer_fits_is_said() -> None:
    moved = MUTANTS.Mutant("moved", "It moved.", "mailgate.nowhere", "x", "y", ())
    twice = MUTANTS.Mutant("twice", "It stands twice.", LIST[0].module, "e", "y", ())
    for one in (moved, twice):
        with pytest.raises(MUTANTS.Unfit, match=one.id):
            one.apply(ROOT)


def test_a_fault_is_found_or_said_to_have_survived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a small project of its own: the same runner, no tests of ours."""
    for name in MUTANTS.ALONE:
        (tmp_path / "from" / name).mkdir(parents=True)
    for name in MUTANTS.FILES:
        (tmp_path / "from" / name).write_text("")
    (tmp_path / "from" / "mailgate" / "__init__.py").write_text("def double(n):\n    return n * 2  # twice\n")
    (tmp_path / "from" / "tests" / "test_it.py").write_text(
        "import mailgate\n\ndef test_it():\n    assert mailgate.double(2) == 4\n"
    )
    monkeypatch.setattr(MUTANTS, "ROOT", tmp_path / "from")
    monkeypatch.setenv("PYTEST_ADDOPTS", "")
    copy = MUTANTS.Copy(tmp_path / "copy")
    module, tests = "mailgate.__init__", ("tests/test_it.py",)
    cases = {
        "killed": MUTANTS.Mutant("a", "Three times.", module, "n * 2", "n * 3", tests),
        "survived": MUTANTS.Mutant("b", "Two and two are four.", module, "n * 2", "n + 2", tests),
        "unfit": MUTANTS.Mutant("c", "It cannot be read.", module, "def double", "def double(", tests),
    }
    for verdict, mutant in cases.items():
        assert copy.judge(mutant)[0] == verdict
    assert copy.test(tests)[0] == MUTANTS.PASSED  # put back as it was
