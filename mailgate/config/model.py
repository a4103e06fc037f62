"""What may stand in `mailgate.toml`: every section, key, type and default, before anything is looked up."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from mailgate.config import values
from mailgate.config.tree import Network
from mailgate.core.model.mail import Address
from mailgate.core.text.language import KNOWN
from mailgate.languages import LANGUAGES

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _text(parse: Any) -> BeforeValidator:
    """A value written as text, turned into what it means."""

    def from_text(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("is to be text in quotes")
        return parse(value)

    return BeforeValidator(from_text)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _perhaps(parse: Any) -> BeforeValidator:
    """Like `_text`, where the empty text means none."""

    def from_text(value: Any) -> Any:
        if not isinstance(value, str):
            raise ValueError("is to be text in quotes")
        return parse(value) if value.strip() else None

    return BeforeValidator(from_text)


def _name(value: str) -> str:
    if not value or len(value) > 40 or not all(c.isalnum() or c in "-_." for c in value):
        raise ValueError("a name is one word of letters, digits, - _ or .")
    return value


def _agent_name(value: str) -> str:
    if value.lower() in RESERVED:
        raise ValueError(f"{value!r} means something else; reserved are {', '.join(sorted(RESERVED))}")
    if not value.isascii():
        raise ValueError("an agent's name is plain ASCII, for it stands in addresses; use full_name for the real one")
    return _name(value)


def _line(value: str) -> str:
    if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        raise ValueError("one line of text without control characters")
    return value


def _host(value: str) -> str:
    if not _HOST.fullmatch(value):
        raise ValueError('a host is like "mail.acme.example" or "192.0.2.7"')
    return value


def _domain(value: str) -> str:
    if value and not _DOMAIN.fullmatch(value.rstrip(".")):
        raise ValueError('a domain is like "acme.example", in ASCII')
    return value


def _window(value: Any) -> timedelta:
    if value in (0, "0") and not isinstance(value, bool):
        return timedelta()
    if not isinstance(value, str):
        raise ValueError('a duration in quotes like "2m", or 0 for none')
    return values.duration(value)


def _share(value: float) -> float:
    if not 0 < value <= 100:
        raise ValueError("a share of the time allowed lies above 0: 1.0 is the deadline itself")
    return value


_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,255}")
_DOMAIN = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
RESERVED = frozenset("round-robin least-busy lead owner agents me all both nobody mailgate always".split())  # noqa: SIM905
Size = Annotated[int, _text(values.size)]
Duration = Annotated[timedelta, _text(values.duration)]
DurationOrNone = Annotated[timedelta, _text(values.duration_or_none)]
MaybeDuration = Annotated[timedelta | None, _perhaps(values.duration)]
Working = Annotated[values.WorkingTime | None, _perhaps(values.working)]
Mailbox = Annotated[str, _text(values.mailbox)]
MaybeMailbox = Annotated[str, _text(lambda text: values.mailbox(text) if text.strip() else "")]
Sender = Annotated[str, _text(values.sender)]
From = Annotated[Address, _text(values.address)]
Clock = Annotated[int, _text(values.clock)]
Hours = Annotated[tuple[tuple[int, int], ...], BeforeValidator(values.hours)]
Day = Annotated[date, BeforeValidator(values.day)]
Zone = Annotated[str, AfterValidator(values.zone)]
Name = Annotated[str, AfterValidator(_name)]
Line = Annotated[str, AfterValidator(_line)]
Host = Annotated[str, AfterValidator(_host)]
Share = Annotated[float, AfterValidator(_share)]
Texts = Annotated[list[str], BeforeValidator(_listed)]
Command = Annotated[tuple[str, ...], BeforeValidator(values.command)]
if TYPE_CHECKING:
    Language = str
    Read = str
else:
    Language = Literal[LANGUAGES]
    Read = Literal[tuple(dict.fromkeys((*LANGUAGES, *KNOWN)))]  # that mail is read in
PriorityName = Literal["low", "normal", "high", "urgent"]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Model(BaseModel):
    """A section: no unknown keys, no silent conversions."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, populate_by_name=False, hide_input_in_errors=True
    )


class GatewayModel(Model):
    name: Line = ""
    domain: Annotated[str, AfterValidator(_domain)] = ""
    data: str = "data"
    timezone: Zone = "UTC"
    language: Language = "en"
    language_for: dict[Read, Language] = {}
    admin: MaybeMailbox = ""
    mode: Literal["live", "pilot", "watch"] = "live"
    pilot_to: list[Mailbox] = []
    alarm_command: Command = ()
    health_url: Line = ""
    privacy: Line = ""


class StoreModel(Model):
    url: str = "sqlite"


class SmtpModel(Model):
    listen: Texts = ["127.0.0.1:8025"]
    max_size: Size = 25 * 1024**2
    max_recipients: Positive = 100
    max_connections: Positive = 100
    max_connections_per_peer: Positive = 20
    timeout: Duration = timedelta(minutes=5)
    tls_cert: str = ""
    tls_key: str = ""
    trusted_networks: list[Annotated[Network, _text(values.network)]] = []
    proxy_protocol: bool = False


class LmtpModel(Model):
    listen: Texts = []


class SubmissionModel(Model):
    listen: Texts = []


class LoginModel(Model):
    """What mailboxes and relays share: how to log in."""

    user: Line = ""
    password: str = ""
    token_command: Command = ()
    oauth: Literal["microsoft", "google"] | None = None
    tenant: str = "common"
    client_id: str = ""
    client_secret: str = ""


class ImapModel(LoginModel):
    name: Name
    address: Mailbox
    host: Host
    port: Port | None = None
    tls: Literal["tls", "starttls", "none"] = "tls"
    folders: Texts = ["INBOX"]
    junk: str = ""
    sent_folder: str = ""
    done_folder: str = ""
    since: Day | None = None
    idle: bool = True
    poll: Duration = timedelta(minutes=5)
    alarm_after: Duration = timedelta(minutes=30)


class OutgoingModel(LoginModel):
    name: Name
    transport: Literal["smtp", "folder"] = "smtp"
    host: Annotated[str, AfterValidator(lambda value: _host(value) if value else value)] = ""
    port: Port | None = None
    tls: Literal["tls", "starttls", "none"] = "starttls"
    folder: str = ""
    envelope: str = "null"
    rate: Annotated[float, _text(values.rate)] = 0.0
    connections: Annotated[int, Field(ge=1, le=50)] = 2
    retry_for: Duration = timedelta(days=5)


class BorderModel(Model):
    id: str = ""
    format: Literal["rfc8601", "exchange-online"] = "rfc8601"
    veto: Literal["all", "agents"] = "all"


class IdentityModel(Model):
    accept: Literal["token", "token+pass", "pass"] = "token"
    subaddress: Literal["+", "-", "_", "=", ""] = "+"
    keys: str = "auto"
    old_letters: DurationOrNone = timedelta(days=7)
    border: list[BorderModel] = []


class LimitsModel(Model):
    acks_per_sender_hour: Count = 5
    acks_per_sender_day: Count = 20
    acks_per_hour: Count = 500
    ack_max_age: Duration = timedelta(hours=24)
    reopens_per_ticket_day: Count = 5
    tickets_per_sender_hour: Positive = 30
    parts: Positive = 1000
    nesting: Annotated[int, Field(ge=1, le=100)] = 20
    header_bytes: Size = 256 * 1024


class TicketsModel(Model):
    tag: Line = "[#{number}]"
    old_tags: list[Line] = []
    first_number: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1001
    reopen_within: Duration = timedelta(days=14)
    archive_after: Duration = timedelta(days=30)
    tags: list[str] = []


class DepartmentModel(Model):
    name: Name
    addresses: Annotated[list[Mailbox], Field(min_length=1)]
    from_: From | None = Field(None, alias="from")
    language: Language | None = None
    sla: str | None = None
    calendar: str | None = None
    lead: str | None = None
    deputy: str | None = None
    signature: str = ""
    outgoing: str | None = None
    notify: Literal["", "all", "turn", "owner", "lead", "pull"] = ""
    order: Literal["due", "arrival"] = "due"
    after_reply: Literal["waiting", "solved"] = "waiting"
    nudge: MaybeDuration = None
    solve_after: MaybeDuration = None
    via: Literal["", "google-group"] = ""
    training: bool = False


class AgentModel(Model):
    name: Annotated[str, AfterValidator(_agent_name)]
    address: Mailbox
    aliases: list[Mailbox] = []
    full_name: Line = ""
    departments: list[str] = []
    role: Literal["agent", "trainee", "lead", "admin"] = "agent"
    language: Language | None = None
    speaks: list[Read] = []
    timezone: Zone | None = None
    calendar: str | None = None
    signature: str = ""
    receipts: Literal["refused", "always"] = "refused"
    active: bool = True
    password: str = ""


class EscalateModel(Model):
    at: Share
    notify: Texts = []
    priority: PriorityName | None = None
    release: bool = False
    reassign: bool = False


class SlaModel(Model):
    name: Name
    first_response: Working = None
    next_response: Working = None
    resolve: Working = None
    warn: Annotated[float, Field(gt=0, le=1)] = 0.8
    escalate: list[EscalateModel] = []
    priorities: list[PriorityName] = []
    tags: list[str] = []
    customers: list[Sender] = []
    at_once: bool = False


class CalendarModel(Model):
    name: Name
    timezone: Zone | None = None
    monday: Hours = ()
    tuesday: Hours = ()
    wednesday: Hours = ()
    thursday: Hours = ()
    friday: Hours = ()
    saturday: Hours = ()
    sunday: Hours = ()
    holidays: Texts = []
    closed: list[Day] = []
    open: list[Day] = []


class LettersModel(Model):
    templates: str = "templates"
    logo: str = ""
    survey: bool | str = True
    survey_every: DurationOrNone = timedelta(days=30)
    stages: list[Literal["taken", "waiting", "transferred", "solved", "reopened", "late"]] = ["solved"]
    max_per_day: Count = 2
    quiet_hours: Annotated[tuple[int, int] | None, _perhaps(values.span)] = None
    suggest: bool = False
    links: dict[str, str] = {}


class NoticesModel(Model):
    attach_max: Size = 15 * 1024**2


class RulesModel(Model):
    folder: str = "rules"
    reload: bool = False


class CommandsModel(Model):
    aliases: dict[str, str] = {}
    undo_window: Annotated[timedelta, BeforeValidator(_window)] = timedelta(minutes=2)


class DigestModel(Model):
    at: Clock = 8 * 60
    to: list[str] = ["agents", "lead"]


class ReportsModel(Model):
    spent_by_agent: bool = False


class RetentionModel(Model):
    raw: MaybeDuration = None
    text: MaybeDuration = None
    archive_folder: str = ""


class LogModel(Model):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class MetricsModel(Model):
    listen: Texts = []


class FileModel(Model):
    """The whole file."""

    gateway: GatewayModel = GatewayModel()
    store: StoreModel = StoreModel()
    smtp: SmtpModel = SmtpModel()
    lmtp: LmtpModel = LmtpModel()
    submission: SubmissionModel = SubmissionModel()
    imap: list[ImapModel] = []
    outgoing: list[OutgoingModel] = []
    identity: IdentityModel = IdentityModel()
    limits: LimitsModel = LimitsModel()
    tickets: TicketsModel = TicketsModel()
    department: Annotated[list[DepartmentModel], Field(min_length=1)]
    agent: list[AgentModel] = []
    sla: list[SlaModel] = []
    calendar: list[CalendarModel] = []
    letters: LettersModel = LettersModel()
    notices: NoticesModel = NoticesModel()
    rules: RulesModel = RulesModel()
    commands: CommandsModel = CommandsModel()
    forwards: dict[Name, Mailbox] = {}
    digest: DigestModel = DigestModel()
    reports: ReportsModel = ReportsModel()
    retention: RetentionModel = RetentionModel()
    log: LogModel = LogModel()
    metrics: MetricsModel = MetricsModel()
