"""The demo's simulated families: no page is empty, and nobody is taken for somebody real."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlmodel import col, func, select

from bot.app import assigning, demo_centres
from bot.app.demo import DRAFT, Demo, demo_settings
from bot.app.examination import walk
from bot.app.reporting import Wish, report
from bot.app.running import Runtime
from bot.app.simulating.cast import ANSWER, BEGINS, CAPTION, CENTRES, CHILDREN
from bot.app.time_machine import ZONE
from bot.core.actions import JoinTapped, parse_action
from bot.delivery.staff_answers import open_answer
from bot.report.drawing import Wish as DrawingWish
from bot.store.columns import id_of
from bot.store.states import (
    AllocationUnit,
    DeliveryKind,
    DeliveryStatus,
    GuardianState,
    QuestionKind,
)
from bot.store.tables import Centre, Child, Delivery, EngagementEvent, Guardian, Pair, Question
from tests.shipped import LANGUAGES
from tests.town import ROOT

pytestmark = pytest.mark.anyio

WORDS = {  # something that a page says only where there is something to say
    "/today": "sibling&#39;s week",
    "/silent": "simulated-",
    "/centres": "Simulated centre 1",
    "/centres/simulated-1": "Simulated: the kitchen",
    "/centres/simulated-2": "arm ",
    "/content": "<code>",
    "/inbox": "distress",
    "/evaluation": "simulated-results-2.csv",
    "/tokens": "Simulated: a statistics office",
    "/people": "simulated-evaluator@localhost",
    "/audit": "results taken in",
}


def make_demo(folder: Path, *, has_families: bool = True) -> Demo:
    settings = demo_settings(folder, content=ROOT / "content", locales=ROOT / "locales")
    return Demo(folder, settings, 0, has_families=has_families)


def runtime_of(demo: Demo) -> Runtime:
    assert demo.runtime is not None
    return demo.runtime


async def wait_for_families(demo: Demo) -> None:
    assert demo.families is not None
    await demo.families


async def settle(demo: Demo) -> None:
    """Let the bot handle what a visitor did."""
    await runtime_of(demo).poller.fetch()
    await runtime_of(demo).inbox.handle_all()
    await runtime_of(demo).send_due()


async def count(demo: Demo, table: type) -> int:
    async with runtime_of(demo).store.database.reading() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def list_simulated(demo: Demo) -> list[str]:
    async with runtime_of(demo).store.database.reading() as session:
        codes = (await session.exec(select(Centre.code).order_by(col(Centre.code)))).all()
    return [code for code in codes if code.startswith(BEGINS)]


async def examine(demo: Demo) -> list[str]:
    runtime = runtime_of(demo)
    programme, now = runtime.shelf.current.programme, runtime.clock.now()
    found = walk(runtime.store.database, programme, now=now)
    return [each.sentence async for batch, *_ in found for each in batch]


@dataclass
class Visitor:
    """Somebody at the web chat, over HTTP."""

    demo: Demo
    client: httpx.AsyncClient

    async def state(self) -> dict[str, object]:
        return dict((await self.client.get("/api/state")).json())

    async def person(self) -> str:
        return f"/api/persons/{(await self.state())['persons'][0]['id']}"  # type: ignore[index]

    async def messages(self) -> list[dict[str, object]]:
        return list((await self.client.get(f"{await self.person()}/messages")).json())

    async def do(self, what: str, **values: object) -> None:
        answer = await self.client.post(f"{await self.person()}/{what}", json=values)
        assert answer.status_code == 200, answer.text
        await settle(self.demo)

    async def move(self, skip: str) -> None:
        answer = await self.client.post("/api/time", json={"skip": skip}, timeout=60)
        assert answer.json()["moved"], answer.text

    async def join(self) -> None:
        link = (await self.state())["cards"][0]["link"]  # type: ignore[index]
        await self.do("start", payload=link.partition("start=")[2])
        welcome = (await self.messages())[-1]
        buttons = [button["data"] for row in welcome["buttons"] for button in row]  # type: ignore[attr-defined]
        join = next(each for each in buttons if isinstance(parse_action(each), JoinTapped))
        await self.do("tap", message_id=welcome["id"], data=join)


def visit(demo: Demo) -> Visitor:
    assert demo.server is not None
    return Visitor(demo, httpx.AsyncClient(base_url=demo.server.url, timeout=60))


async def stop_in_the_middle(folder: Path) -> None:
    """Stop a demo while its families live."""
    async with make_demo(folder) as demo:
        while not (folder / DRAFT / "draft.db-wal").exists():  # noqa: ASYNC110 - a file tells none
            await asyncio.sleep(0)
        assert demo.families is not None
        assert not demo.families.done()


def leave_as_if_killed(draft: Path) -> None:
    draft.mkdir()
    (draft / "draft.db").write_text("half of a database")


async def play(folder: Path) -> None:
    """Begin as an earlier version did, with one visitor; stop half-way; then let all live."""
    async with make_demo(folder, has_families=False) as demo:
        visitor = visit(demo)
        await visitor.join()
        await visitor.do("text", text="May I bring the suitcase back on Monday?")
        await visitor.client.aclose()
    await stop_in_the_middle(folder)
    async with make_demo(folder, has_families=False) as demo:
        assert await list_simulated(demo) == []
        assert await count(demo, Guardian) == 1
    assert not (folder / DRAFT).exists()
    leave_as_if_killed(folder / DRAFT)
    async with make_demo(folder) as demo:
        await wait_for_families(demo)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo's folder once its families are there; they live once for all tests."""
    folder = tmp_path_factory.mktemp("played") / "demo"
    asyncio.run(play(folder))
    return folder


@pytest.fixture(scope="module")
async def demo(played: Path) -> AsyncIterator[Demo]:
    """The demo, to be looked at."""
    async with make_demo(played) as demo:
        await wait_for_families(demo)
        yield demo


@pytest.fixture
async def own_demo(played: Path, tmp_path: Path) -> AsyncIterator[Demo]:
    """A demo for one test alone, to be moved on."""
    folder = shutil.copytree(played, tmp_path / "demo")
    async with make_demo(folder) as demo:
        yield demo


async def test_no_page_of_the_console_is_empty_and_each_says_what_is_simulated(demo: Demo) -> None:
    visitor = visit(demo)
    console = httpx.URL(str((await visitor.state())["console"]))

    async with httpx.AsyncClient(base_url=console.join("/"), follow_redirects=True) as browser:
        await browser.get(console)
        pages = {path: (await browser.get(path)).text for path in WORDS}
    await visitor.client.aclose()

    assert [path for path, said in WORDS.items() if said not in pages[path]] == []
    assert [path for path, page in pages.items() if "are simulated." not in page] == []


async def test_a_photo_that_a_simulated_parent_sent_is_shown(demo: Demo) -> None:
    visitor = visit(demo)
    console = httpx.URL(str((await visitor.state())["console"]))
    async with runtime_of(demo).store.database.reading() as session:
        of_kind = select(Question.id).where(Question.kind == QuestionKind.PHOTO)
        (number,) = (await session.exec(of_kind)).all()

    async with httpx.AsyncClient(base_url=console.join("/"), follow_redirects=True) as browser:
        await browser.get(console)
        page = (await browser.get(f"/inbox/{number}")).text
        photo = await browser.get(f"/inbox/{number}/file")
    await visitor.client.aclose()

    assert CAPTION in page
    assert photo.headers["content-type"] == "image/jpeg"
    sent = next(iter(runtime_of(demo).shelf.current.activities.values())).picture
    assert photo.content == sent.content


async def test_while_families_are_on_their_way_the_pages_say_so(tmp_path: Path) -> None:
    async with make_demo(tmp_path / "demo") as demo:
        visitor = visit(demo)
        console = httpx.URL(str((await visitor.state())["console"]))
        async with httpx.AsyncClient(follow_redirects=True) as browser:
            before = (await browser.get(console)).text
            assert demo.families is not None
            demo.families.cancel()
            await asyncio.wait([demo.families])
            after = (await browser.get(console.join("/today"))).text
        await visitor.client.aclose()

    assert "They are on their way" in before
    assert "They are on their way" not in after


async def test_whatever_a_simulated_parent_asks_says_that_it_is_simulated(demo: Demo) -> None:
    visitor = visit(demo)
    console = httpx.URL(str((await visitor.state())["console"]))
    async with runtime_of(demo).store.database.reading() as session:
        numbers = (await session.exec(select(Question.id).order_by(col(Question.id)))).all()

    async with httpx.AsyncClient(base_url=console.join("/"), follow_redirects=True) as browser:
        await browser.get(console)
        pages = [(await browser.get(f"/inbox/{number}")).text for number in numbers]
    await visitor.client.aclose()

    assert "suitcase back" in pages[0]
    assert len(pages) == 6
    assert all("(Simulated)" in page for page in pages[1:])


async def test_simulated_families_are_kept_as_all_are_also_two_weeks_on(own_demo: Demo) -> None:
    visitor = visit(own_demo)
    assert await examine(own_demo) == []
    before = await count(own_demo, Delivery)

    for _ in range(14):
        await visitor.move("day")
    await visitor.client.aclose()

    assert await examine(own_demo) == []
    assert await count(own_demo, Delivery) > before + 20


async def test_every_state_and_end_is_there_to_be_seen(demo: Demo) -> None:
    async with runtime_of(demo).store.database.reading() as session:
        states = set((await session.exec(select(Guardian.state))).all())
        ended = set((await session.exec(select(Delivery.status, Delivery.reason))).all())
        languages = set((await session.exec(select(Guardian.language))).all())

    assert states == {
        GuardianState.ACTIVE,
        GuardianState.PAUSED,
        GuardianState.QUIET,
        GuardianState.STOPPED,
        GuardianState.UNREACHABLE,
    }
    assert {status for status, _ in ended} >= {DeliveryStatus.SENT, DeliveryStatus.FAILED}
    assert {reason for _, reason in ended} >= {
        "too late",
        "unreachable",
        "paused",
        "stopped",
        "one a week",
        "sibling's week",
    }
    assert languages >= {"da", "en", "ar"}


async def test_a_visitor_plays_no_simulated_person_and_is_offered_none_of_their_cards(
    demo: Demo,
) -> None:
    visitor = visit(demo)
    async with runtime_of(demo).store.database.reading() as session:
        guardians = (await session.exec(select(Guardian))).all()
    state = await visitor.state()
    hidden = await visitor.client.get("/api/persons/700001/messages")
    await visitor.client.aclose()

    assert len(guardians) > 15
    assert [each["name"] for each in state["persons"]] == ["Parent 1"]  # type: ignore[attr-defined]
    assert {each["language"] for each in state["cards"]} == {*LANGUAGES}  # type: ignore[attr-defined]
    assert "imulated" not in str(state["cards"])
    assert hidden.status_code == 404


async def test_the_time_machine_goes_to_the_visitors_own_next_message(own_demo: Demo) -> None:
    visitor = visit(own_demo)
    before = len(await visitor.messages())
    async with runtime_of(own_demo).store.database.reading() as session:
        own = select(func.min(Delivery.due_at)).where(
            col(Delivery.guardian_id) == 1, col(Delivery.ended_at).is_(None)
        )
        due_at = (await session.exec(own)).one()

    next_at = (await visitor.state())["next_at"]
    await visitor.move("next")
    after = len(await visitor.messages())
    await visitor.client.aclose()

    assert due_at is not None
    assert next_at == due_at.isoformat()
    assert after > before


async def test_what_was_stopped_half_way_or_is_opened_again_is_there_once(
    demo: Demo, tmp_path: Path
) -> None:
    tables = (Centre, Child, Guardian, Delivery, EngagementEvent)
    first = [await count(demo, each) for each in tables]
    folder = shutil.copytree(demo.folder, tmp_path / "again")

    async with make_demo(folder) as again:
        await wait_for_families(again)
        second = [await count(again, each) for each in tables]

    assert await list_simulated(demo) == [f"{BEGINS}{n}" for n in range(1, len(CENTRES) + 1)]
    assert first == second
    own = demo_centres.CENTRES
    children = sum(len(homes) for homes in own.values())
    assert first[:2] == [len(CENTRES) + len(own), len(CENTRES) * CHILDREN + children]


async def test_an_answer_of_simulated_staff_can_be_opened_by_its_delivery(demo: Demo) -> None:
    store = runtime_of(demo).store
    async with store.database.reading() as session:
        brings = col(Delivery.question_id) == col(Question.id)
        [(question, delivery)] = (
            await session.exec(select(Question, Delivery).join(Delivery, brings))
        ).all()

    assert delivery.kind is DeliveryKind.NOTICE
    assert delivery.status is DeliveryStatus.SENT
    found = open_answer(store.sealer, question.answer_sealed, delivery_id=id_of(delivery))
    assert found == ANSWER


async def test_each_simulated_guardian_is_of_a_simulated_centre(demo: Demo) -> None:
    async with runtime_of(demo).store.database.reading() as session:
        found = (
            await session.exec(
                select(Pair.guardian_id, Centre.code, Centre.zone)
                .join(Child, col(Child.id) == col(Pair.child_id))
                .join(Centre, col(Centre.id) == col(Child.centre_id))
            )
        ).all()

    assert {code for guardian, code, _ in found if guardian == 1} == {"solsikken"}
    assert all(code.startswith(BEGINS) for guardian, code, _ in found if guardian != 1)
    assert {zone for _, _, zone in found} == {ZONE}


async def test_a_report_on_simulated_families_says_so(demo: Demo, tmp_path: Path) -> None:
    now = runtime_of(demo).clock.now()
    folder = tmp_path / "page"

    await report(demo.settings, folder, Wish(), now=now, show_progress=lambda *_: None)

    text = (folder / "report.html").read_text()
    assert "simulated. They say nothing of any child, family or centre." in text


async def test_a_demo_whose_arms_are_drawn_already_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    async with make_demo(folder, has_families=False) as demo:
        now = runtime_of(demo).clock.now()
    wish = DrawingWish(("A", "B"), None, AllocationUnit.CENTRE, (), 1, {})
    await assigning.assign(demo.settings, wish, out=None, now=now)

    async with make_demo(folder) as again:
        await wait_for_families(again)

        assert await list_simulated(again) == []
