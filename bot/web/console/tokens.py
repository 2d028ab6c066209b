"""Tokens for evaluators' programs, and the one address that streams an export to them."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from bot.core.passphrases import draw_secret, hash_secret
from bot.errors import BotError
from bot.report.exports.tables import TABLES
from bot.store import audit, tokens
from bot.store.columns import id_of
from bot.store.console_tables import Account, Work
from bot.store.states import StaffRole
from bot.web.console.files import CSV, as_file
from bot.web.console.offices import Office
from bot.web.console.visits import Visit

LONGEST_DAYS = 366
SCOPES = tuple(table.name for table in TABLES)
BEARER = "Bearer "
CHUNK = 64_000


async def show(visit: Visit, *, secret: str = "") -> Response:
    """List one's own tokens; a new one's secret is shown once."""
    async with visit.office.database.reading() as session:
        found = await tokens.list_tokens(session, id_of(visit.account))
    base = str(visit.request.base_url).rstrip("/")
    return visit.page("tokens", tokens=found, scopes=SCOPES, secret=secret, base=base)


async def add(visit: Visit) -> Response:
    """Make a token for one file of the export."""
    name, scope, days = visit.said("name")[:60], visit.said("scope"), visit.said("days")
    if not name or scope not in SCOPES or not days.isdigit():
        raise BotError(visit.words.say("A token needs a name, a file and a number of days."))
    secret = f"kuffert-{draw_secret()}"
    expires_at = visit.now + timedelta(days=min(max(int(days), 1), LONGEST_DAYS))
    async with visit.office.database.writing() as session:
        await tokens.add_token(
            session,
            account_id=id_of(visit.account),
            name=name,
            scope=scope,
            secret_hash=hash_secret(secret),
            expires_at=expires_at,
            now=visit.now,
        )
        await visit.note(session, "token made", f"{name}: {scope}")
    return await show(visit, secret=secret)


async def revoke(visit: Visit) -> Response:
    """Revoke one of one's own tokens."""
    number = visit.said("number")
    async with visit.office.database.writing() as session:
        if number.isdigit() and await tokens.revoke(
            session, int(number), account_id=id_of(visit.account), now=visit.now
        ):
            await visit.note(session, "token revoked", number)
    return visit.back("/tokens")


async def give_export(request: Request, office: Office) -> Response:
    """Stream one file of a fresh export to a program that holds a token for it.

    `GET /api/v1/exports/NAME.csv` with `Authorization: Bearer …`. The same suppression and
    pseudonyms as in every export; the pseudonyms are drawn anew each time. Whatever is wrong with
    a token, the answer is the same.
    """
    given, now = request.headers.get("authorization", ""), office.clock.now()
    scope = request.path_params["name"].removesuffix(".csv")
    secret = given.removeprefix(BEARER) if given.startswith(BEARER) else ""
    async with office.database.reading() as session:
        found = await tokens.find_valid(session, hash_secret(secret), now=now) if secret else None
    if found is None or found[0].scope != scope or not may_export(found[1]):
        return PlainTextResponse(
            "This token does not open this file.\n",
            status_code=401,
            headers={"WWW-Authenticate": "Bearer"},
        )
    token, account = found
    async with office.database.writing() as session:
        await tokens.record_used(session, id_of(token), now=now)
        await audit.record(
            session,
            "export by token",
            who=account.email,
            account_id=id_of(account),
            about=f"{token.name}: {scope}",
            now=now,
        )
    folder = TemporaryDirectory()
    wanted = json.dumps({"formats": ["csv"], "series": None, "since": None})
    row = Work(account_id=id_of(account), kind="export", wanted=wanted, begun_at=now, beat_at=now)
    try:
        made = await office.helpers.undertake(row, Path(folder.name), lambda _done, _total: None)
    except BaseException:
        folder.cleanup()
        raise
    path = next(each for each in made.files if each.name == f"{scope}.csv")
    return StreamingResponse(stream(path, folder), media_type=CSV, headers=as_file(path.name))


def may_export(account: Account) -> bool:
    """Say whether an account's tokens still open anything."""
    return account.role in (StaffRole.EVALUATOR, StaffRole.ADMIN)


async def stream(path: Path, folder: "TemporaryDirectory[str]") -> AsyncIterator[bytes]:
    """Read a file a piece at a time, and remove its folder at the end."""
    try:
        with path.open("rb") as file:
            while body := file.read(CHUNK):
                yield body
    finally:
        folder.cleanup()
