"""One page of health: what runs, what waits, what is the matter."""

from datetime import datetime
from pathlib import Path

from bot.app.alerting import list_alarms, measure_disks
from bot.app.forgetting import RETENTION, read_retirement
from bot.app.opening import Store
from bot.settings import Settings
from bot.store import Session, alarms, deployment
from bot.store.addresses import parse_url
from bot.store.condition import Condition, age, read_condition
from bot.store.operation_tables import RunningProcess
from bot.store.overview import Waiting
from bot.store.snapshots import short


async def list_health(store: Store, settings: Settings, *, now: datetime) -> list[str]:
    """Say on one page how everything stands, a line for each thing, what is the matter last."""
    async with store.database.reading() as session:
        found = await read_condition(session, now=now)
        standing = await alarms.list_standing(session)
        retirement = await note_retirement(session)
    disks = measure_disks([settings.content, *list_database_folders(settings)])
    notes = [*list_alarms(found, disks).values(), *list_notes(found), *filter(None, [retirement])]
    told = [
        f"staff were told at {each.since:%Y-%m-%d %H:%M} UTC: {each.words}" for each in standing
    ]
    return [
        f"content    {short(found.version) if found.version else 'none accepted yet'}",
        f"running    {', '.join(map(show_process, found.running)) or 'nothing'}",
        f"queue      {show_waiting(found.due, now=now)} due and not sent",
        f"updates    {show_waiting(found.updates, now=now)} not answered",
        f"questions  {show_waiting(found.questions, now=now)} open, {found.urgent} in distress",
        *(f"disk       {each.folder}: {each.free // 1_000_000} MB free" for each in disks),
        *(f"note: {each}" for each in [*notes, *told]),
    ]


def show_process(process: RunningProcess) -> str:
    """Show a process that runs."""
    return f"{process.role} on {process.host} since {process.started_at:%Y-%m-%d %H:%M} UTC"


def show_waiting(waiting: Waiting, *, now: datetime) -> str:
    """Show how much waits, and for how long the oldest."""
    minutes = age(waiting, at=now).total_seconds() // 60
    return f"{waiting.many} (the oldest {minutes:.0f} min)" if waiting.many else "0"


def list_notes(found: Condition) -> list[str]:
    """List what stands still: no breach of the record, but somebody should know."""
    notes = []
    if found.stopped_at:
        since = f"{found.stopped_at:%Y-%m-%d %H:%M} UTC"
        notes.append(f"sending has been stopped since {since}. To go on: kuffert sending resume.")
    if found.held:
        notes.append(f"the network asked for {found.held.total_seconds():.0f} s of quiet.")
    if found.given_up:
        notes.append(f"{found.given_up} updates could not be handled (kept, sealed).")
    return notes


async def note_retirement(session: Session) -> str | None:
    """Say when the nightly job that lets everything personal go ran, and what it removed."""
    last = read_retirement(await deployment.find_value(session, RETENTION))
    if last is None or not last.is_over:
        return None
    at = f"{last.at:%Y-%m-%d %H:%M} UTC"
    return f"the programme's time is over: {last.forgotten} chats were forgotten, last {at}."


def list_database_folders(settings: Settings) -> list[Path]:
    """Give the folder of a database that is a file."""
    url = parse_url(settings.database_url.get_secret_value())
    is_file = url.get_backend_name() == "sqlite" and url.database
    return [Path(url.database).parent] if is_file and url.database else []
