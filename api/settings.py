"""Settings: environment variables `LABELLOOP_*` or a `.env` file."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from labeling.fetch import Doors


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class Settings(BaseSettings):
    """How one process of the hub runs."""

    model_config = SettingsConfigDict(env_prefix="LABELLOOP_", env_file=".env", extra="ignore")

    data_dir: Path = Field(
        default=Path("labelloop-data"), description="Folder of the database and all files."
    )
    database_url: str | None = Field(
        default=None, description="SQLAlchemy URL; default a SQLite file in the data folder."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8080, ge=0, le=65_535, description="Port to listen on; 0 takes a free one."
    )
    worker: bool = Field(
        default=True, description="Whether this process also plans, trains and releases."
    )
    secure_cookies: bool = Field(
        default=False, description="Send the session cookie over HTTPS only."
    )
    max_upload_bytes: int = Field(
        default=2 * 1024**3, ge=1, description="Largest file that may be imported."
    )
    max_body_bytes: int = Field(default=8 * 1024**2, ge=1, description="Largest JSON body.")

    audit_anchor_file: Path | None = Field(
        default=None, description="File outside the data folder that takes the record's head."
    )
    audit_anchor_git: Path | None = Field(
        default=None, description="Git repository that takes the record's head as commits."
    )
    audit_anchor_mail: str | None = Field(
        default=None, description="Address that takes the record's head by mail."
    )
    audit_anchor_seconds: int = Field(
        default=3_600, ge=1, description="How often the record's head is written outside."
    )
    public_url: str | None = Field(
        default=None, description="Address of the hub in letters; default the one it listens on."
    )
    smtp_url: str | None = Field(
        default=None,
        description="smtp://USER:PASSWORD@HOST:PORT, or smtps://…; without it no mail is sent.",
    )
    mail_from: str = Field(
        default="labelloop@localhost", description="Sender of the letters that the hub sends."
    )

    deletion_grace_days: float = Field(
        default=30.0, ge=0, le=3_650, description="How long a deleted project can be restored."
    )
    metrics_on_loopback: bool = Field(
        default=False, description="Answer /metrics to whoever asks from this machine itself."
    )
    outbox_days: int = Field(
        default=30, ge=1, description="How long events that every consumer has read are kept."
    )

    ray_address: str | None = Field(
        default=None,
        description="Ray cluster that computes chunks of features and scores (`ray://…`, "
        "HOST:PORT, `local`); default none.",
    )
    ray_gpus: float = Field(
        default=0.0, ge=0, description="GPUs that a chunk needs on Ray; .25 lets four share one."
    )

    import_roots: str = Field(
        default="",
        description="Folders below which imports may name files by path; with `:` between.",
    )
    import_schemes: str = Field(
        default="",
        description="Schemes that imports may name files by (http, https, s3, gs, az, memory, …); "
        "with commas between.",
    )
    import_networks: str = Field(
        default="",
        description="Private networks that imports may fetch from (10.1.0.0/16); commas between.",
    )

    @field_validator("import_networks")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for part in _parts(value):
            ip_network(part)
        return value

    @property
    def doors(self) -> Doors:
        """What imports may name instead of uploading it."""
        return Doors(
            roots=tuple(Path(part) for part in self.import_roots.split(os.pathsep) if part),
            schemes=frozenset(part.lower() for part in _parts(self.import_schemes)),
            networks=tuple(ip_network(part) for part in _parts(self.import_networks)),
            most_bytes=self.max_upload_bytes,
        )

    @property
    def resolved_database_url(self) -> str:
        """The database URL, the SQLite file of the data folder where none is set."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'hub.db').resolve()}"
