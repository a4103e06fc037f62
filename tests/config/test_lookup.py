"""The section `[lookup]`: every way it can be wrong, what is only doubted, and what comes of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from config.test_config_problems import GOOD, loaded, problems

from mailgate.config import lookup

URL = '[lookup]\nurl = "https://crm.example/api?email={address}&phone={phone}"\n'
RUN = '[lookup]\ncommand = ["/bin/cat", "{address}"]\n'

WRONG = {
    "both": (URL + 'command = ["/bin/cat", "{address}"]', "lookup.command: a customer is looked up by `url` or by `command`"),
    "an unknown name": (URL.replace("{phone}", "{phon}"), "lookup.url: there is no {phon} (did you mean 'phone'?)"),
    "a name with more to it": (URL.replace("{phone}", "{phone.real}"), "lookup.url: there is no {phone.real}"),
    "a name written in another way": (URL.replace("{phone}", "{phone!r}"), "lookup.url: there is no {phone!r}"),
    "a name with a form": (URL.replace("{phone}", "{phone:>99999}"), "lookup.url: there is no {phone:>99999}"),
    "a name without a name": (URL.replace("{phone}", "{}"), "lookup.url: there is no {}"),
    "braces that do not pair": (URL.replace("{phone}", "{phone"), "lookup.url: the braces do not pair"),
    "everybody is the same": ('[lookup]\nurl = "https://crm.example/api"', "lookup.url: the same would be asked about everybody"),
    "the host of whoever writes": ('[lookup]\nurl = "https://{domain}/api"', "lookup.url: whoever writes a mail would choose the host"),
    "a password in the address": ('[lookup]\nurl = "https://u:p@crm.example/{address}"', "lookup.url: a password stands in no address"),
    "no address": ('[lookup]\nurl = "crm.example/{address}"', 'lookup.url: found "crm.example/{address}"; the address of a page'),
    "another kind of address": ('[lookup]\nurl = "file:///etc/{address}"', "lookup.url: found"),
    "no port": ('[lookup]\nurl = "https://crm.example:x/{address}"', "lookup.url: found"),
    "a mark in a page": ('[lookup]\nurl = "https://crm.example/#{address}"', "lookup.url: found"),
    "the secret in the clear": (URL.replace("https", "http") + 'secret = "s"', "lookup.url: the secret and addresses would cross"),
    "no header": (URL + 'header = "X Key"', 'lookup.header: found "X Key"; the name of a header is like'),
    "a header too many": (URL + 'header = "X\\nY"', "lookup.header: found"),
    "no secret there": (URL + 'secret = "env:CRM"', "lookup.secret: the environment has no variable CRM"),
    "a program whoever writes would choose": ('[lookup]\ncommand = ["{address}"]', "lookup.command: whoever writes a mail would choose the program"),
    "a program about nobody": ('[lookup]\ncommand = ["/bin/cat"]', "lookup.command: the same would be asked about everybody"),
    "an unknown name of a program": ('[lookup]\ncommand = ["/bin/cat", "{mail}"]', "lookup.command: there is no {mail}"),
    "too long a wait": (URL + 'wait = "6s"', 'lookup.wait: found "6s"; a mail waits for 5 s at most'),
    "too long a question": (URL + 'timeout = "1m"', 'lookup.timeout: found "1m"; a question may take from 100ms to 30s'),
    "no time for a question": (URL + 'timeout = "0s"', 'lookup.timeout: found "0s"; a question may take'),
    "asked always": (URL + 'cache = "0s"', 'lookup.cache: found "0s"; an answer is kept from 1m'),
    "stale before it is old": (URL + 'cache = "2d"\nstale = "1d"', "lookup.stale: an answer would be of no use before"),
    "how often": (URL + 'rate = "often"', 'lookup.rate: found "often"; a rate is like'),
    "no fields": (URL + 'fields = "name"', "lookup.fields: "),
    "a link without a label": (URL + 'fields = { links = "url" }', "lookup.fields: "),
    "no way": (URL + 'fields = { name = "a..b" }', '"a..b" is no way into an answer'),
    "no way at all": (URL + 'fields = { name = "" }', '"" is no way into an answer'),
    "too long a way": (URL + f'fields = {{ name = "{"a." * 10}b" }}', "is no way into an answer"),
    "no second way": (URL + 'fields = { name = "a + " }', '"" is no way into an answer'),
    "no people": (URL + 'people = "a..b"', 'lookup.people: found "a..b"'),
    "no name of a field": (URL + 'fields = { "<b>" = "a" }', '"<b>" is no name of a field'),
    "a field of numbers": (URL + "fields = { name = 5 }", "lookup.fields"),
    "unknown": (URL + "uri = ''", "lookup.uri: unknown key (did you mean 'url'?)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_key(name: str, tmp_path: Path) -> None:
    text, wanted = WRONG[name]
    found = problems(tmp_path, GOOD + text)
    assert any(wanted in problem for problem in found), found


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (URL.replace("https://crm.example", "http://127.0.0.1:9000"), ""),
        (URL.replace("https://crm.example", "http://localhost"), ""),
        (URL.replace("https", "http"), "customers' addresses would cross the network in the clear"),
        (RUN, ""),
        (RUN.replace("/bin/cat", "/nowhere/crm"), "there is no program /nowhere/crm that this user may run"),
    ],
)
def test_what_is_doubted_is_said_and_runs(text: str, doubt: str, tmp_path: Path) -> None:
    found = [str(one) for one in loaded(tmp_path, GOOD + text).warnings if "lookup" in str(one)]
    assert (not found and not doubt) or (doubt and doubt in found[0]), found


def test_without_the_section_nobody_is_asked(tmp_path: Path) -> None:
    assert not loaded(tmp_path, GOOD).lookup.on


def test_all_that_can_be_said(tmp_path: Path) -> None:
    fields = 'fields = { name = "contact.first + contact.last", phone = "phones[0].number", links.CRM = "url", "Pays by" = "pays" }\n'
    times = 'wait = "300ms"\ntimeout = "2s"\ncache = "2h"\nstale = "7d"\nrate = "2/s"\nheader = "X-Api-Key"\npeople = "data.items"\n'
    found = loaded(tmp_path, GOOD + URL + fields + times + 'secret = "env:CRM"', CRM="s3cret").lookup
    assert found.on and found.secret is not None and found.secret.reveal() == "s3cret"
    assert found.fields == {
        "name": (("contact", "first"), ("contact", "last")),
        "phone": (("phones", "0", "number"),),
        "links.CRM": (("url",),),
        "Pays by": (("pays",),),
    }
    assert found.people == ("data", "items")
    assert (found.wait, found.timeout) == (timedelta(milliseconds=300), timedelta(seconds=2))
    assert (found.cache, found.stale, found.rate) == (timedelta(hours=2), timedelta(days=7), 120.0)


def test_without_fields_an_answer_has_the_names_of_ours(tmp_path: Path) -> None:
    assert loaded(tmp_path, GOOD + URL).lookup.fields == {name: ((name,),) for name in lookup.OWN}


def test_a_program_beside_the_configuration_is_found_from_anywhere(tmp_path: Path) -> None:
    found = loaded(tmp_path, GOOD + RUN.replace("/bin/cat", "./crm"))
    assert found.lookup.command == (str(tmp_path / "crm"), "{address}")
