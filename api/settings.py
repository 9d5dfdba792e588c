"""Settings, from the environment or from whoever opens the service; read when it is opened.

Every name has the prefix ``ROADFLARE_``; the database is also found under its usual name,
``DATABASE_URL``. Secrets (the database's password is in its URL) come from nowhere else.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from api.lives import Lives


class Settings(BaseSettings):
    """How one service runs.

    Attributes
    ----------
    database_url
        ``sqlite:///FILE`` or ``postgresql://HOST/NAME``; empty: a SQLite file in ``data_dir``.
    data_dir
        Where databases and imported cities lie.
    speeds
        Speed table (TOML, docs/speeds.md); without one every drive goes as the map says.
    city
        ``demo``, or the name of an imported city; also the name of the region.
    engine, decision_charge_s, cadence_s, solver
        See `dispatch.live.Dispatcher`; the solver runs in a process of its own unless ``inline``.
    dispatch_settings
        A TOML file with the prices and times of this city's dispatch, made from a copy of
        ``dispatch/settings.toml``; ``None``: ``dispatch.toml`` in the city's folder if there is
        one, else that file itself.
    admin_token
        A bearer token that is an administrator's, for whoever starts the service.
    drive
        ``thread``: the dispatcher runs by itself; ``manual``: whoever opened the service drives it.
    metrics_token
        What Prometheus must send to read ``/metrics``; without one, only this machine may.
    log_level
        ``info``: a line for each request and decision.
    run_sheet_dir, run_sheet_s
        Where the degraded run sheet is written, and how often; ``None``: in ``data_dir``.
    with_dispatcher
        Whether a service takes part in electing the region's dispatcher; always on SQLite.
    token_life
        How long tokens hold that are issued to machines.
    access_life, session_idle, session_life
        Of people's sessions, see `api.lives.Lives`.
    keep_personal_days
        How long closed incidents and past visits lead back to people; ``None``: until somebody
        erases them. See `api.retention`.
    cors_origins
        Origins whose pages may call this service, e.g. ``["https://desk.example.com"]``; none.
    token_rate, address_rate
        Requests a second that one token, and one address without any, may make for long.
    webhook_key
        From which the webhooks' signing secrets are derived; without one there are no webhooks.
    webhooks_to_private
        Also deliver to private and loopback addresses, and without TLS: for tests only.
    list_age_s
        How old lists of incidents and units may be where nothing has happened; consoles share them.
    public_url
        What owner links, and the report's to the console, begin with, e.g.
        ``https://help.example.com``; empty: relative links.
    """

    model_config = SettingsConfigDict(env_prefix="ROADFLARE_", extra="ignore", frozen=True)

    database_url: Annotated[
        str,
        Field(
            validation_alias=AliasChoices("database_url", "ROADFLARE_DATABASE_URL", "DATABASE_URL")
        ),
    ] = ""
    data_dir: Path = Path(".cache/data")
    speeds: Path | None = None
    city: str = "demo"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    drive: Literal["thread", "manual"] = "thread"
    with_dispatcher: bool = True
    engine: str = "colgen"
    decision_charge_s: Annotated[float, Field(ge=0)] = 0.0
    cadence_s: Annotated[float | None, Field(gt=0)] = None
    solver: Literal["process", "inline"] = "process"
    dispatch_settings: Path | None = None
    admin_token: SecretStr | None = None
    metrics_token: SecretStr | None = None
    log_level: Literal["debug", "info", "warning"] = "info"
    run_sheet_dir: Path | None = None
    run_sheet_s: Annotated[float, Field(gt=0, le=60)] = 30.0
    token_life: timedelta = timedelta(hours=12)
    access_life: timedelta = timedelta(minutes=15)
    session_idle: timedelta = timedelta(hours=12)
    session_life: timedelta = timedelta(days=7)
    keep_personal_days: Annotated[int | None, Field(ge=7, le=36500)] = None
    cors_origins: tuple[str, ...] = ()
    token_rate: Annotated[float, Field(gt=0)] = 50.0
    address_rate: Annotated[float, Field(gt=0)] = 50.0
    webhook_key: Annotated[SecretStr, Field(min_length=16)] | None = None
    webhooks_to_private: bool = False
    public_url: str = ""
    list_age_s: Annotated[float, Field(ge=0, le=5)] = 1.0
    heartbeat_s: Annotated[float, Field(gt=0)] = 15.0
    slow_client_s: Annotated[float, Field(gt=0)] = 30.0

    @property
    def database(self) -> str:
        """Return the database's URL."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir / (self.city + '.sqlite')}"

    @property
    def keep_personal(self) -> timedelta | None:
        """Return how long closed incidents and past visits lead back to people."""
        days = self.keep_personal_days
        return None if days is None else timedelta(days=days)

    @property
    def lives(self) -> Lives:
        """Return how long people's sessions hold."""
        return Lives(self.access_life, self.session_idle, self.session_life)

    @property
    def run_sheets(self) -> Path:
        """Return the folder of the degraded run sheets."""
        return self.run_sheet_dir or self.data_dir / "run-sheets"
