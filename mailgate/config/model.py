"""What may stand in `mailgate.toml`: every section, key, type and default, before anything is looked up."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from mailgate.config.connect.channels import ChannelModel
from mailgate.config.connect.webhooks import WebhookModel
from mailgate.config.customers import CustomersModel
from mailgate.config.kinds import (
    AgentName,
    Clock,
    Command,
    Count,
    Day,
    Domain,
    Duration,
    DurationOrNone,
    DurationOrZero,
    From,
    Host,
    Hours,
    Language,
    Line,
    Mailbox,
    MaybeDuration,
    MaybeHost,
    MaybeMailbox,
    MaybeSpan,
    Model,
    Name,
    Network,
    PerMinute,
    Port,
    Positive,
    PriorityName,
    Read,
    Sender,
    Share,
    Size,
    Texts,
    Working,
    Zone,
)
from mailgate.config.lookup import LookupModel
from mailgate.config.web import WebModel

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class GatewayModel(Model):
    name: Line = ""
    domain: Domain = ""
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
    trusted_networks: list[Network] = []
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
    host: MaybeHost = ""
    port: Port | None = None
    tls: Literal["tls", "starttls", "none"] = "starttls"
    folder: str = ""
    envelope: str = "null"
    rate: PerMinute = 0.0
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
    name: AgentName
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
    tier: Texts = []
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
    quiet_hours: MaybeSpan = None
    suggest: bool = False
    links: dict[str, str] = {}


class NoticesModel(Model):
    attach_max: Size = 15 * 1024**2


class RulesModel(Model):
    folder: str = "rules"
    reload: bool = False


class CommandsModel(Model):
    aliases: dict[str, str] = {}
    undo_window: DurationOrZero = timedelta(minutes=2)


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
    customers: CustomersModel = CustomersModel()
    web: WebModel = WebModel()
    lookup: LookupModel = LookupModel()
    webhook: list[WebhookModel] = []
    channel: list[ChannelModel] = []
