"""`mailgate demo`: a gateway on free loopback ports plays a short morning at a help desk."""

from __future__ import annotations

import shlex
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailgate import newfile

if TYPE_CHECKING:
    from mailgate.cli.demo.world import DemoWorld

NEXT = """
Write the next mail yourself:
  printf 'From: you@home.example\\nTo: support@acme.example\\nSubject: Hello\\n\\nIt works!\\n' |
    curl -s smtp://{smtp} --mail-from you@home.example --mail-rcpt support@acme.example --upload-file -
then look:
  {mailgate} --config {config} tickets list"""


@click.command()
@click.option("--exit", "leave", is_flag=True, help="End at once: status 0, or 1 if any step did not happen.")
def demo(leave: bool) -> int:
    """Play a short morning at a help desk through real SMTP, show it, and keep serving until Ctrl-C."""
    from mailgate import log
    from mailgate.cli.demo.morning import play
    from mailgate.cli.demo.world import Disappointed, say, start
    from mailgate.cli.desk.tickets import print_tickets

    log.set_up("ERROR")
    folder = Path(tempfile.mkdtemp(prefix="mailgate-demo-"))
    world = start(folder)
    try:
        say(f"A gateway listens on {world.smtp}; letters arrive in {folder / 'letters'}\n")
        try:
            play(world)
        except Disappointed as error:
            click.echo(f"mailgate: the demo stopped: {error}", err=True)
            return 1
        say("\nThe desk now:\n")
        print_tickets(world.tickets(), as_json=False)
        pages = _pages(folder)
        say("\nThe letters, to open in a browser:")
        for path in pages[:8]:
            say(f"  {path}")
        if len(pages) > 8:
            say(f"  ... and {len(pages) - 8} more in {pages[0].parent}")
        if world.web and world.web_opens():
            say("\nThe web pages:")
            for name, address in _addresses(world):
                say(f"  {name:12} {address}")
        say(NEXT.format(smtp=world.smtp, mailgate=how_called(), config=folder / "mailgate.toml"))
        if not leave:
            say("\nServing until Ctrl-C.")
            _until_interrupted(world.thread)
    finally:
        world.close()
    return 0


def _addresses(world: DemoWorld) -> Iterator[tuple[str, str]]:
    """What a browser opens: the board, a customer's page as the newest letter names it, the form."""
    yield "board", f"{world.web}/board (log in as anna@staff.example; the link comes by letter)"
    from mailgate.cli.demo.world import text_of

    words = [word for letter in world.letters_to_customers() for word in text_of(letter).split()]
    links = [word.strip("<>") for word in words if word.strip("<>").startswith(f"{world.web}/t/")]
    if links:
        yield "status page", links[-1]
    yield "form", f"{world.web}/contact"


def how_called() -> str:
    """What calls this very mailgate from a shell, whether or not it lies on the PATH."""
    program = Path(sys.argv[0])
    if program.name != "mailgate":
        return f"{shlex.quote(sys.executable)} -m mailgate"
    return "mailgate" if shutil.which("mailgate") else shlex.quote(str(program.absolute()))


def _until_interrupted(thread: threading.Thread) -> None:
    try:
        while thread.is_alive():
            thread.join(3600)
    except KeyboardInterrupt:
        click.echo("")


def _pages(folder: Path) -> list[Path]:
    """The HTML parts of all letters as files of their own."""
    import email
    import email.policy

    pages = folder / "html"
    newfile.folder(pages)
    for number, path in enumerate(sorted((folder / "letters" / "new").glob("*")), start=1):
        letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = letter.get_body(("html",))
        if body is not None:
            to = str(letter["Delivered-To"]).strip("<> ").replace("@", "-at-")
            newfile.replace(pages / f"{number:02d}-{to}.html", body.get_content().encode())
    return sorted(pages.glob("*.html"))
