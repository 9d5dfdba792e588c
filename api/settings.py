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


class Settings(BaseSettings):
    """How one service runs.

    Attributes
    ----------
    database_url
        ``sqlite:///FILE`` or ``postgresql://HOST/NAME``; empty: a SQLite file in ``data_dir``.
    data_dir
        Where databases and imported cities lie.
    city
        ``demo``, or the name of an imported city; also the name of the region.
    engine, decision_charge_s, cadence_s, solver
        See `dispatch.live.Dispatcher`; the solver runs in a process of its own unless ``inline``.
    admin_token
        A bearer token that is an administrator's, for whoever starts the service.
    drive
        ``thread``: the dispatcher runs by itself; ``manual``: whoever opened the service drives it.
    public_url
        What owner links begin with, e.g. ``https://help.example.com``; empty: relative links.
    """

    model_config = SettingsConfigDict(env_prefix="ROADFLARE_", extra="ignore", frozen=True)

    database_url: Annotated[
        str,
        Field(
            validation_alias=AliasChoices("database_url", "ROADFLARE_DATABASE_URL", "DATABASE_URL")
        ),
    ] = ""
    data_dir: Path = Path(".cache/data")
    city: str = "demo"
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    drive: Literal["thread", "manual"] = "thread"
    engine: str = "ortools"
    decision_charge_s: Annotated[float, Field(ge=0)] = 0.0
    cadence_s: Annotated[float | None, Field(gt=0)] = None
    solver: Literal["process", "inline"] = "process"
    admin_token: SecretStr | None = None
    token_life: timedelta = timedelta(hours=12)
    public_url: str = ""
    heartbeat_s: Annotated[float, Field(gt=0)] = 15.0
    slow_client_s: Annotated[float, Field(gt=0)] = 30.0

    @property
    def database(self) -> str:
        """Return the database's URL."""
        if self.database_url:
            return self.database_url
        return f"sqlite:///{self.data_dir / (self.city + '.sqlite')}"
