"""What an operator sets, by name; an unknown or wrong value is refused by its name."""

import os
import re
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

from pydantic import SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.core.sealing import Keys, parse_keys
from bot.errors import BotError

PREFIX = "KUFFERT_"
FILE = Path("kuffert.env")
HIGHEST_FREE_RATE = 30.0  # messages a second; Telegram's own ceiling without paid broadcasts
HIGHEST_PAID_RATE = 1000.0
LOOPBACK = "http://127.0.0.1"  # for a Bot API server of one's own, and for tests
SECRET = re.compile(r"[A-Za-z0-9_-]{24,256}")  # as the Bot API allows; shorter ones are guessed


class LogKind(StrEnum):
    """How the log is written: as lines for people, or as JSON."""

    TEXT = "text"
    JSON = "json"


class Settings(BaseSettings):
    """Every setting, from the environment or from the file `kuffert.env`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", env_ignore_empty=True, extra="forbid"
    )

    telegram_token: SecretStr | None = None
    telegram_token_file: Path | None = None
    telegram_api: str = "https://api.telegram.org"
    database_url: SecretStr = SecretStr("sqlite:///kuffert.db")
    database_url_file: Path | None = None
    content: Path = Path("content")
    locales: Path = Path("locales")
    secret_key: SecretStr | None = None
    secret_key_file: Path | None = None
    send_rate: float = 25.0
    paid_broadcast: bool = False
    tombstones: Path | None = None
    public_url: str | None = None
    webhook_secret: SecretStr | None = None
    webhook_secret_file: Path | None = None
    staff_chat: int | None = None
    log: LogKind = LogKind.TEXT
    host: str = "127.0.0.1"
    port: int = 8081
    proxies: str = "127.0.0.1,::1"

    @field_validator("telegram_api")
    @classmethod
    def check_address(cls, value: str) -> str:
        """Accept a web address, without a slash at its end."""
        if not value.startswith(("http://", "https://")):
            raise ValueError("write an address that begins with https://")
        return value.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def check_public_address(cls, value: str | None) -> str | None:
        """Accept an address that the network can bring updates to; none where they are polled."""
        if not value:
            return None
        if not value.startswith(("https://", LOOPBACK)):
            raise ValueError("write the address that the world knows, beginning with https://")
        return value.rstrip("/")

    @field_validator("send_rate")
    @classmethod
    def check_rate(cls, value: float) -> float:
        """Accept a rate that Telegram allows at all."""
        if not 0 < value <= HIGHEST_PAID_RATE:
            raise ValueError(f"write a number of messages a second, up to {HIGHEST_PAID_RATE:g}")
        return value

    @model_validator(mode="after")
    def check_paid(self) -> Self:
        """Refuse a rate that costs money unless somebody said that it may."""
        if self.send_rate > HIGHEST_FREE_RATE and not self.paid_broadcast:
            raise PydanticCustomError(
                "paid",
                "above {free} a second each message costs; set KUFFERT_PAID_BROADCAST=yes as well",
                {"free": f"{HIGHEST_FREE_RATE:g}"},
            )
        return self

    @field_validator("port")
    @classmethod
    def check_port(cls, value: int) -> int:
        """Accept a port's number."""
        if not 0 <= value < 2**16:
            raise ValueError("write a number from 0 to 65535")
        return value

    @field_validator("proxies")
    @classmethod
    def check_proxies(cls, value: str) -> str:
        """Accept addresses and networks; nobody can be anybody, and a name can be taken over."""
        for each in filter(None, value.split(",")):
            try:
                network = ip_network(each.strip())
            except ValueError:
                raise ValueError("write addresses and networks, such as 10.0.0.2") from None
            if network.prefixlen == 0:
                raise ValueError("a network of everybody trusts everybody; write a smaller one")
        return value

    @model_validator(mode="after")
    def read_database_url(self) -> Self:
        """Take the database's address from its file, where one is named: it holds a password."""
        found = read_secret(None, self.database_url_file)
        if found:
            self.database_url = SecretStr(found)
        return self

    def read_token(self) -> str:
        """Give the bot's token; raise BotError without one."""
        token = read_secret(self.telegram_token, self.telegram_token_file)
        if ":" not in token:
            raise BotError(
                "There is no bot token. Ask @BotFather in Telegram for one and set "
                "KUFFERT_TELEGRAM_TOKEN in kuffert.env. To look around without one: kuffert demo."
            )
        return token

    def read_webhook_secret(self) -> str:
        """Give the secret that the network shows with each update; raise BotError without one."""
        secret = read_secret(self.webhook_secret, self.webhook_secret_file)
        if not SECRET.fullmatch(secret):
            raise BotError(
                "KUFFERT_PUBLIC_URL is set, and KUFFERT_WEBHOOK_SECRET is not a secret of 24 to "
                f"256 letters, digits, _ and -. One was drawn just now: {token_urlsafe(32)}"
            )
        return secret

    def read_key(self) -> Keys:
        """Give the secret key, as it stands in its file now; raise BotError without one."""
        if self.secret_key is not None:
            return parse_keys(self.secret_key.get_secret_value())
        if self.secret_key_file is None:
            raise BotError("There is no key. Make a settings file and a key with `kuffert init`.")
        try:
            return parse_keys(self.secret_key_file.read_text())
        except UnicodeDecodeError:
            raise BotError(f"The key cannot be read: {self.secret_key_file} is no text.") from None
        except OSError as error:
            raise BotError(
                f"The key cannot be read: {self.secret_key_file} ({error.strerror}). "
                "Put back your copy of it; without it what is sealed cannot be opened."
            ) from None


def read_secret(value: SecretStr | None, file: Path | None) -> str:
    """Give a secret as it was set, or as it stands in its file; "" where there is none."""
    if value is not None and value.get_secret_value():
        return value.get_secret_value()
    if file is None:
        return ""
    try:
        return file.read_text().strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise BotError(f"The secret in {file} cannot be read ({why}).") from None


def load_settings(file: Path = FILE) -> Settings:
    """Load the settings from the environment and the file; raise BotError for a wrong one."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(
        name for name in os.environ if name.upper().startswith(PREFIX) and name not in known
    )
    if unknown:
        raise BotError(f"Unknown setting: {', '.join(unknown)}. There are: {list_names(known)}.")
    try:
        return Settings(_env_file=file if file.exists() else None)  # type: ignore[call-arg]
    except ValidationError as error:
        raise BotError(describe(error, known)) from None


def describe(error: ValidationError, known: set[str]) -> str:
    """Say in one line which settings are wrong; never what was written, it may be a secret."""
    lines = []
    for each in error.errors():
        name = str(each["loc"][0] if each["loc"] else "send_rate").upper()
        full = name if name.startswith(PREFIX) else f"{PREFIX}{name}"
        if each["type"] == "extra_forbidden":
            lines.append(f"Unknown setting: {full}. There are: {list_names(known)}.")
        else:
            lines.append(f"{full}: {each['msg'].removeprefix('Value error, ')}.")
    return " ".join(lines)


def list_names(names: set[str]) -> str:
    """List settings by name."""
    return ", ".join(sorted(names))
