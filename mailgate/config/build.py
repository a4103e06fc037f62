"""From what the file says to the frozen Config: names looked up, secrets fetched, defaults that depend on others."""

from __future__ import annotations

from pathlib import Path

from mailgate.config import logo, lookup, secrets, tree, values, web
from mailgate.config.connect import calls, channels, webhooks
from mailgate.config.logo import Logo
from mailgate.config.model import FileModel, ImapModel, LoginModel, OutgoingModel
from mailgate.config.people import agents, calendars, departments, slas
from mailgate.config.work import Loading
from mailgate.core.model.policy import Border, Identity, Key, LetterPolicy, Limits, Mode, Policy, TicketPolicy
from mailgate.languages import LANGUAGES
from mailgate.tomlfile import Loc

IMAP_PORTS = {"tls": 993, "starttls": 143, "none": 143}
SMTP_PORTS = {"tls": 465, "starttls": 587, "none": 25}


def build(model: FileModel, work: Loading) -> tree.Config:
    """The frozen tree; what is wrong is noted in `work.problems`, and a tree with problems is not to be used."""
    gateway = _gateway(model, work)
    smtp, picture = model.smtp, _logo(model, gateway, work)
    return tree.Config(
        path=work.document.path,
        gateway=gateway,
        store=_store(model, gateway.data, work),
        smtp=tree.Smtp(
            listen=work.listeners("smtp", smtp.listen),
            max_size=smtp.max_size,
            max_recipients=smtp.max_recipients,
            max_connections=smtp.max_connections,
            max_connections_per_peer=smtp.max_connections_per_peer,
            timeout=smtp.timeout,
            tls_cert=work.maybe_path(smtp.tls_cert),
            tls_key=work.maybe_path(smtp.tls_key),
            trusted_networks=tuple(smtp.trusted_networks),
            proxy_protocol=smtp.proxy_protocol,
        ),
        lmtp=tree.Lmtp(work.listeners("lmtp", model.lmtp.listen)),
        submission=_submission(model, work),
        imap=tuple(_box(box, ("imap", at), work) for at, box in enumerate(model.imap)),
        outgoing=tuple(_relay(relay, ("outgoing", at), gateway.data, work) for at, relay in enumerate(model.outgoing)),
        retention=tree.Retention(
            model.retention.raw, model.retention.text, work.maybe_path(model.retention.archive_folder)
        ),
        log=tree.Log(model.log.level, model.log.format),
        metrics=tree.Metrics(work.listeners("metrics", model.metrics.listen)),
        web=web.place(model.web, work),
        lookup=lookup.place(model.lookup, work),
        calls=calls.place(model.web.calls, work),
        webhooks=webhooks.places(model.webhook, [one.name for one in model.department], work),
        rules_folder=work.path(model.rules.folder),
        rules_reload=model.rules.reload,
        templates_folder=work.path(model.letters.templates),
        logo=picture.path,
        customers_file=work.maybe_path(model.customers.file),
        policy=_policy(model, gateway, picture, work),
        bridges=channels.bridges(model.channel, work),
    )


def _gateway(model: FileModel, work: Loading) -> tree.Gateway:
    given = model.gateway
    domain = given.domain.strip().lower().rstrip(".")
    if not domain and model.department:
        domain = model.department[0].addresses[0].rpartition("@")[2]
    return tree.Gateway(
        name=given.name or domain,
        domain=domain,
        data=work.path(given.data),
        timezone=given.timezone,
        language=given.language,
        admin=given.admin,
        mode=Mode(given.mode),
        pilot_to=tuple(given.pilot_to),
        alarm_command=given.alarm_command,
        health_url=given.health_url,
    )


def _store(model: FileModel, data: Path, work: Loading) -> tree.StoreAt:
    url = model.store.url
    if url == "sqlite":
        return tree.StoreAt(url, data / "mailgate.db")
    if url.startswith("sqlite:") and url.removeprefix("sqlite:").strip("/"):
        return tree.StoreAt(url, work.path(url.removeprefix("sqlite:").removeprefix("//")))
    work.note(("store", "url"), f'found "{url}"; allowed: "sqlite" (data/mailgate.db) or "sqlite:PATH"')
    return tree.StoreAt(url, data / "mailgate.db")


def _submission(model: FileModel, work: Loading) -> tree.Submission:
    passwords: dict[str, secrets.Secret] = {}
    for at, agent in enumerate(model.agent):
        found = work.secret(("agent", at, "password"), agent.password)
        if found:
            passwords[agent.name] = found
    return tree.Submission(work.listeners("submission", model.submission.listen), passwords)


def _login(given: LoginModel, loc: Loc, work: Loading) -> tree.Login:
    ways = [name for name in ("password", "token_command", "oauth") if getattr(given, name)]
    if len(ways) > 1:
        work.note((*loc, ways[1]), f"only one of {' and '.join(ways)} can be used")
    if ways and not given.user:
        work.note((*loc, ways[0]), "is of no use without `user`")
    oauth = None
    if given.oauth:
        if not given.client_id:
            work.note((*loc, "oauth"), "needs client_id, the id of the application registered with the provider")
        oauth = tree.OAuth(
            given.oauth, given.tenant, given.client_id, work.secret((*loc, "client_secret"), given.client_secret)
        )
    password = work.secret((*loc, "password"), given.password)
    return tree.Login(given.user, password, given.token_command, oauth)


def _box(given: ImapModel, loc: Loc, work: Loading) -> tree.ImapBox:
    if not given.user:
        work.note((*loc, "user"), "a mailbox needs a user")
    elif not (given.password or given.token_command or given.oauth):
        work.note((*loc, "password"), "a mailbox needs one of password, token_command and oauth")
    return tree.ImapBox(
        name=given.name,
        address=given.address,
        host=given.host,
        port=given.port or IMAP_PORTS[given.tls],
        tls=given.tls,
        login=_login(given, loc, work),
        folders=tuple(given.folders),
        junk=given.junk,
        sent_folder=given.sent_folder,
        done_folder=given.done_folder,
        since=given.since,
        idle=given.idle,
        poll=given.poll,
        alarm_after=given.alarm_after,
    )


def _relay(given: OutgoingModel, loc: Loc, data: Path, work: Loading) -> tree.Relay:
    smtp = given.transport == "smtp"
    if smtp and not given.host:
        work.note((*loc, "host"), "a relay needs a host")
    envelope = given.envelope
    if envelope not in ("null", "verp"):
        envelope = work.tried((*loc, "envelope"), lambda: values.mailbox(given.envelope)) or "null"
    login = _login(given, loc, work)
    return tree.Relay(
        name=given.name,
        transport=given.transport,
        host=given.host if smtp else "",
        port=(given.port or SMTP_PORTS[given.tls]) if smtp else 0,
        tls=given.tls,
        login=login if login.user else None,
        folder=None if smtp else (work.maybe_path(given.folder) or data / "outbox"),
        envelope=envelope,
        rate=given.rate,
        connections=given.connections,
        retry_for=given.retry_for,
    )


def _policy(model: FileModel, gateway: tree.Gateway, picture: Logo, work: Loading) -> Policy:
    made_of = {name: getattr(model.limits, name) for name in Limits.__dataclass_fields__}
    return Policy(
        name=gateway.name,
        domain=gateway.domain,
        departments=departments(model, gateway.name),
        keys=_keys(model, gateway, work),
        instance=gateway.domain,
        agents=agents(model),
        admin=gateway.admin,
        mode=gateway.mode,
        pilot_to=gateway.pilot_to,
        timezone=gateway.timezone,
        language=gateway.language,
        languages=LANGUAGES,
        language_for=dict(model.gateway.language_for),
        slas=slas(model),
        calendars=calendars(model, work),
        limits=Limits(**made_of),
        identity=Identity(
            model.identity.accept,
            model.identity.subaddress,
            tuple(Border(border.id, border.format, border.veto) for border in model.identity.border),
            model.identity.old_letters,
        ),
        tickets=TicketPolicy(
            **{**dict(model.tickets), "old_tags": tuple(model.tickets.old_tags), "tags": tuple(model.tickets.tags)}
        ),
        letters=_letters(model, picture),
        attach_max=model.notices.attach_max,
        undo_window=model.commands.undo_window,
        command_aliases=dict(model.commands.aliases),
        forwards=dict(model.forwards),
        digest_at=model.digest.at,
        digest_to=tuple(model.digest.to),
        spent_by_agent=model.reports.spent_by_agent,
        web=web.policy(model.web, gateway.language),
        knows_customers=bool(model.customers.file or model.lookup.url or model.lookup.command),
        channels=channels.policy(model.channel),
    )


def _keys(model: FileModel, gateway: tree.Gateway, work: Loading) -> tuple[Key, ...]:
    lost = gateway.data / secrets.KEYS_FILE
    if model.identity.keys == "auto" and not lost.exists() and (gateway.data / "mailgate.db").exists():
        text = f"{lost} was gone, and other keys take its place: no letter sent so far proves anything"
        work.note(("identity", "keys"), text, warning=True)
    try:
        return secrets.keys(model.identity.keys, gateway.data, work.places, work.today, write=work.write)
    except secrets.Unreadable as error:
        later = isinstance(error, secrets.Elsewhere) and not work.strict
        work.note(("identity", "keys"), str(error), warning=later)
        return ()


def _logo(model: FileModel, gateway: tree.Gateway, work: Loading) -> Logo:
    text = model.letters.logo
    return work.tried(("letters", "logo"), lambda: logo.find(text, work.path(text), gateway.domain)) or Logo()


def _letters(model: FileModel, picture: Logo) -> LetterPolicy:
    given = model.letters
    return LetterPolicy(
        logo=picture.address,
        logo_file=picture.file,
        survey=given.survey,
        survey_every=given.survey_every,
        stages=tuple(given.stages),
        max_per_day=given.max_per_day,
        quiet_hours=given.quiet_hours,
        suggest=given.suggest,
        links=dict(given.links),
        privacy=model.gateway.privacy,
    )
