"""Read a database's address, with the parameters that PostgreSQL's own programs take."""

from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import BotError

SETTING = "KUFFERT_DATABASE_URL"
DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
CONNECT_TIMEOUT = "connect_timeout"
PASSED_ON = (  # asyncpg knows these in an address of its own alone
    *("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl", "sslpassword"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "passfile", "dbname"),
    *("target_session_attrs", "application_name", "options"),
)
PARAMETERS = {
    "sqlite": frozenset[str](),
    "postgresql": frozenset({*PASSED_ON, CONNECT_TIMEOUT, "host", "port", "user", "password"}),
}
NAMED = "sslmode, sslrootcert, sslcert, sslkey, connect_timeout, application_name, options or host"


def read_address(url: str) -> URL:
    """Read the address of a database that we can use; raise BotError for any other.

    Whatever is refused is named, never the whole address: it holds a password.
    """
    parsed = parse_url(url)
    kind = parsed.get_backend_name()
    if kind not in DRIVERS:
        raise BotError(f'{SETTING}: "{kind}" is unknown. Use sqlite or postgresql.')
    unknown = sorted(set(parsed.query) - PARAMETERS[kind])
    if unknown:
        instead = f"Use {NAMED}." if PARAMETERS[kind] else "SQLite takes none: leave it out."
        raise BotError(f'{SETTING}: the parameter "{unknown[0]}" is unknown. {instead}')
    check_values(parsed)
    return parsed.set(drivername=DRIVERS[kind])


def parse_url(url: str) -> URL:
    """Read a database's address; raise BotError, which does not repeat it."""
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise no_address() from None


def no_address() -> BotError:
    """Say that an address is none."""
    return BotError(
        f"{SETTING} is not an address. Write sqlite:///kuffert.db or "
        "postgresql://user:password@host/name, with each / @ : # of a password as %2F %40 %3A %23."
    )


def check_values(url: URL) -> None:
    """Raise BotError for a parameter that stands there twice, or whose value has no meaning."""
    query = url.query
    twice = [name for name, value in query.items() if name != "host" and isinstance(value, tuple)]
    if twice:
        raise BotError(f'{SETTING}: the parameter "{twice[0]}" stands there twice.')
    mode, seconds = query.get("sslmode", "prefer"), query.get(CONNECT_TIMEOUT, "0")
    if mode not in SSL_MODES:
        raise BotError(f'{SETTING}: sslmode is "{mode}". Use {", ".join(SSL_MODES)}.')
    if not str(seconds).isdecimal():
        raise BotError(f'{SETTING}: {CONNECT_TIMEOUT} is "{seconds}". Use whole seconds.')


def pass_on(_dialect: Any, _record: Any, _arguments: Any, named: dict[str, Any]) -> None:
    """Hand the parameters to asyncpg as it takes them, each time it connects."""
    seconds = int(named.pop(CONNECT_TIMEOUT, 0))
    if seconds:
        named["timeout"] = seconds
    given = {name: named.pop(name) for name in PASSED_ON if name in named}
    if given:
        named["dsn"] = f"postgresql://?{urlencode(given)}"


def write_for_libpq(url: URL) -> str:
    """Write an address as PostgreSQL's own library reads it, to which a plus is no blank."""
    written = url.set(drivername="postgresql").render_as_string(hide_password=False)
    address, mark, query = written.partition("?")
    return f"{address}{mark}{query.replace('+', '%20')}"
