"""The settings of one Rightaway, read from the environment: everything a deployer can set, with its type."""

import os
import secrets
from functools import cache
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rightaway.domain import work_schedules
from rightaway.domain.errors import Invalid

ROOT_HOME = Path("/var/lib/rightaway/default")


def _default_home() -> Path:
    if os.geteuid() == 0:
        return ROOT_HOME
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "rightaway"


class Environment(BaseSettings):
    """Every variable is `RIGHTAWAY_` and the field's name in capitals."""

    model_config = SettingsConfigDict(env_prefix="RIGHTAWAY_", extra="ignore")

    home: Path = Field(default_factory=_default_home, description="Folder of everything Rightaway keeps.")
    database_url: str = Field(default="", description="A PostgreSQL >= 15; empty starts the embedded one.")
    bind: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(default=8765, description="Port of the web server.")
    public_url: str = Field(default="", description="The URL people use, when it is not http://BIND:PORT.")
    allowed_hosts: str = Field(default="", description="Further host names to answer to, comma separated.")
    debug: bool = Field(default=False, description="Show tracebacks in pages. Never in production.")
    worker_slots: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=50, description="Deployments one worker carries at the same time."
    )
    max_targets: Annotated[int, Field(ge=1, le=5000)] = Field(
        default=200, description="Targets one worker holds open at the same time."
    )
    lease_s: Annotated[float, Field(ge=1, le=300)] = Field(
        default=30, description="Seconds without a heartbeat after which a worker counts as dead."
    )
    els_clock: Annotated[float, Field(gt=0, le=100_000)] = Field(
        default=1, description="How much faster early life support runs than the clock; for demonstrations."
    )

    time_zone: str = Field(default="UTC", description="Time zone of the organisation, such as Europe/Berlin.")
    work_hours: str = Field(
        default="mon-fri 08:00-18:00", description="Hours in which deadlines of alerts are counted."
    )
    smtp_host: str = Field(default="", description="Mail server; without one nothing is sent by mail.")
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = Field(default=587, description="Its port.")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="How the connection to it is protected."
    )
    smtp_user: str = Field(default="", description="Name to sign in to it with; empty signs in nowhere.")
    smtp_password_file: Path | None = Field(
        default=None, description="File with the password for it; only its owner may read it."
    )
    mail_from: str = Field(
        default="", description="Sender of mail, such as Rightaway <rightaway@example.org>."
    )

    @field_validator("work_hours")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            work_schedules.read(text, "UTC")
        except Invalid as error:
            raise ValueError(f"{error} {error.hint}") from error
        return text

    @field_validator("time_zone")
    @classmethod
    def _known(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"There is no time zone {zone}.")
        return zone

    @property
    def library_folder(self) -> Path:
        return self.home / "library"

    @property
    def attachments_folder(self) -> Path:
        return self.home / "attachments"

    @property
    def url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.bind}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        extra = [host.strip() for host in self.allowed_hosts.split(",") if host.strip()]
        return ["127.0.0.1", "localhost", "[::1]", *extra]

    def secret_key(self) -> str:
        """Read the key that signs sessions, or make it on the first start; the file is for its owner only."""
        path = self.home / "secret.key"
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
        key = secrets.token_urlsafe(48)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(key)
        except FileExistsError:
            return path.read_text().strip()
        return key


@cache
def environment() -> Environment:
    return Environment()
