"""Rule files: every mistake beside its words, and what good ones become."""

from pathlib import Path

import pytest

from mailgate.core.model.mail import Address, Envelope, InboundMail
from mailgate.core.model.policy import Agent, Calendar, Department, Policy, Sla, TicketPolicy
from mailgate.core.model.ticket import Priority
from mailgate.core.rules.rule import Circumstances, match_mail, route_mail
from mailgate.errors import ConfigError
from mailgate.rulebook import load as rulebook

POLICY = Policy(
    "Acme",
    "acme.example",
    (
        Department("support", ("support@acme.example",), Address("support@acme.example")),
        Department("billing", ("billing@acme.example",), Address("billing@acme.example")),
    ),
    agents=(Agent(1, "anna", "anna@agents.example"), Agent(2, "gone", "gone@agents.example", active=False)),
    slas=(Sla("gold"),),
    calendars=(Calendar("office", "UTC", ((),) * 7),),
    tickets=TicketPolicy(tags=("refund", "vip")),
)
LAST = '\n[[rule]]\nname = "everything else"\n'


def folder(tmp_path: Path, *texts: str) -> Path:
    rules = tmp_path / "rules"
    rules.mkdir(exist_ok=True)
    for number, text in enumerate(texts, 1):
        (rules / f"{number}0.toml").write_text(text, encoding="utf-8")
    return rules


def load(tmp_path: Path, *texts: str) -> rulebook.Rulebook:
    return rulebook.load(folder(tmp_path, *texts), POLICY, {"ack", "vip"})


def problems(tmp_path: Path, *texts: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, *texts)
    return [str(problem).removeprefix(f"{tmp_path}/rules/") for problem in caught.value.problems]


MISTAKES = {
    "when.from = ['*@kauppa.example']": 'found "*@kauppa.example"; a whole domain is written "@kauppa.example"',
    "when.to = '*.kauppa.example'": 'a whole domain is written "@kauppa.example"',
    "when.reply_to = 'a*@kauppa.example'": "addresses are exact",
    "when.subjet = 'x'": "when.subjet: unknown condition 'subjet' (did you mean 'subject'?)",
    "when.subject = '('": "when.subject: bad pattern: missing ): (",
    "when.subject = '(?=x)'": "looking ahead and back is not possible here, `when.not` says what must not be there",
    "when.subject = '(?<!x)y'": "looking ahead and back is not possible here",
    "when.subject = '(a)\\1'": "a pattern cannot refer back to its own groups here",
    "when.subject = 'a{1001}'": "bad pattern: invalid repetition size: {1001}",
    "when.subject = '((a{100}){100}){100}'": "bad pattern",
    "when.subject = ''": "this is to be text in quotes",
    "when.subject = 5": 'this is to be text in quotes, or a list like ["a", "b"]',
    "when.subject = []": "this is to be text in quotes, or a list",
    "when.body = '\\bēka'": "\\b knows ASCII letters only and fails beside this one; use `words`",
    "when.body = 'yö\\b'": "use `words`, which knows all letters",
    "when.body = 'y[äö]+\\b'": "use `words`",
    "when.body = '(?:talo|yö)\\b'": "use `words`",
    "when.not.body = '\\b(?:äiti|isä)'": "when.not.body: \\b knows ASCII letters only",
    "when.words = ['a*b']": 'when.words: found "a*b"; a `*` may stand only at the end',
    "when.words = ['--']": 'when.words: found "--"; there is no word in it',
    "when.to = ['acme.example']": 'when.to: found "acme.example"; addresses are exact like',
    "when.from = ['/^a/']": 'when.from: found "/^a/"; addresses are exact',
    "when.size = '5MB'": 'when.size: a size is compared, like ">5MB" or "<=100KB"',
    "when.size = 5": "when.size: a size is compared",
    "when.spam.score = '>5MB'": 'when.spam.score: a score is compared, like ">=5", or a number',
    "when.spam = 'yes'": "when.spam: this is to be true or false",
    "when.spam = { scor = 5 }": "unknown condition 'scor' (did you mean 'score'?)",
    "when.customer.agent = 'ana'": "when.customer.agent: there is no agent 'ana' (did you mean 'anna'?)",
    "when.customer.known = 'yes'": "when.customer.known: this is to be true or false",
    "when.customer.tier = 5": "when.customer.tier: this is to be text in quotes",
    "when.customer = 'gold'": "when.customer: ",
    "when.language = 'xx'": "when.language: there is no language 'xx'; there are: en, fi, pl, lv",
    "when.hours = 'ofice'": "when.hours: there is no calendar 'ofice' (did you mean 'office'?)",
    "when.ticket.status = 'closed'": "when.ticket.status: there is no status 'closed'",
    "when.ticket.department = 'suport'": "(did you mean 'support'?)",
    "when.header.'X Y' = 'a'": '"X Y" is no name of a header',
    "when.not.not.new = true": "unknown condition 'not'",
    "when = 5": "when: this is to be a table of keys",
    "when.not = 'from'": "when.not: this is to be a table of keys",
    "then.departmnt = 'support'": "then.departmnt: unknown action 'departmnt' (did you mean 'department'?)",
    "then.department = 'suport'": "then.department: there is no department 'suport' (did you mean 'support'?)",
    "then.priority = 'hihg'": "then.priority: there is no priority 'hihg' (did you mean 'high'?)",
    "then.tags = ['refnd']": "then.tags: there is no tag 'refnd' (did you mean 'refund'?)",
    "then.tags = ['two words']": 'then.tags: found "two words"; a tag is one word',
    "then.assign = 'ana'": "then.assign: there is no agent 'ana' (did you mean 'anna'?)",
    "then.assign = 'gone'": "then.assign: there is no agent 'gone'",
    "then.sla = 'gld'": "then.sla: there is no SLA 'gld' (did you mean 'gold'?)",
    "then.language = 'fin'": "then.language: there is no language 'fin' (did you mean 'fi'?)",
    "then.ack = 'vpi'": "then.ack: there is no template 'vpi' (did you mean 'vip'?)",
    "then.ack = true": "then.ack: this is to be a template's name, or false for no acknowledgement",
    "then.fields.Order = 'x'": '"Order" is no name of a field; names are like order or customer_id',
    "then.fields.order = '('": "then.fields.order: bad pattern",
    "then.fields = 'x'": "then.fields: this is to be a table of keys",
    "then.requester = '(.*)'": "then.requester: needs an exact when.from: anybody could say who they are otherwise",
    "then.call = '('": "then.call: bad pattern",
    "then.notify = ['ana']": "then.notify: there is no agent 'ana'",
    "then.forward = ['anna']": 'then.forward: found "anna"; an address is like "ann@acme.example"',
    "then.note = ' '": "then.note: this is to be text in quotes",
    "then.drop = true": "then.drop: dropping needs a reason",
    "then.drop = ''": "then.drop: dropping needs a reason",
    "then.park = true": "then.park: parking needs a reason",
    "then.drop = 'x'\nthen.park = 'y'": "then.park: a mail cannot be dropped and parked at once",
    "then.drop = 'x'\nthen.continue = true": "then.continue: drop and park end it",
    "then.continue = 1": "then.continue: this is to be true or false",
    "thn.department = 'support'": "thn: unknown key 'thn' (did you mean 'then'?)",
    "test = 5": "test: tests are written [[rule.test]], in double brackets",
    "[[rule.test]]\nmail = {}": "test.expect: this is to be a table of keys",
    "[[rule.test]]\nmail = {}\nexpect = {}": "test: a test without `expect` proves nothing",
    "[[rule.test]]\nmail = { form = 'a@b.c' }\nexpect = { drop = false }": "unknown key of a test's mail 'form' (did you",
    "[[rule.test]]\nmail = { spam = 1 }\nexpect = { drop = false }": "test.mail.spam: this is to be true or false",
    "[[rule.test]]\nmail = {}\nexpect = { departmen = 'x' }": "unknown expectation 'departmen' (did you mean 'department'?)",
    "[[rule.test]]\nmail = {}\nexpect = { department = 'x' }": "test.expect.department: there is no department 'x'",
}  # fmt: skip


@pytest.mark.parametrize("text, expected", MISTAKES.items())
def test_g02_a_mistake_in_a_rule_is_named_with_rule_key_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    found = problems(tmp_path, f'[[rule]]\nname = "bad"\n{text}\n', LAST)
    assert any(problem.startswith("10.toml:") and "rule 'bad'" in problem and expected in problem for problem in found)


def test_g02_all_problems_of_all_files_come_at_once_with_their_lines(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        '# a comment\n[[rule]]\nname = "a"\nwhen.subject = """\n(\n"""\nthen.department = "suport"\n\n[[rule]]\nthen.x = 1\n',
        "[[rule]\n",
        'rul = 1\n[rule]\nname = "x"\n',
        '[[rule]]\nname = "a"\nwhen.new = true\n',
    )
    places = [problem.split(" ")[0].rstrip(":") for problem in found]
    numbers = "10:4 10:7 10:9 10:10 20:1 30:1 30:2 40:1 40:1 40:2"
    assert places == [place.replace(":", ".toml:") for place in numbers.split()]
    assert "this name is taken by the rule at" in found[-1]


def test_an_unconditional_last_rule_is_required(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '[[rule]]\nname = "a"\nwhen.new = true\n')
    assert problem == "10.toml:1: rule 'a': the last rule must be without conditions, so that every mail has its place"


def test_a_rule_behind_an_unconditional_one_is_an_error(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, LAST, '[[rule]]\nname = "late"\n')
    assert problem.startswith("20.toml:1: rule 'late': is never reached: rule 'everything else' (")


def test_a_rule_that_an_earlier_one_always_precedes_is_a_warning(tmp_path: Path) -> None:
    first = '[[rule]]\nname = "a"\nwhen.from = ["x@y.example", "z@y.example"]\n'
    second = '[[rule]]\nname = "b"\nwhen.from = ["z@y.example", "x@y.example"]\nwhen.new = true\n'
    (warning,) = load(tmp_path, first, second, LAST).warnings
    assert "rule 'b': is never reached: rule 'a'" in str(warning)
    assert load(tmp_path, second, first, LAST).warnings == ()
    assert load(tmp_path, first + "then.continue = true\n", second, LAST).warnings == ()


@pytest.mark.parametrize("action", ["notify", "forward"])
def test_g08_a_rule_sends_nothing_to_an_inbound_address(tmp_path: Path, action: str) -> None:
    text = f'[[rule]]\nname = "loop"\nthen.{action} = ["Billing+x@Acme.Example"]\n'
    assert any("is an inbound address of department billing" in problem for problem in problems(tmp_path, text))


def test_a_contact_form_is_asked_before_the_circumstances_are_known(tmp_path: Path) -> None:
    text = '[[rule]]\nname = "f"\nwhen.from = ["f@x.example"]\nwhen.new = true\nthen.requester = "reply-to"\n'
    (problem,) = problems(tmp_path, text, LAST)
    assert "is asked before when.new can be known" in problem
    (problem,) = problems(tmp_path, text.replace("f@x", "@x").replace("when.new = true\n", ""), LAST)
    assert "needs an exact when.from" in problem


@pytest.mark.parametrize(
    "prepare, expected",
    [
        (lambda rules: (rules / "20.toml").write_bytes(b""), "20.toml: is empty"),
        (lambda rules: (rules / "20.toml").mkdir(), "20.toml: is a folder, not a file"),
        (lambda rules: (rules / "20.toml").symlink_to("20.toml"), "20.toml: cannot be read: Too many levels"),
        (lambda rules: (rules / "20.toml").write_text('[[rule]]\nname = "x'), "20.toml: Unterminated string"),
        (lambda rules: (rules / "20.toml").write_bytes(b"# \xff"), "20.toml:1: is not UTF-8 text"),
    ],
    ids=["empty", "folder", "loop", "half", "bytes"],
)
def test_g03_a_rule_file_that_cannot_be_used_is_an_error_and_not_no_rules(
    tmp_path: Path, prepare, expected: str
) -> None:
    rules = folder(tmp_path, LAST)
    prepare(rules)
    with pytest.raises(ConfigError) as caught:
        rulebook.load(rules, POLICY)
    assert [expected in str(problem) for problem in caught.value.problems] == [True]


def test_g03_a_missing_or_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such folder"):
        rulebook.load(tmp_path / "rules", POLICY)
    with pytest.raises(ConfigError, match="there are no rules"):
        rulebook.load(folder(tmp_path), POLICY)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be read: Not a directory"):
        rulebook.load(tmp_path / "file", POLICY)


def test_files_that_editors_leave_behind_are_no_rules(tmp_path: Path) -> None:
    rules = folder(tmp_path, LAST)
    for name in (".10.toml.swp", "10.toml~", ".#10.toml", "10.toml.bak", "README"):
        (rules / name).write_text("[[[")
    assert len(rulebook.load(rules, POLICY).rules) == 1


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(.*a){50}", "(?i)(x+x+)+y"])
def test_g10_a_pattern_that_would_run_for_ever_elsewhere_does_not_here(tmp_path: Path, pattern: str) -> None:
    book = load(tmp_path, f"[[rule]]\nname = 'bomb'\nwhen.body = '{pattern}'\n", LAST)
    mail = InboundMail(Envelope("", ()), 1, "", None, text="a" * 60_000 + "!x" * 2_000)
    found = route_mail(
        book.rules, match_mail(book.rules, mail), Circumstances()
    )  # backtracking, it would outlive the timeout
    assert found.broken is None and found.trace[0].name == "bomb"


def test_g10_a_pattern_may_not_be_longer_than_a_thousand_characters(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"[[rule]]\nname = 'long'\nwhen.body = '{'a' * 1001}'\n", LAST)
    assert "a pattern has at most 1000 characters, this has 1001" in problem


@pytest.mark.parametrize("pattern", [r"\\bēka", r"\bword\b", r"a\bé", r"[a-z]\b[,ä]"])
def test_a_boundary_beside_ascii_is_welcome(tmp_path: Path, pattern: str) -> None:
    fine = pattern in (r"\\bēka", r"\bword\b")
    text = f"[[rule]]\nname = 'b'\nwhen.body = '{pattern}'\n"
    if fine:
        load(tmp_path, text, LAST)
    else:
        assert "use `words`" in problems(tmp_path, text, LAST)[0]


def test_f10_digits_are_ascii_digits(tmp_path: Path) -> None:
    book = load(tmp_path, "[[rule]]\nname = 'f10'\nwhen.subject = '^\\d+$'\n", LAST)
    for subject, hit in [("1042", "f10"), ("١٠٤٢", "everything else")]:
        mail = InboundMail(Envelope("", ()), 1, "", None, subject=subject)
        assert route_mail(book.rules, match_mail(book.rules, mail), Circumstances()).rule == hit


FULL = """\
[[rule]]
name = "everything"
when.to = ["billing@acme.example"]
when.words = ["lasku*", "faktur*"]
when.header.X-Form = "yes"
when.spam.score = "<5"
when.size = "<10MB"
when.hours = "office"
when.not.from = ["@partner.example"]
when.not.has_attachment = true
when.not.ticket.status = ["solved"]
then.department = "billing"
then.priority = "high"
then.tags = ["refund"]
then.assign = "least-busy"
then.sla = "gold"
then.language = "fi"
then.ack = "vip"
then.notify = ["lead", "anna", "boss@ops.example"]
then.forward = "archive@ops.example"
then.note = "Look twice."
then.fields.order = '(?i)order (\\d+)'
"""


def test_a_rule_with_everything(tmp_path: Path) -> None:
    rule = load(tmp_path, FULL, LAST).rules[0]
    assert [condition.name for condition in (*rule.mail, *rule.circumstances)] == [
        "when.to", "when.words", "when.header.x-form", "when.spam.score", "when.size", "when.not.from",
        "when.not.has_attachment", "when.hours", "when.not.ticket.status",
    ]  # fmt: skip
    then = rule.then
    assert (then.department, then.priority, then.assign, then.sla) == ("billing", Priority.HIGH, "least-busy", "gold")
    assert (then.tags, then.language, then.ack, then.note) == (("refund",), "fi", "vip", "Look twice.")
    assert (then.notify, then.forward) == (("lead", "anna", "boss@ops.example"), ("archive@ops.example",))
    assert rule.line == 1 and rule.file.endswith("10.toml")


TEST = """\
[[rule.test]]
mail = { to = "billing@acme.example", subject = "Laskutus", body = "Order 12", headers = { X-Form = "yes" }, \
spam_score = 1, hours = "office" }
expect = { rule = "everything", department = "billing", tags = ["refund"], fields = { order = "12" }, ack = "vip", \
notify = ["anna", "boss@ops.example", "lead"], note = true, drop = false, park = "", sla = "gold", language = "fi" }
"""


def test_a_test_in_the_file_passes(tmp_path: Path) -> None:
    book = load(tmp_path, FULL + TEST, LAST)
    assert rulebook.run_tests(book, POLICY) == []


@pytest.mark.parametrize(
    "mail, expect, words",
    [
        (
            "",
            'department = "billing"',
            'expected department = "billing", got "support" (decided by rule \'everything else\')',
        ),
        ("", 'priority = "high"', 'expected priority = "high", got nothing'),
        ("", 'tags = ["refund"]', 'expected tags = ["refund"], got []'),
        ("", "ack = false", "expected ack = false, got true"),
        ("", 'fields = { order = "1" }', 'expected fields = {order = "1"}, got {}'),
        ("", "drop = true", "expected drop = true, got nothing"),
        ("", 'rule = "everything"', 'expected rule = "everything", got "everything else"'),
        ('to = "billing@acme.example"', 'department = "support"', 'expected department = "support", got "billing"'),
    ],
)
def test_a_test_in_the_file_that_fails_says_what_was_expected_and_who_decided(
    tmp_path: Path, mail: str, expect: str, words: str
) -> None:
    book = load(tmp_path, FULL, f"{LAST}[[rule.test]]\nmail = {{ {mail} }}\nexpect = {{ {expect} }}\n")
    (problem,) = rulebook.run_tests(book, POLICY)
    assert str(problem).startswith(f"{tmp_path}/rules/20.toml:4: rule 'everything else': test: {words}")


def test_the_circumstances_of_a_test_come_from_its_mail(tmp_path: Path) -> None:
    rules = "".join(
        f'[[rule]]\nname = "{name}"\nwhen.{name} = {value}\n[[rule.test]]\nmail = {{ {mail} }}\nexpect = {{ rule = "{name}" }}\n'
        for name, value, mail in [
            ("automatic", "true", 'headers = { Auto-Submitted = "auto-replied" }'),
            ("agent", "true", 'from = "Anna <anna@agents.example>"'),
            ("authenticated", "true", "authenticated = true"),
            ("ticket.status", '"solved"', 'ticket = { status = "solved" }'),
            ("ticket.department", '"billing"', 'ticket = { department = "billing" }'),
            ("hours", '"office"', 'hours = ["office"]'),
            ("language", '"fi"', 'language = "fi"'),
            ("reply_to", '"@r.example"', 'reply_to = "x@r.example"'),
            ("attachment", '["*.pdf", "image/*"]', 'attachments = ["image/png"]'),
            ("spam.score", "5", "spam_score = 5.5"),
            ("spam", "true", "spam = true"),
            ("program", '["shop", "crm"]', 'program = "crm"'),
            ("size", '">1MB"', "size = 2000000"),
            ("body", '"needle"', 'body = "hay needle"'),
            ("to", '"cc@acme.example"', 'cc = "cc@acme.example"'),
            ("new", "true", ""),
        ]
    )
    assert rulebook.run_tests(load(tmp_path, rules, LAST), POLICY) == []


def test_a_test_may_say_that_an_agent_wrote_without_naming_one(tmp_path: Path) -> None:
    rules = '[[rule]]\nname = "ours"\nwhen.agent = true\n' + "".join(
        f'[[rule.test]]\nmail = {{ {mail} }}\nexpect = {{ rule = "{name}" }}\n'
        for mail, name in [
            ("agent = true", "ours"),
            ("agent = false", "everything else"),
            ('agent = false, from = "anna@agents.example"', "everything else"),
        ]
    )
    assert rulebook.run_tests(load(tmp_path, rules, LAST), POLICY) == []


def test_two_hundred_rules_are_read(tmp_path: Path) -> None:
    rules = "".join(
        f'[[rule]]\nname = "r{n}"\nwhen.to = ["r{n}@acme.example"]\nwhen.words = ["w{n}*"]\nwhen.subject = \'(?i)s{n}\\b\'\n'
        f"then.department = \"billing\"\nthen.fields.order = 'o{n} (\\d+)'\n"
        for n in range(200)
    )
    assert len(load(tmp_path, rules, LAST).rules) == 201
