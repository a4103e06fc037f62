"""Every way mailgate.toml can be wrong, beside the words the admin gets."""

from datetime import date
from pathlib import Path

import pytest

from mailgate.config import load as config
from mailgate.config.tree import Config
from mailgate.errors import ConfigError

TODAY = date(2026, 11, 22)
GOOD = """\
[gateway]
admin = "admin@ops.example"
[[outgoing]]
name = "relay"
host = "smtp.acme.example"
[[department]]
name = "support"
addresses = ["support@acme.example"]
[[agent]]
name = "anna"
address = "anna@agents.example"
"""


def problems(tmp_path: Path, text: str, **env: str) -> list[str]:
    path = tmp_path / "mailgate.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        config.load(path, env=env, today=TODAY)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in caught.value.problems if not problem.warning]


def loaded(tmp_path: Path, text: str, **env: str) -> Config:
    path = tmp_path / "mailgate.toml"
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return config.load(path, env=env, today=TODAY)


def test_the_good_file_of_this_table_is_good(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD).warnings == ()


TABLE = {
    "unknown key": ('[smtp]\nlisen = ":25"', "smtp.lisen: unknown key (did you mean 'listen'?)"),
    "unknown key, nothing near": ("[log]\nqqq = 1", "log.qqq: unknown key; allowed: level, format"),
    "unknown section": ("[smpt]\nx = 1", "smpt: unknown key (did you mean 'smtp'?)"),
    "wrong type": ("[smtp]\nmax_recipients = '5'", 'smtp.max_recipients: found "5"; this is to be a whole number'),
    "truth for a number": ("[smtp]\nmax_recipients = true", "smtp.max_recipients: found true; this is to be a whole"),
    "number for truth": ("[rules]\nreload = 1", "rules.reload: found 1; this is to be true or false"),
    "table for a list": ("department = 5", "department: found 5; this is to be a list"),
    "bad choice": ('[log]\nlevel = "dbug"', 'log.level: found "dbug"; allowed: debug, info, warning, error (did you'),
    "out of range": ("[limits]\nnesting = 0", "limits.nesting: found 0; input should be greater than or equal to 1"),
    "size": ('[smtp]\nmax_size = "25 megs"', 'smtp.max_size: found "25 megs"; a size is a number with B, KB, MB or GB'),
    "duration": ('[smtp]\ntimeout = "5 minutes"', "smtp.timeout: found \"5 minutes\"; a duration is a number with s, m"),
    "duration without quotes": ("[smtp]\ntimeout = 5", "smtp.timeout: found 5; is to be text in quotes"),
    "listener": ('[smtp]\nlisten = "8025"', 'smtp.listen: found "8025"; a listener is a host and port'),
    "listener out of range": ('[smtp]\nlisten = "h:99999"', 'smtp.listen: found "h:99999"; a listener is a host'),
    "network": ('[smtp]\ntrusted_networks = ["10.0.0.0/33"]', 'trusted_networks[1]: found "10.0.0.0/33"; a network'),
    "tls key alone": ('[smtp]\ntls_cert = "nowhere.pem"', "smtp.tls_cert: tls_cert and tls_key belong together"),
    "certificate is missing": ('[smtp]\ntls_cert = "no.pem"\ntls_key = "no.pem"', "no.pem: there is no such file"),
    "submission in the clear": ('[submission]\nlisten = "127.0.0.1:587"', "submission.listen: passwords are taken over"),
    "two listeners in one place": ('[lmtp]\nlisten = "127.0.0.1:8025"', "lmtp.listen: 127.0.0.1:8025 is taken by [smtp]"),
    "digest time": ('[digest]\nat = "25:00"', 'digest.at: found "25:00"; a time of day is like "08:30"'),
    "digest reader": ('[digest]\nto = ["agents", "ana"]', "digest.to: there is no agent \"ana\" (did you mean 'anna'?)"),
    "tag without a number": ('[tickets]\ntag = "[#]"', 'tickets.tag: found "[#]"; a tag is text around one {number}'),
    "tag of a number alone": ('[tickets]\ntag = "{number}"', "tickets.tag: found \"{number}\"; a tag is text around"),
    "tag with odd braces": ('[tickets]\ntag = "[#{number]"', "tickets.tag: found"),
    "privacy notice": ('[gateway]\nprivacy = "acme.example/privacy"', 'gateway.privacy: found "acme.example/privacy"; give a page'),
    "survey": ('[letters]\nsurvey = "yes"', 'letters.survey: found "yes"; allowed: true, false, or a form'),
    "survey of another type": ("[letters]\nsurvey = 5", "letters.survey: found 5; this is to be true or false"),
    "time between surveys": ('[letters]\nsurvey_every = "monthly"', 'letters.survey_every: found "monthly"; a duration is a'),
    "link": ('[letters.links]\norder = "javascript:{x}"', "letters.links.order: a link is an address with {names}"),
    "border of nothing": ("[[identity.border]]", "identity.border[1]: a border is either id = "),
    "store": ('[store]\nurl = "postgres://x"', 'store.url: found "postgres://x"; allowed: "sqlite"'),
    "alias of nothing": ('[commands.aliases]\ntehty = "sovle"', "commands.aliases.tehty: there is no command \"sovle\" (did you"),
    "alias that is a command": ('[commands.aliases]\ntake = "solve"', 'aliases.take: "take" is the name of another'),
    "forwards: to ourselves": ('[forwards]\nus = "support@acme.example"', "forwards.us: support@acme.example is an inbound address of department support"),
    "forwards: to an agent": ('[forwards]\nher = "anna@agents.example"', "forwards.her: anna@agents.example is agent anna's own address: #assign or #ask"),
    "forwards: no address": ('[forwards]\nbilling = "books"', 'forwards.billing: found "books"; an address is like'),
    "forwards: two words": ('[forwards]\n"the books" = "ap@books.example"', "a name is one word of letters"),
    "forwards: the same name twice": ('[forwards]\nbooks = "ap@books.example"\nBOOKS = "x@books.example"', '"BOOKS" and "books" are the same name to #forward'),
    "forwards: an agent's name": ('[forwards]\nanna = "ap@books.example"', 'an agent is called "anna": #forward anna would seem to write to them; take'),
    "alias that is no word": ('[commands.aliases]\n"1" = "solve"', 'aliases.1: "1" is no word for a command'),
    "control characters": ('[gateway]\nname = "a\\r\\nBcc: x"', "gateway.name: found"),
    "domain": ('[gateway]\ndomain = "a b"', 'gateway.domain: found "a b"; a domain is like "acme.example"'),
    "time zone": ('[gateway]\ntimezone = "Europe/Helsinky"', 'gateway.timezone: found "Europe/Helsinky"; there is no'),
    "time zone with dots": ('[gateway]\ntimezone = "../../etc/passwd"', "gateway.timezone: found"),
    "pilot to nobody": ('[gateway]\nmode = "pilot"', 'gateway.mode: mode "pilot" needs pilot_to'),
    "short key": ('[identity]\nkeys = "short"', "identity.keys: a signing key in it is shorter than 32 bytes"),
    "calendar without hours": ('[[calendar]]\nname = "x"', 'calendar[1]: has no hours: write monday = "09:00-17:00"'),
    "hours backwards": ('[[calendar]]\nname = "x"\nmonday = "17-9"', "calendar[1].monday: found \"17-9\"; hours are written with their minutes"),
    "night": ('[[calendar]]\nname = "x"\nmonday = "22:00-06:00"', "monday: found \"22:00-06:00\"; hours must end after"),
    "overlap": ('[[calendar]]\nname = "x"\nmonday = "8:00-12:00,11:00-13:00"', "two spans of a day overlap"),
    "country": ('[[calendar]]\nname = "x"\nmonday = "8:00-12:00"\nholidays = "XX"', "holidays: no holidays are known for"),
    "region": ('[[calendar]]\nname = "x"\nmonday = "8:00-12:00"\nholidays = "DE-XX"', "DE has no region 'XX'; allowed: DE-BB"),
    "date": ('[[calendar]]\nname = "x"\nmonday = "8:00-9:00"\nclosed = ["24.12."]', 'closed[1]: found "24.12."; a date is'),
    "step": ('[[sla]]\nname = "x"\nescalate = [{at = 0}]', "sla[1].escalate[1].at: found 0; a share of the time"),
    "step without a time": ('[[sla]]\nname = "x"\nescalate = [{notify = "lead"}]', "sla[1].escalate[1].at: is missing"),
    "step to nobody": ('[[sla]]\nname = "x"\nescalate = [{at = 1, notify = "boss"}]', 'notify: there is no agent "boss"'),
    "department: language": ('[[department]]\nname = "x"\naddresses = ["x@acme.example"]\nlanguage = "xx"', "allowed: en, fi, pl, lv"),
    "language for letters: read by nobody": ('[gateway]\nlanguage_for = { xx = "en" }', "gateway.language_for.xx: "),
    "language for letters: written by nobody": ('[gateway]\nlanguage_for = { ru = "uk" }', 'gateway.language_for.ru: found "uk"; allowed: en, fi, pl, lv'),
    "department: no address": ('[[department]]\nname = "x"\naddresses = []', "department[2].addresses: list should have"),
    "department: two words": ('[[department]]\nname = "it desk"\naddresses = ["x@acme.example"]', "a name is one word"),
    "department: of another": ('[[department]]\nname = "x"\naddresses = ["SUPPORT@Acme.Example"]', "belongs to department support already"),
    "department: unknown names": (
        '[[department]]\nname = "x"\naddresses = ["x@acme.example"]\nsla = "s"\ncalendar = "c"\nlead = "l"\noutgoing = "o"',
        'there is no SLA "s"; there is no SLA at all',
        'there is no calendar "c"; there is no calendar at all',
        "there is no agent \"l\"",
        'there is no relay "o"; there are: relay',
    ),
    "agent: calendar": ('[[agent]]\nname = "bo"\naddress = "b@a.example"\ncalendar = "alwys"', "(did you mean 'always'?)"),
    "agent: unknown department": ('[[agent]]\nname = "bo"\naddress = "b@a.example"\ndepartments = ["suport"]', "(did you mean 'support'?)"),
    "a deputy nobody knows": (
        '[[department]]\nname = "x"\naddresses = ["x@acme.example"]\ndeputy = "d"',
        'department[2].deputy: there is no agent "d"',
    ),
    "a lead who is their own deputy": (
        '[[department]]\nname = "x"\naddresses = ["x@acme.example"]\nlead = "anna"\ndeputy = "anna"',
        "department[2].deputy: the lead cannot stand in for themselves",
    ),
    "agent: a language nobody tells apart": (
        '[[agent]]\nname = "bo"\naddress = "b@a.example"\nspeaks = ["lv", "russian"]',
        'agent[2].speaks[2]: found "russian"; allowed: en, fi, pl, lv',
    ),
    "agent: reserved name": ('[[agent]]\nname = "lead"\naddress = "b@a.example"', "'lead' means something else"),
    "agent: name is taken": ('[[agent]]\nname = "Anna"\naddress = "b@a.example"', '"Anna" is taken by the [[agent]] at line 10'),
    "agent: address is taken": ('[[agent]]\nname = "bo"\naddress = "ANNA@agents.example"', "belongs to agent anna already"),
    "agent: not ASCII": ('[[agent]]\nname = "bo"\naddress = "bö@a.example"', "is not plain ASCII: it could never prove"),
    "agent: a list of addresses": ('[[agent]]\nname = "bo"\naddress = "a@b.example, c@d.example"', "an address is like"),
    "imap: not ours": ('[[imap]]\nname="m"\naddress="suport@acme.example"\nhost="h"\nuser="u"\npassword="x"', "(did you mean 'support@acme.example'?)"),
    "imap: no way in": ('[[imap]]\nname="m"\naddress="support@acme.example"\nhost="h"\nuser="u"', "one of password, token_command and oauth"),
    "imap: two ways in": ('[[imap]]\nname="m"\naddress="support@acme.example"\nhost="h"\nuser="u"\npassword="x"\noauth="google"\nclient_id="c"', "only one of password and oauth can be used"),
    "imap: oauth of nobody": ('[[imap]]\nname="m"\naddress="support@acme.example"\nhost="h"\nuser="u"\noauth="google"', "needs client_id"),
    "outgoing: no host": ('[[outgoing]]\nname = "x"', "outgoing[2].host: a relay needs a host"),
    "outgoing: rate": ('[[outgoing]]\nname = "x"\nhost = "h"\nrate = "fast"', 'rate: found "fast"; a rate is like "30/min"'),
    "outgoing: envelope": ('[[outgoing]]\nname = "x"\nhost = "h"\nenvelope = "<>"', "outgoing[2].envelope: an address is like"),
    "outgoing: password in the clear": ('[[outgoing]]\nname = "x"\nhost = "h"\ntls = "none"\nuser = "u"\npassword = "p"', "the password would cross the network"),
    "outgoing: verp": ('[identity]\nsubaddress = ""\n[[outgoing]]\nname = "x"\nhost = "h"\nenvelope = "verp"', "verp needs plus-addresses"),
    "secret is not there": ('[[outgoing]]\nname = "x"\nhost = "h"\nuser = "u"\npassword = "env:NOPE"', "the environment has no variable NOPE"),
    "auto is for keys": ('[[outgoing]]\nname = "x"\nhost = "h"\nuser = "u"\npassword = "auto"', '"auto" is for [identity] keys alone'),
}  # fmt: skip


@pytest.mark.parametrize("text, expected", [(t, e) for t, *e in TABLE.values()], ids=TABLE)
def test_a_mistake_is_named_with_its_key_and_remedy(tmp_path: Path, text: str, expected: list[str]) -> None:
    found = problems(tmp_path, _joined(text))
    for words in expected:
        assert any(words in problem for problem in found), found


def _joined(text: str) -> str:
    """The good file with a further piece; a section it has already is continued, a top-level key goes first."""
    if not text.startswith("["):
        return f"{text}\n{GOOD.split('[[department]]', maxsplit=1)[0]}"
    head, _, rest = text.partition("\n")
    if head == "[gateway]":
        return GOOD.replace("[gateway]\n", f"[gateway]\n{rest}\n", 1)
    return f"{GOOD}{text}\n"


def test_g02_all_problems_come_at_once_each_with_its_line(tmp_path: Path) -> None:
    text = """\
[gateway]
mode = "lve"
naem = "x"

[[department]]
name = "support"
addresses = [
  "support@acme.example",  # [ not a bracket that counts
]
sla = "gld"

[[agent]]
nmae = "bo"
departments = ["suport"]

[[agent]]
name = "anna"
address = "nonsense"

[[sla]]
name = "gold"
[[sla.escalate]]
at = 1.0
notify = "ana"
"""
    found = problems(tmp_path, text)
    assert [problem.split(":")[1] for problem in found] == ["2", "3", "10", "12", "12", "13", "14", "18", "24"]
    assert found[-1] == "mailgate.toml:24: sla[1].escalate[1].notify: there is no agent \"ana\" (did you mean 'anna'?)"


def test_no_department_is_a_problem_of_its_own_and_hides_no_other(tmp_path: Path) -> None:
    found = problems(tmp_path, '[log]\nlevel = "x"\n[gateway]\nmode = "watch"\n')
    assert "mailgate.toml: department: there is no [[department]]: at least one is needed" in found
    assert any(problem.startswith("mailgate.toml:2: log.level") for problem in found)


@pytest.mark.parametrize(
    "text, key",
    [
        ('[[agent]]\nname = "bo"\naddress = "support@acme.example"', "agent[2].address"),
        ('[[agent]]\nname = "bo"\naddress = "support+bo@acme.example"', "agent[2].address"),
        ('[[agent]]\nname = "bo"\naddress = "b@a.example"\naliases = ["Support@ACME.example"]', "agent[2].aliases"),
        ('[[sla]]\nname = "x"\nescalate = [{at = 1, notify = "support@acme.example"}]', "sla[1].escalate[1].notify"),
        ('[digest]\nto = ["support@acme.example"]', "digest.to"),
        ('[gateway]\npilot_to = ["support@acme.example"]', "gateway.pilot_to"),
    ],
)
def test_g08_no_letter_of_ours_may_come_back_in_by_an_inbound_address(tmp_path: Path, text: str, key: str) -> None:
    found = problems(tmp_path, _joined(text))
    assert any(f"{key}: " in problem and "is an inbound address of department support" in problem for problem in found)


@pytest.mark.parametrize(
    "listen, host, port",
    [
        ("127.0.0.1:8025", "localhost", 8025),
        ("127.0.0.1:8025", "127.0.0.1", 8025),
        ("127.0.0.1:8025", "127.0.0.2", 8025),
        ("0.0.0.0:2525", "127.0.0.1", 2525),
        ("[::]:2525", "::1", 2525),
        ("[::1]:2525", "localhost", 2525),
        ("mx.acme.example:25", "MX.acme.example.", 25),
    ],
)
def test_g08_a_relay_that_is_our_own_listener_is_refused(tmp_path: Path, listen: str, host: str, port: int) -> None:
    text = GOOD.replace('host = "smtp.acme.example"', f'host = "{host}"\nport = {port}\ntls = "none"')
    found = problems(tmp_path, f'{text}[smtp]\nlisten = "{listen}"\n')
    assert any("is our own listener" in problem for problem in found)


def test_g08_another_port_of_this_machine_is_no_loop(tmp_path: Path) -> None:
    text = GOOD.replace('host = "smtp.acme.example"', 'host = "localhost"\nport = 25\ntls = "none"')
    assert loaded(tmp_path, text).outgoing[0].port == 25


@pytest.mark.parametrize("listen", ["127.0.0.1:25", "0.0.0.0:25", "[::1]:25"])
def test_g16_lmtp_on_port_25_is_refused(tmp_path: Path, listen: str) -> None:
    found = problems(tmp_path, f'{GOOD}[lmtp]\nlisten = "{listen}"\n')
    assert any("LMTP may not be spoken on port 25" in problem for problem in found)


@pytest.mark.parametrize("mode", ["live", "pilot"])
def test_a_gateway_that_sends_must_have_a_way_out(tmp_path: Path, mode: str) -> None:
    text = GOOD.replace('[[outgoing]]\nname = "relay"\nhost = "smtp.acme.example"\n', f'mode = "{mode}"\n')
    assert any("there is no way out: add [[outgoing]]" in problem for problem in problems(tmp_path, text))
    loaded(tmp_path, text.replace(f'"{mode}"', '"watch"'))


def test_the_sender_customers_see_should_come_back_to_us(tmp_path: Path) -> None:
    text = GOOD.replace('name = "support"\n', 'name = "support"\nfrom = "Acme <hello@acme.example>"\n')
    (warning,) = loaded(tmp_path, text).warnings
    assert str(warning).endswith("answers go to hello@acme.example, which is no department's inbound address")


@pytest.mark.parametrize(
    ("nudge", "solve_after", "doubted"),
    [
        ("4d", "10d", False),
        ("10d", "10d", True),
        ("6d", "2d", True),
        ("6d", "", False),
        ("", "2d", False),
        ("0s", "2d", False),
    ],
)
def test_a_customer_who_is_let_go_before_they_are_asked_is_doubted(
    tmp_path: Path, nudge: str, solve_after: str, doubted: bool
) -> None:
    pauses = f'name = "support"\nnudge = "{nudge}"\nsolve_after = "{solve_after}"\n'
    warnings = loaded(tmp_path, GOOD.replace('name = "support"\n', pauses)).warnings
    assert [".nudge: nobody is asked before solve_after" in str(one) for one in warnings] == [True] * doubted


@pytest.mark.parametrize("accept", ["pass", "token+pass"])
def test_p_a_pass_that_nobody_can_give_is_doubted(tmp_path: Path, accept: str) -> None:
    """S-09: `check` said all was well of a desk where every agent's mail, and every "yes" to a question, would park."""
    text = f'{GOOD}[identity]\naccept = "{accept}"\n'
    (warning,) = loaded(tmp_path, text).warnings
    assert "identity.accept:" in str(warning) and "add [[identity.border]], or [submission]" in str(warning)
    assert loaded(tmp_path, f'{text}[[identity.border]]\nid = "mx.acme.example"\n').warnings == ()
    listening = f'{text}[submission]\nlisten = "127.0.0.1:0"\n'
    for said, extra in ((True, ""), (False, 'password = "env:ANNA"\n')):
        with pytest.raises(ConfigError) as caught:  # there is no certificate, which is another matter
            loaded(
                tmp_path, listening.replace('@agents.example"\n', f'@agents.example"\n{extra}'), ANNA="long and secret"
            )
        assert any("identity.accept" in str(problem) for problem in caught.value.problems) is said


def test_a_desk_of_tokens_needs_no_border(tmp_path: Path) -> None:
    assert loaded(tmp_path, f'{GOOD}[identity]\naccept = "token"\n').warnings == ()
