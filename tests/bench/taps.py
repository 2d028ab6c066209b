"""Measure how long a tap waits for its answer while the schedule is being sent."""

import asyncio
import signal
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from bot.core.actions import Answer, AnswerTapped, format_action
from bot.store import open_database
from tests.bench.counts import Counts
from tests.bench.figures import Figure
from tests.bench.growth import ask_database
from tests.bench.populating import Families, populate
from tests.bench.rivals import FIRST_CHAT, ROOT
from tests.bench.sends import LATENCY, WEEKS, count_messages, count_recorded
from tests.bench.server import ask, start_server
from tests.bench.stage import Stage, command_of

PEOPLE = 50
PAUSE_SECONDS = 1.0  # between an answer and the same person's next tap
PACED = f"{PEOPLE} chats, a second from answer to tap"
BUSY = f"{PEOPLE} chats, no time from answer to tap"
NEVER = 3600.0
WARM_SECONDS = 5
LONGEST_MS = 250.0
STOP_SECONDS = 60
LOOK_SECONDS = 0.05
TO_TAP = """
SELECT guardian_id, max(id), max(message_id) FROM delivery
WHERE guardian_id <= :people AND touch = 'do' AND status = 'sent' GROUP BY guardian_id
"""
ASKED = "SELECT count(*) FROM engagement_event WHERE kind = 'invite-asked'"  # with their first tap


@dataclass(frozen=True)
class Tapping:
    """What came of some seconds of tapping: how long taps waited or still do, and what was sent."""

    answered: list[float]
    unanswered: list[float]
    seconds: float
    sends: int

    @property
    def answers_a_second(self) -> float:
        """Taps answered a second."""
        return len(self.answered) / self.seconds

    @property
    def sends_a_second(self) -> float:
        """Messages of the schedule sent a second meanwhile."""
        return self.sends / self.seconds

    @property
    def slow_ms(self) -> float:
        """The 99th percentile of the waits in ms; a tap without an answer has waited so far."""
        waits = [*self.answered, *self.unanswered]
        return 1000 * statistics.quantiles(waits, n=100, method="inclusive")[98]


def measure_taps(stage: Stage, counts: Counts) -> list[Figure]:
    """Let fifty people tap while messages go out at the full rate, and while none do."""
    due = (counts.tap_seconds + WARM_SECONDS) * counts.sends_a_second
    calm = tap(stage, counts, due=0, pause=PAUSE_SECONDS)
    paced = tap(stage, counts, due=due, pause=PAUSE_SECONDS)
    busy = tap(stage, counts, due=due, pause=0.0)
    return [*list_paced(paced, calm), *list_busy(busy)]


def list_paced(paced: Tapping, calm: Tapping) -> list[Figure]:
    """Give what people who read before they tap again wait."""
    return [
        Figure(
            f"p99 of tap to answer while sending; {PACED}",
            paced.slow_ms,
            "ms",
            f"nothing being sent: {calm.slow_ms:,.0f} ms",
            paced.slow_ms / calm.slow_ms,
            f"≤ {LONGEST_MS:.0f} ms",
            paced.slow_ms <= LONGEST_MS,
        ),
        Figure(f"updates handled while sending; {PACED}", paced.answers_a_second, "updates/s"),
        Figure(f"scheduled sends meanwhile; {PACED}", paced.sends_a_second, "messages/s"),
    ]


def list_busy(busy: Tapping) -> list[Figure]:
    """Give what the bot manages where everybody taps again at once."""
    return [
        Figure(f"p99 of tap to answer while sending; {BUSY}", busy.slow_ms, "ms"),
        Figure(f"updates handled while sending; {BUSY}", busy.answers_a_second, "updates/s"),
        Figure(f"scheduled sends meanwhile; {BUSY}", busy.sends_a_second, "messages/s"),
    ]


def tap(stage: Stage, counts: Counts, *, due: int, pause: float) -> Tapping:
    """Run the bot with so much to send, and let people tap for some seconds."""
    url = stage.make_database("taps")
    stage.say(f"making {PEOPLE} families who tap, and {due:,} with a message due")
    asyncio.run(populate(url, Families(1, PEOPLE, stage.at, weeks=WEEKS, reachable=PEOPLE)))
    if due:
        asyncio.run(populate(url, Families(PEOPLE + 1, due, stage.at, due=due, weeks=WEEKS)))
    people = asyncio.run(list_people(url))
    with start_server(LATENCY) as (_process, api):
        with running(stage, url, api):
            stage.say(f"tapping for {counts.tap_seconds} s while {due:,} messages are due")
            warm_up(api, people)
            tapping = tap_for(api, people, seconds=counts.tap_seconds, pause=pause)
        check(stage, url, count_messages(ask(api, "count")))
    stage.drop_database("taps")
    if due and not tapping.sends:
        raise RuntimeError("Nothing was sent while people tapped.")
    return tapping


def warm_up(api: str, people: list[dict[str, Any]]) -> None:
    """Wait until the bot polls, and has answered everybody once or had time for it."""
    while not ask(api, "count").get("getUpdates"):
        time.sleep(LOOK_SECONDS)
    ask(api, "tap", {"people": people, "pause": NEVER})
    until = time.perf_counter() + WARM_SECONDS
    while ask(api, "tapped")["unanswered"] and time.perf_counter() < until:
        time.sleep(LOOK_SECONDS)


def tap_for(api: str, people: list[dict[str, Any]], *, seconds: float, pause: float) -> Tapping:
    """Let people tap for some seconds; raise RuntimeError where no tap is answered."""
    before = count_messages(ask(api, "count"))
    ask(api, "tap", {"people": people, "pause": pause})
    time.sleep(seconds)
    told = ask(api, "tapped")
    sends = count_messages(ask(api, "count")) - before
    if not told["answered"]:
        raise RuntimeError(f"None of {len(told['unanswered'])} taps was answered.")
    return Tapping(**told, sends=sends)


async def list_people(url: str) -> list[dict[str, Any]]:
    """List who taps: the answers under the last activity that each of them was sent."""
    database = open_database(url)
    async with database.engine.connect() as connection:
        rows = (await connection.execute(text(TO_TAP), {"people": PEOPLE})).all()
    await database.close()
    return [
        {"chat": FIRST_CHAT + guardian, "message": message, "buttons": buttons_of(delivery)}
        for guardian, delivery, message in rows
    ]


def buttons_of(delivery: int) -> list[str]:
    """Give what two buttons under a delivery carry; tapped in turn, each changes the answer."""
    answers = (Answer.DID_IT, Answer.NOT_YET)
    return [format_action(AnswerTapped(delivery, answer)) for answer in answers]


@contextmanager
def running(stage: Stage, url: str, api: str) -> Iterator[None]:
    """Run the whole bot in a process of ours, and let it finish what is on its way."""
    with subprocess.Popen(
        command_of("run", url, api, at=stage.at), cwd=ROOT, stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)


def check(stage: Stage, url: str, arrived: int) -> None:
    """Raise RuntimeError unless what arrived is recorded: scheduled, or asked of a tapper."""
    sent, _planned = asyncio.run(count_recorded(url, at=stage.at))
    (asked,) = asyncio.run(ask_database(url, ASKED))
    if sent + asked != arrived:
        raise RuntimeError(f"{arrived} messages arrived, and {sent + asked} are recorded as sent.")
