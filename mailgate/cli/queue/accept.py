"""`mailgate accept`: one message from standard input, for an MTA's pipe; exit statuses of sysexits.h."""

from __future__ import annotations

import base64
import sys

import click

from mailgate.cli import at
from mailgate.errors import ConfigError, MailgateError, Permanent

EX_DATAERR, EX_TEMPFAIL = 65, 75


@click.command()
@click.option("--to", "recipients", multiple=True, metavar="ADDRESS", help="Envelope recipient; repeatable.")
@click.option("--from", "sender", default="", metavar="ADDRESS", help="Envelope sender; without it, it is unknown.")
@click.pass_context
def accept(ctx: click.Context, recipients: tuple[str, ...], sender: str) -> int:
    """Take one message from standard input: exit 0 only once it is safely on disk, 75 try again, 65 refused."""
    raw = sys.stdin.buffer.read()
    try:
        from mailgate.app.admin.control import EMPTY
        from mailgate.wire.mime.content_digest import empty

        if empty(raw):  # said here as well, since only here it can be told from a fault that passes
            raise Permanent(EMPTY)
        config = at.load(ctx)
        if len(raw) > config.smtp.max_size:
            raise Permanent(f"the message is larger than {config.smtp.max_size} octets")
        if sender in ("<>", "MAILER-DAEMON"):
            sender = ""
        at.ask(ctx, "accept", raw=base64.b64encode(raw).decode(), sender=sender, recipients=list(recipients))
    except Permanent as error:
        click.echo(f"mailgate: {error}", err=True)
        return EX_DATAERR
    except ConfigError as error:
        for problem in error.problems:
            click.echo(f"mailgate: {problem}", err=True)
        return EX_TEMPFAIL
    except (MailgateError, OSError) as error:
        click.echo(f"mailgate: {error}", err=True)
        return EX_TEMPFAIL
    except Exception as error:  # our own bug is never the sender's failure: the MTA keeps the mail and comes again
        click.echo(f"mailgate: {type(error).__name__}", err=True)
        sys.stderr.flush()
        return EX_TEMPFAIL
    return 0
