"""Letters to people on channels: by their bridge and no other way, in messages that go on where they stopped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from app.outbox.test_dispatch import ANN, POLICY, START, Office
from fakes_http import FakeServer, Hang, Reply, as_json, serving

from mailgate.app.children.pool import Children
from mailgate.app.outbox.chats import ChatProgress
from mailgate.app.outbox.dispatch import Dispatcher, Route
from mailgate.app.outbox.ids import SignedIds
from mailgate.core.asking.http import Limits
from mailgate.core.asking.signing import verified
from mailgate.core.channels.channel import Channel
from mailgate.core.model.change import AddEntry, Audience, Decision, Fate, OpenTicket, Outbound, Step, Urgency
from mailgate.core.model.content import Ack, Answer, Nudge, Solved
from mailgate.core.model.mail import Address
from mailgate.core.model.outbound import DeliveryState
from mailgate.core.model.ticket import EntryKind
from mailgate.edge.http.fetch import HttpClient
from mailgate.edge.out.channel import PARTS, Bridge, ChannelTransport
from mailgate.store.sqlite.store import SqliteStore

SECRET = "whsec_c2VjcmV0"
MAIJA = Address("lines.77@chat.invalid", "Maija (Lines)")
LINES = Channel("Lines", "support", max_text=60, files=1, files_max=100, window=timedelta(hours=24))


class Chatting(Office):
    """An office with a channel beside its relays."""

    bridge: FakeServer

    def begin(self, limits: Limits | None = None) -> Dispatcher:
        dispatcher = super().start()
        bridge = Bridge(
            "lines",
            self.bridge.url + "/out",
            lambda: SECRET,
            self.in_force.policy.channels[0].max_text if self.in_force.policy.channels else 60,
        )

        def make() -> ChannelTransport:
            return ChannelTransport(bridge, ChatProgress(self.store, lambda: self.now), HttpClient(limits))

        routes = {name: loop.route for name, loop in dispatcher.loops.items()} | {
            "@lines": Route("@lines", make, connections=1, only=("@lines",))
        }
        return Dispatcher(
            self.store, self.children, self.in_force, lambda: self.now, routes, on_failed=self._note, chance=lambda: 0.5, monotonic=lambda: self.ticks
        )  # fmt: skip

    def wrote(self, content: Any, *cc: Address, said: str = "Hello", **parts: Any) -> None:
        """Maija wrote on the channel, and is owed this."""
        opened = OpenTicket("Lamp", "support", MAIJA)
        entry = AddEntry(EntryKind.CUSTOMER, MAIJA.key, MAIJA.name, said, of_mail=False)
        owed = Outbound(content, Audience.CUSTOMER, (MAIJA,), cc, **{"urgency": Urgency.WORDS, **parts})
        decision = Decision(Fate.FILED, "new", steps=(Step(None, (opened, entry), (owed,)),))
        self.store.write(lambda tx: tx.apply(None, decision, self.now, SignedIds(self.in_force))).result()


@pytest.fixture
def office(tmp_path: Path, children: Children) -> Iterator[Chatting]:
    store = SqliteStore(tmp_path / "data" / "mailgate.db")
    store.sync_people(POLICY.agents, POLICY.departments)
    with serving([as_json({"id": "remote.1"})]) as bridge:
        made = Chatting(store, children)
        made.bridge = bridge
        made.policy(channels=(LINES,))
        yield made
    store.close()


def bodies(bridge: FakeServer) -> list[Mapping[str, Any]]:
    for one in bridge.requests:
        assert verified([SECRET], one.headers, one.body, float(one.headers["webhook-timestamp"])) == one.json["id"]
    return [one.json for one in bridge.requests]


def test_an_answer_leaves_by_the_bridge_signed_and_in_plain_words(office: Chatting) -> None:
    office.wrote(
        Answer(agent="anna", text="A new lamp is on its way."), in_reply_to="<chat.lines.wamid_2e7@acme.example>"
    )
    assert office.begin().drain() == 1
    (body,) = bodies(office.bridge)
    assert body == {
        "type": "chat.message", "channel": "lines", "person": {"id": "77"}, "text": "A new lamp is on its way.", "files": [],
        "id": body["id"], "ticket": 1001, "in_reply_to": "",  # no mail of theirs has that id
    }  # fmt: skip
    assert office.states() == ["sent"] and office.relay.calls == 0
    letter = office.store.read(lambda read: read.outbox.letter(office.rows()[0].letter))
    assert letter is not None and letter.deliveries[0].remote_id == "remote.1"
    assert office.store.read(lambda read: read.chats.message("lines", "remote.1")) == office.store.read(
        lambda read: read.chats.message("lines", body["id"])
    )


def test_who_has_mail_gets_a_mail_and_who_chats_a_message_and_neither_reads_of_the_other(office: Chatting) -> None:
    office.wrote(Answer(agent="anna", text="Hello both"), ANN)
    office.begin().drain()
    assert office.relay.recipients == [ANN.addr]
    assert b"chat.invalid" not in office.relay.taken[0][2]
    (body,) = bodies(office.bridge)
    assert body["text"] == "Hello both"


def test_a_long_answer_comes_in_order_and_goes_on_where_it_stopped(office: Chatting) -> None:
    words = [f"{number} is a paragraph of more than thirty letters." for number in range(4)]
    office.bridge.script = [Reply(), Reply(503, headers={"Retry-After": "1800"}), Reply()]
    office.wrote(Answer(agent="anna", text="\n\n".join(words)))
    dispatcher = office.begin()
    dispatcher.drain()
    assert office.states() == ["waiting"]
    assert office.rows()[0].due_at == START + timedelta(minutes=30), "as the bridge asks"
    office.wait(minutes=31)
    dispatcher.drain()
    said = [body["text"] for body in bodies(office.bridge)]
    assert said == [words[0], words[1], words[1], words[2], words[3]]
    ids = [body["id"] for body in bodies(office.bridge)]
    assert ids[1] == ids[2] and len(set(ids)) == 4
    assert office.states() == ["sent"]


def test_what_is_too_long_for_a_channel_leaves_whole_or_not_at_all_and_people_hear_of_it(office: Chatting) -> None:
    office.wrote(Answer(agent="anna", text=" ".join(f"word{number:04}" for number in range(1000))))
    office.begin().drain()
    assert (office.states(), office.bridge.requests) == (["dead"], [])
    ((_, why),) = office.failures
    assert why.startswith("too long") and str(PARTS) in why


def test_an_answer_that_is_cut_otherwise_half_way_loses_no_word(office: Chatting) -> None:
    """The first part was taken and the second not; meanwhile the admin says that the channel takes longer ones."""
    words = "A first sentence that is taken at once. And a second one, which the bridge was too busy to take."
    office.bridge.script = [Reply(), Reply(503), Reply()]
    office.wrote(Answer(agent="anna", text=words))
    office.begin().drain()
    assert office.states() == ["waiting"] and len(office.bridge.requests) == 2
    office.policy(channels=(replace(LINES, max_text=500),))
    office.wait(hours=1)
    office.begin().drain()
    taken = [body["text"] for body in (bodies(office.bridge)[0], *bodies(office.bridge)[2:])]
    assert office.states() == ["sent"] and set(words.split()) <= set(" ".join(taken).split())


def test_a_bridge_that_answers_nonsense_has_taken_it_all_the_same(office: Chatting) -> None:
    office.bridge.script = [Reply(200, b"[" * 4000)]
    office.wrote(Answer(agent="anna", text="Hello"))
    office.begin().drain()
    assert (office.states(), len(office.bridge.requests)) == (["sent"], 1)


def test_what_nobody_can_tell_leaves_again_under_its_id_and_then_waits_for_a_word(office: Chatting) -> None:
    office.bridge.script = [Hang()]
    office.wrote(Answer(agent="anna", text="Hello"))
    dispatcher = office.begin(Limits(total=0.2))
    for _ in range(4):
        dispatcher.drain()
        office.wait(hours=5)
    assert office.states() == ["uncertain"]
    assert len({body["id"] for body in bodies(office.bridge)}) == 1 and len(office.bridge.requests) == 4


@pytest.mark.parametrize(
    ("reply", "state", "failed"),
    [
        (Reply(400, b"no such person"), "dead", 1),
        (Reply(422), "dead", 1),
        (Reply(500), "waiting", 0),
        (Reply(429), "waiting", 0),
        (Reply(403), "waiting", 0),
        (Reply(302, headers={"Location": "http://169.254.169.254/"}), "waiting", 0),
    ],
)
def test_answers_of_a_bridge_are_sorted_as_a_relays_are(
    office: Chatting, reply: Reply, state: str, failed: int
) -> None:
    office.bridge.script = [reply]
    office.wrote(Answer(agent="anna", text="Hello"))
    office.begin().drain()
    assert (office.states(), len(office.failures)) == ([state], failed)


def test_nothing_leaves_after_the_window_and_people_hear_of_it(office: Chatting) -> None:
    office.wrote(Answer(agent="anna", text="Hello"))
    office.wait(hours=24)
    office.begin().drain()
    assert office.states() == ["dead"] and office.bridge.requests == []
    assert office.failures == [(MAIJA.addr, "the channel lets nobody answer so late")]


def test_a_letter_nobody_wrote_does_not_leave_after_the_window_and_is_no_bounce(office: Chatting) -> None:
    """Most tickets are solved later than a day after their last message: no agent is to hear of each."""
    office.wrote(Solved(), urgency=Urgency.NOTICE)
    office.wait(hours=24)
    office.begin().drain()
    assert (office.states(), office.bridge.requests, office.failures) == (["dead"], [], [])


def test_a_channel_that_is_gone_is_held_and_never_goes_by_mail(office: Chatting) -> None:
    office.wrote(Answer(agent="anna", text="Hello"))
    office.policy(channels=())
    office.start().drain()  # after a restart: no loop of its own
    assert office.states() == ["held"] and office.relay.calls == 0 and office.second.calls == 0
    assert office.rows()[0].error == "its channel is not in the configuration any more"
    office.policy(channels=(LINES,))
    office.store.write(lambda tx: tx.outbox.release(office.now)).result()
    office.begin().drain()
    assert office.states() == ["sent"] and office.relay.calls == 0


def test_mail_of_a_department_that_is_gone_does_not_go_to_a_bridge(office: Chatting) -> None:
    office.owe(ANN, department="gone")
    office.begin().drain()
    assert office.relay.recipients == [ANN.addr] and office.bridge.requests == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (Ack(), "Thank you, we have your message ([#1001]). We will answer you as soon as we can."),
        (Solved(survey="scale"), None),
        (Nudge(), ""),
    ],
)
def test_letters_nobody_wrote_are_short_or_stay_at_home(office: Chatting, content: Any, said: str | None) -> None:
    office.policy(channels=(replace(LINES, max_text=4000),))
    office.wrote(content, urgency=Urgency.ACK if isinstance(content, Ack) else Urgency.NOTICE)
    if isinstance(content, Solved):
        (row,) = office.rows()
        letter = office.store.read(lambda read: read.outbox.letter(row.letter))
        assert letter is not None and letter.content == Solved(survey="")
        return
    office.begin().drain()
    assert [body["text"] for body in bodies(office.bridge)] == ([said] if said else [])


def test_a_letter_of_another_kind_or_to_several_goes_to_no_channel(office: Chatting) -> None:
    expert = Outbound(Answer(agent="anna", text="A secret"), Audience.EXPERT, (MAIJA,), urgency=Urgency.WORDS)
    opened = OpenTicket("Lamp", "support", ANN)
    decision = Decision(Fate.FILED, "new", steps=(Step(None, (opened,), (expert,)),))
    office.store.write(lambda tx: tx.apply(None, decision, office.now, SignedIds(office.in_force))).result()
    assert office.rows() == []


def test_the_bridge_is_asked_whether_it_is_there(office: Chatting) -> None:
    bridge = Bridge("lines", office.bridge.url, lambda: SECRET)
    transport = ChannelTransport(bridge, ChatProgress(office.store, lambda: office.now))
    assert transport.ping() == f"{office.bridge.url} answers"
    assert office.bridge.requests[0].json == {"type": "ping", "channel": "lines"}


def test_killed_between_the_bridges_answer_and_our_note_nothing_leaves_twice(office: Chatting) -> None:
    """What the bridge took is on disk before the delivery is marked: the letter is found taken at the next start."""
    office.wrote(Answer(agent="anna", text="First part of two here.\n\nThe second part of more than thirty letters."))
    dispatcher = office.begin()
    dispatcher.drain()
    said = len(office.bridge.requests)
    (row,) = office.rows()
    office.store.write(lambda tx: tx.outbox.mark(row.id, DeliveryState.SENDING, office.now)).result()
    assert office.store.write(lambda tx: tx.outbox.recover(office.now)).result()["retried"] == 1
    office.begin().drain()
    assert office.states() == ["sent"] and len(office.bridge.requests) == said == 2


def test_killed_while_the_bridge_had_it_the_same_id_comes_again(office: Chatting) -> None:
    office.bridge.script = [Hang(), Reply()]
    office.wrote(Answer(agent="anna", text="Hello"))
    office.begin(Limits(total=0.2)).drain()
    (row,) = office.rows()
    office.store.write(lambda tx: tx.outbox.mark(row.id, DeliveryState.SENDING, office.now)).result()
    office.store.write(lambda tx: tx.outbox.recover(office.now)).result()
    office.begin().drain()
    assert office.states() == ["sent"] and len({body["id"] for body in bodies(office.bridge)}) == 1


def test_a_channel_that_came_with_a_reload_waits_for_the_restart(office: Chatting) -> None:
    office.wrote(Answer(agent="anna", text="Hello"))
    office.start().drain()  # it is in the policy, and has no loop yet
    assert office.states() == ["waiting"] and office.relay.calls == office.second.calls == 0
    office.begin().drain()
    assert office.states() == ["sent"]
