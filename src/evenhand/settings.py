"""Every setting, read once at start from `EVENHAND_…` variables (docs/reference/settings.md)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an operator may set. Every field says what it does; the docs are tested against it."""

    model_config = SettingsConfigDict(env_prefix="EVENHAND_", extra="ignore", frozen=True)

    data: Path = Field(Path("evenhand-data"), description="Folder for the database, keys, media.")
    database_url: str | None = Field(
        None, description="SQLAlchemy URL; unset means one SQLite file in the data folder."
    )
    checkpoints: Path | None = Field(
        None, description="Folder for the kept checkpoint; another disk is better. Unset: in data."
    )
    master_key: SecretStr | None = Field(
        None, description="Base64 of 32 bytes that seal everything; unset: a key file in data."
    )
    listen: str = Field("127.0.0.1", description="Address to listen on.")
    trusted_proxies: str | None = Field(
        None,
        description="Addresses of reverse proxies whose X-Forwarded-For is believed; unset: none.",
    )
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        None, description="Address people use, for links in messages; unset: from listen and port."
    )
    service_name: str = Field("This service", description="The service's name as people know it.")
    contact: str = Field(
        "trust@example.org", description="Contact address shown to the public (DSA Art. 12)."
    )
    out_of_court: str = Field(
        "You may bring the dispute to a certified out-of-court dispute settlement body.",
        description="What statements of reasons say about out-of-court settlement (DSA Art. 21).",
    )
    judicial: str = Field(
        "You may go to a court at any time.",
        description="What statements of reasons say about judicial redress.",
    )
    adult_clause: str = Field(
        "adult-content",
        description="Key of the clause for sexual material; without it image models hold nothing.",
    )
    host_webhook_url: str | None = Field(
        None, description="Where effects and messages for the host are sent; unset: nowhere yet."
    )
    host_webhook_secret: SecretStr | None = Field(
        None, description="Secret that signs them (Standard Webhooks, `whsec_…`)."
    )
    dsa_url: str = Field(
        "https://transparency.dsa.ec.europa.eu/api/v1",
        description="Where statements of reasons are sent; a sandbox while you try it out.",
    )
    dsa_token: SecretStr | None = Field(
        None, description="Your token at the DSA Transparency Database; unset: nothing is sent."
    )
    smtp_host: str | None = Field(None, description="Mail server; unset: no mail is sent.")
    smtp_port: int = Field(587, description="Port of the mail server.")
    smtp_user: str | None = Field(None, description="User name at the mail server.")
    smtp_password: SecretStr | None = Field(None, description="Password at the mail server.")
    smtp_tls: bool = Field(True, description="Use STARTTLS; only loopback servers may go without.")
    mail_from: str = Field("trust@example.org", description="Sender address of mail.")
    worker_seconds: float = Field(0.25, gt=0, description="How often a worker looks for work.")
    gate_seconds: float = Field(
        5.0, gt=0, le=60, description="How long detectors may take with an item a host waits for."
    )
    labels_per_day: int = Field(
        10,
        ge=0,
        le=10_000,
        description="Items a day put before people to learn from, once a classifier is in force.",
    )
    labels_at_random: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of them chosen at random; the rest is where a classifier is unsure.",
    )
    train_days: int = Field(
        7, ge=0, description="Days between trainings of classifiers; 0: only when asked for."
    )
    appeal_days: int = Field(184, ge=184, description="Days to appeal; six months at least.")
    read_words: bool = Field(
        False, description="Read words in every picture; else only while a bank holds words."
    )
    trusted_signers: FilePath | None = Field(
        None, description="PEM file of signers whose content credentials count; unset: nobody's."
    )
    timestamp_roots: FilePath | None = Field(
        None, description="PEM file of authorities whose time stamps count; unset: nobody's."
    )
    search_days: int = Field(
        30, ge=0, le=3650, description="Days back that a new entry is searched for; 0: not at all."
    )
    flood_accounts: int = Field(
        100,
        ge=0,
        description="Accounts an entry may match in an hour before it is quarantined; 0: no end.",
    )
    counters: SecretStr | None = Field(
        None,
        description="Redis or Valkey URL where counters of rules are kept too; unset: the database"
        " counts.",
    )
    log_level: str = Field("info", description="Least level of log lines: debug … error.")
