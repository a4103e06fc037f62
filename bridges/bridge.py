"""What every bridge shares: mailgate's contract for channels (docs/channels.md), and the running of it all.

A bridge is a small program of its own between one provider's chat and mailgate, and imports nothing of mailgate:

- what a person writes is kept on the disk, then the provider is told 200, then mailgate gets it (`POST
  /api/v1/chats/CHANNEL/messages`, with the message's id as Idempotency-Key), in the person's order, until it takes it;
- what mailgate owes a person comes as `POST /out`, signed as Standard Webhooks say; 2xx is answered only after the
  provider took every part, and a part it took once is not sent again when mailgate asks again. Where nobody can tell
  whether it took one, mailgate is told that it failed, and why, and a person decides.
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import logging
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chat import File, Heard, Provider, Receipt, Ref, Said, clean, document, pieces
from ends import Answer, Asked, Away, Door, Refusal, post
from settings import Settings, read
from spool import Spool, Waiting, digest

WEBHOOK = 4 << 20  # octets of one request of a provider
SEND = 40 << 20  # of one of mailgate's: files stand in it as base64
FILE = 10 << 20  # of all files of one message: mailgate takes no more
DOUBT = "the provider did not answer: it may have arrived, or not"
SKEW = 300  # seconds by which mailgate's clock may differ
FILES = 19  # of one message: mailgate takes twenty
TEXT = 60_000  # characters of one message; a longer one comes as a file, too
FETCHES = 10  # in vain (a quarter of an hour), then a message goes on without the file, and says so

log = logging.getLogger("bridge")


def proved(asked: Asked, secrets: Sequence[bytes], now: float) -> None:
    """Raises Refusal unless one of the secrets signed the request lately, as Standard Webhooks has it."""
    id, stamp = asked.headers.get("webhook-id", ""), asked.headers.get("webhook-timestamp", "")
    if not (id and stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(now - int(stamp)) > SKEW:
        raise Refusal(401, "no signature, or an old one")
    signed = f"{id}.{stamp}.".encode() + asked.body
    ours = [b"v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)) for key in secrets]
    theirs = [each.encode() for each in asked.headers.get("webhook-signature", "").split()[:10]]
    if not any(hmac.compare_digest(one, two) for one in ours for two in theirs):
        raise Refusal(401, "the signature does not fit")


def _kept(heard: Heard) -> tuple[str, str, dict[str, Any]]:
    """What came, as the spool takes it: the id that is known for ever, whose order it keeps, and all of it."""
    body = {"kind": type(heard).__name__, **asdict(heard)}
    if isinstance(heard, Said):
        return f"said {heard.id}", heard.person, body
    if isinstance(heard, Receipt):
        of = heard.theirs or heard.ours or heard.person
        return f"receipt {of} {heard.state} {heard.before}", heard.person, body
    return f"odd {heard.raw}", "", body


def _short(id: str) -> str:
    """An id as mailgate takes it: 200 visible letters at most. A stranger one stands by its digest."""
    return id if id.isascii() and id.isprintable() and 0 < len(id) <= 200 else digest(id).hex()


class Bridge:
    """A provider and mailgate, with the spool between them."""

    def __init__(self, settings: Settings, provider: Provider, spool: Spool) -> None:
        self.settings, self.provider, self.spool = settings, provider, spool
        self.woken = threading.Event()
        self.ended = threading.Event()
        self.pause = 1.0  # seconds between looks for what is due again
        self._sending: set[str] = set()
        self._lock = threading.Lock()

    # What comes from outside

    def limit(self, path: str) -> int:
        return {"/webhook": WEBHOOK, "/out": SEND}.get(path, 0)

    def answer(self, asked: Asked) -> object:
        where = asked.method, asked.path
        if where == ("GET", "/healthz"):
            return {"spool": self.spool.counts()}
        if where == ("GET", "/webhook"):
            return self.provider.hello(asked.query)
        if where == ("POST", "/webhook"):
            self.keep(self.provider.heard(asked))
            return "ok"
        if where == ("POST", "/out"):
            proved(asked, self.settings.secrets, time.time())
            return self.send(document(asked.body))
        raise Refusal(404, "there is nothing here")

    def keep(self, heard: Sequence[Heard]) -> None:
        if self.spool.keep(map(_kept, heard)):
            self.woken.set()

    def send(self, owed: Mapping[str, Any]) -> object:
        """What mailgate owes a person, part by part; those the provider took before are passed over."""
        if owed.get("type") == "ping":
            return {}
        person, id = owed.get("person"), str(owed.get("id") or "")
        person = str(person.get("id") or "") if isinstance(person, dict) else str(person or "")
        if not person or not id or str(owed.get("channel")).lower() != self.settings.channel.lower():
            raise Refusal(422, "person, id or channel is missing, or the channel is another's")
        parts = list(self._parts(owed, person))
        if not parts:
            raise Refusal(422, "there is nothing to send")
        with self._lock:
            if id in self._sending:  # mailgate did not wait for us: it is told when all is done
                raise Refusal(503, "this is being sent", 5)
            self._sending.add(id)
        try:
            took = self.spool.took(id, person)
            for number, part in enumerate(parts):
                if number not in took:
                    self.spool.note(id, number, "", person)
                    took[number] = self._part(part, id, number, len(parts))
                    self.spool.note(id, number, took[number], person)
        finally:
            with self._lock:
                self._sending.discard(id)
        if "" in took.values():
            self.keep([Receipt(person, "failed", ours=id, error=DOUBT)])
        ids = [took[number] for number in sorted(took) if took[number]]
        return {"id": ids[0], "ids": ids} if ids else {}

    def _parts(self, owed: Mapping[str, Any], person: str) -> Iterator[Callable[[], str]]:
        def say(text: str) -> Callable[[], str]:
            return lambda: self.provider.say(person, text)

        def show(file: File) -> Callable[[], str]:
            return lambda: self.provider.show(person, file)

        yield from map(say, pieces(str(owed.get("text") or ""), self.provider.max_text))
        for each in owed.get("files") or ():
            try:
                data = base64.b64decode(each["data"], validate=True)
                yield show(File(str(each["name"]), str(each.get("type") or "application/octet-stream"), data))
            except (binascii.Error, KeyError, TypeError, AttributeError):
                raise Refusal(422, "a file has no name, or is no base64") from None

    def _part(self, part: Callable[[], str], id: str, number: int, count: int) -> str:
        try:
            return part()
        except Refusal as no:
            self.spool.back(id, number)
            log.warning("the provider refused part %d of %d: %s", number + 1, count, no.sentence)
            if number and no.status != 429:
                no.sentence += f" (part {number + 1} of {count}; what stands before it arrived)"
            raise
        except Away as away:
            log.warning("the provider did not take part %d of %d: %s", number + 1, count, away)
            if away.unsure:
                return ""
            self.spool.back(id, number)
            raise

    # What goes to mailgate

    def deliver(self, waiting: Waiting) -> None:
        """One thing that came, brought to mailgate; raises Away when it has to wait."""
        body = waiting.body
        if body["kind"] == "Odd":
            log.error("spool row %d names no person: see it by --list", waiting.number)
            self.spool.refused(waiting.number)
        elif body["kind"] == "Receipt":
            self._receipt(waiting)
        else:
            if "ready" not in body:
                body["ready"] = self._ready(body, waiting.tries)
                self.spool.rewrite(waiting.number, body)
            self._message(waiting, body["ready"])

    def _ready(self, said: Mapping[str, Any], tries: int) -> dict[str, Any]:
        """The document mailgate gets, the files with it; it is kept, so that every try has the same octets."""
        text, room = [said["text"]] if said["text"] else [], FILE
        files: list[dict[str, str]] = []
        for each in said["refs"]:
            ref = Ref(**each)
            if len(files) == FILES:
                text.append(f"[{ref.name}: not fetched, there are {FILES} files already]")
                continue
            try:
                file = self.provider.fetch(ref, room)
            except Refusal as no:
                text.append(f"[{ref.name}: {no.sentence}]")
            except Away as away:
                if tries < FETCHES:
                    raise
                text.append(f"[{ref.name}: could not be fetched: {away}]")
            else:
                room -= len(file.data)
                files.append(
                    {
                        "name": clean(file.name, 200) or "file",
                        "type": file.type,
                        "data": base64.b64encode(file.data).decode(),
                    }
                )
        name = said["name"] or self._name(said["person"])
        person = {"id": said["person"], **({"name": clean(name, 100)} if name else {})}
        person |= {"phone": clean(said["phone"], 40)} if said["phone"] else {}
        words = clean("\n".join(text))
        if len(words) > TEXT:
            files.insert(
                0, {"name": "message.txt", "type": "text/plain", "data": base64.b64encode(words.encode()).decode()}
            )
            words = words[:TEXT]
        ready: dict[str, Any] = {"id": _short(said["id"]), "person": person, "text": words, "files": files}
        if said["at"]:
            ready["at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(said["at"]))
        if said["reply_to"]:
            # An answer of ours has mailgate's id; a message of the person's own has the provider's.
            ready["reply_to"] = _short(self.spool.ours(said["reply_to"]) or said["reply_to"])
        return ready

    def _name(self, person: str) -> str:
        try:
            return self.provider.called(person)
        except (Away, Refusal) as error:
            log.info("a name was asked for in vain: %s", error)
            return ""

    def _message(self, waiting: Waiting, ready: dict[str, Any]) -> None:
        key = ready["id"] if ready["files"] or not waiting.body.get("cut") else f"{ready['id']} without files"
        answer = self._ask("messages", ready, key)
        if answer.status == 413 and ready["files"]:
            names = "".join(f"\n[{file['name']}: too large for the desk]" for file in ready["files"])
            small = {**ready, "files": [], "text": ready["text"] + names}
            self.spool.rewrite(waiting.number, {**waiting.body, "ready": small, "cut": True})
            self.woken.set()
        else:
            self._end(waiting, answer)

    def _receipt(self, waiting: Waiting) -> None:
        body = waiting.body
        if body["ours"]:
            ids = [body["ours"]]
        elif body["theirs"]:
            ids = [id for id in [self.spool.ours(body["theirs"])] if id]
            if not ids and waiting.tries < 4:
                raise Away("the receipt came before the answer to our request")
        else:
            ids = self.spool.until(body["person"], body["before"])[-20:]
        for id in ids:
            told = {"id": id, "state": body["state"], "error": clean(body["error"], 500)}
            answer = self._ask("receipts", told, f"{id} {body['state']}")
            if answer.status not in (200, 201, 202, 204, 404, 409, 410):
                self._end(waiting, answer)
                return
        self.spool.done(waiting.number)

    def _ask(self, what: str, body: object, key: str) -> Answer:
        url = f"{self.settings.mailgate}/api/v1/chats/{self.settings.channel}/{what}"
        headers = {"Authorization": f"Bearer {self.settings.token}", "Idempotency-Key": _short(key)}
        return post(url, body, headers | ({"Host": self.settings.site} if self.settings.site else {}))

    def _end(self, waiting: Waiting, answer: Answer) -> None:
        """Done, refused for good, or to be tried again."""
        if answer.status in (200, 201, 202, 204):
            self.spool.done(waiting.number)
        elif answer.status in (400, 413, 415, 422):
            log.error(
                "mailgate refused spool row %d: %d %s",
                waiting.number,
                answer.status,
                answer.document().get("detail", ""),
            )
            self.spool.refused(waiting.number)
        else:  # also 401, 403, 404: the configuration is wrong, and will be mended
            raise Away(f"mailgate said {answer.status} {answer.document().get('title', '')}", answer.after)

    def step(self) -> bool:
        """Brings over the next that is due; whether there was one."""
        waiting = self.spool.next()
        if waiting is None:
            return False
        try:
            self.deliver(waiting)
        except Away as away:
            log.warning("spool row %d waits: %s", waiting.number, away)
            self.spool.later(waiting.number, away.after or min(900, 2**waiting.tries))
        except Exception:
            log.exception("spool row %d: our own fault", waiting.number)
            self.spool.later(waiting.number, 900)
        return True

    def work(self) -> None:
        while not self.ended.is_set():
            self.woken.clear()
            if not self.step():
                self.woken.wait(self.pause)

    def listen(self) -> None:
        """Asks a provider that does not tell by itself; its cursor moves only past what is on the disk."""
        while not self.ended.is_set():
            try:
                heard, cursor = self.provider.poll(self.spool.setting("cursor"))
                self.keep(heard)
                self.spool.set("cursor", cursor)
            except (Away, Refusal) as error:
                log.warning("the provider was asked in vain: %s", error)
                self.ended.wait(max(5, min(error.after, 300)))
            except Exception:
                log.exception("our own fault: what came is asked for again")
                self.ended.wait(300)


def run(name: str, make: Callable[[Mapping[str, str]], Provider], needs: Sequence[str], may: Mapping[str, str]) -> int:
    """The program of a bridge: `whatsapp.py CONFIG [--check|--list|--again]`."""
    parser = argparse.ArgumentParser(description=f"A bridge between {name} and mailgate's channels.")
    parser.add_argument("config", type=Path)
    parser.add_argument("--check", action="store_true", help="read the configuration and end")
    parser.add_argument("--list", action="store_true", help="show what waits, and what mailgate refused")
    parser.add_argument("--again", action="store_true", help="give mailgate what it refused once more")
    args = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(message)s")
    try:
        settings = read(args.config, name, needs, may)
    except (ValueError, KeyError, OSError) as error:
        print(f"{args.config}: {error}", file=sys.stderr)
        return 2
    if args.check:
        print("ok")
        return 0
    spool = Spool(settings.spool)
    if args.list or args.again:
        print(f"{spool.again()} to be tried again" if args.again else spool.shown())
        return 0
    bridge = Bridge(settings, make(settings.own), spool)
    door = Door((settings.host, settings.port), bridge.answer, bridge.limit)
    for each in [bridge.work, *([bridge.listen] if bridge.provider.polls else []), door.serve_forever]:
        threading.Thread(target=each, daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: bridge.ended.set())
    log.info("%s listens on %s:%d", name, settings.host, door.server_address[1])
    while not bridge.ended.wait(3600):
        pass
    door.shutdown()
    return 0
