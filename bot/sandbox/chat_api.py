"""The web chat's side: what its page asks for and does, and the events that it listens to."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.errors import BotError
from bot.sandbox.protocols import DemoCard, TimeMachine
from bot.sandbox.records import ChatMessage, StoredFile
from bot.sandbox.state import Sandbox

PAGE = Path(__file__).parent / "page"
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
TYPES = {
    "photo": "image/png",
    "voice": "audio/ogg",
    "document": "application/octet-stream",
    "sticker": "image/webp",
    "video": "video/mp4",
}
Cards = Callable[[], Awaitable[Sequence[DemoCard]]]


class ChatApi:
    """Answers the page."""

    def __init__(self, sandbox: Sandbox, machine: TimeMachine | None, cards: Cards | None) -> None:
        """Keep what the page shows and moves."""
        self._sandbox = sandbox
        self._machine = machine
        self._cards = cards
        self.is_closing = asyncio.Event()

    def add_to(self, app: web.Application) -> None:
        """Add the addresses."""
        router = app.router
        router.add_get("/", self.give_page)
        router.add_get(f"/{self._sandbox.username}", self.give_page)
        router.add_get("/page/{name}", self.give_part)
        router.add_get("/api/state", self.give_state)
        router.add_post("/api/persons", self.add_person)
        router.add_get("/api/persons/{person}/messages", self.give_messages)
        router.add_post("/api/persons/{person}/{action:start|text|tap|block}", self.act)
        router.add_post("/api/persons/{person}/file", self.attach)
        router.add_post("/api/time", self.move_time)
        router.add_get("/api/files/{file_id}", self.give_file)
        router.add_get("/api/events", self.give_events)

    async def give_page(self, _request: web.Request) -> web.StreamResponse:
        """Give the page."""
        return web.FileResponse(PAGE / "index.html")

    async def give_part(self, request: web.Request) -> web.StreamResponse:
        """Give a part of the page."""
        path = PAGE / request.match_info["name"]
        if path.parent != PAGE or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path)

    async def give_state(self, _request: web.Request) -> web.Response:
        """Give everything but the messages."""
        cards = await self._cards() if self._cards else ()
        next_at = await self._machine.next_at() if self._machine else None
        sandbox = self._sandbox
        return web.json_response(
            {
                "bot": {"name": sandbox.name, "username": sandbox.username},
                "persons": [asdict(person) for person in sandbox.list_shown()],
                "cards": [asdict(card) for card in cards],
                "now": sandbox.now().isoformat(),
                "zone": self._machine.zone if self._machine else "UTC",
                "next_at": next_at.isoformat() if next_at else None,
                "machine": self._machine is not None,
                "console": self._machine.console if self._machine else "",
                "commands": sandbox.commands,
            }
        )

    async def add_person(self, request: web.Request) -> web.Response:
        """Let another parent in."""
        given = await read_json(request)
        name = str(given.get("name", "")).strip()[:40]
        if not name:
            raise refuse("A parent needs a name.")
        person = self._sandbox.add_person(name, language=str(given.get("language", "en"))[:8])
        return web.json_response(asdict(person))

    async def give_messages(self, request: web.Request) -> web.Response:
        """Give a chat."""
        messages = self._sandbox.messages(self._person(request))
        return web.json_response([show(message) for message in messages])

    async def act(self, request: web.Request) -> web.Response:
        """Do what a parent does on the phone."""
        person_id, given = self._person(request), await read_json(request)
        sandbox = self._sandbox
        match request.match_info["action"]:
            case "start":
                sandbox.start(person_id, str(given.get("payload", ""))[:64])
            case "text":
                self._write(person_id, str(given.get("text", "")).strip())
            case "block":
                change = sandbox.block if given.get("blocked") else sandbox.unblock
                change(person_id)
            case "tap":
                return web.json_response({"callback_id": self._tap(person_id, given)})
        return web.json_response({"ok": True})

    def _write(self, person_id: int, text: str) -> None:
        """Write a text, once START was pressed."""
        self._check_opened(person_id)
        if text:
            self._sandbox.write(person_id, text)

    def _check_opened(self, person_id: int) -> None:
        """Refuse whatever comes before START, as the app does."""
        if not self._sandbox.persons[person_id].opened:
            raise refuse("Press START first.")

    def _tap(self, person_id: int, given: dict[str, Any]) -> str:
        """Tap a button."""
        try:
            message_id, action = int(given["message_id"]), str(given["data"])
            return self._sandbox.tap(person_id, message_id, action)
        except (KeyError, ValueError):
            raise refuse("A tap needs message_id and data.") from None
        except BotError as error:
            raise refuse(str(error)) from None

    async def attach(self, request: web.Request) -> web.Response:
        """Send a file."""
        person_id, form = self._person(request), await request.post()
        kind, file = str(form.get("kind")), form.get("file")
        self._check_opened(person_id)
        if kind not in TYPES or not isinstance(file, web.FileField):
            raise refuse(f"A file needs a kind: {', '.join(TYPES)}.")
        caption = str(form.get("caption") or "").strip()
        try:
            self._sandbox.attach(person_id, kind, file.file.read(), file.filename, caption=caption)
        except BotError as error:
            raise refuse(str(error)) from None
        return web.json_response({"ok": True})

    async def move_time(self, request: web.Request) -> web.Response:
        """Move the bot's clock."""
        if self._machine is None:
            raise web.HTTPNotFound
        skip, moved = (await read_json(request)).get("skip"), True
        if skip == "next":
            moved = await self._machine.skip_to_next()
        elif skip in STEPS:
            await self._machine.skip(STEPS[skip])
        else:
            raise refuse('Skip "hour", "day" or "next".')
        now, next_at = self._machine.now(), await self._machine.next_at()
        self._sandbox.tell(
            {
                "type": "time",
                "now": now.isoformat(),
                "next_at": next_at.isoformat() if next_at else None,
            }
        )
        return web.json_response({"now": now.isoformat(), "moved": moved})

    async def give_file(self, request: web.Request) -> web.Response:
        """Give a file of a chat."""
        stored = self._sandbox.files.get(request.match_info["file_id"])
        if stored is None:
            raise web.HTTPNotFound
        headers = {}
        if stored.kind == "document":
            headers["Content-Disposition"] = "attachment"
        content = self._sandbox.contents[stored.digest]
        return web.Response(body=content, content_type=TYPES[stored.kind], headers=headers)

    async def give_events(self, request: web.Request) -> web.StreamResponse:
        """Tell what happens, as it happens, until the page or the server closes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sandbox.listeners.add(queue)  # first, so that nothing is missed
        closing = asyncio.create_task(self.is_closing.wait())
        try:
            await response.prepare(request)
            while not closing.done():
                arriving = asyncio.create_task(queue.get())
                await asyncio.wait({arriving, closing}, return_when=asyncio.FIRST_COMPLETED)
                if not arriving.done():
                    arriving.cancel()
                    break
                event = arriving.result()
                if self._is_shown(event.get("person")):
                    said = json.dumps(self._complete(event))
                    await response.write(f"data: {said}\n\n".encode())
        except ConnectionError:
            pass  # the page is gone
        finally:
            closing.cancel()
            self._sandbox.listeners.discard(queue)
        return response

    def _is_shown(self, person_id: int | None) -> bool:
        """Say whether the page may hear of a person's chat; what is of nobody, it may."""
        return person_id is None or not self._sandbox.persons[person_id].is_hidden

    def _complete(self, event: dict[str, Any]) -> dict[str, Any]:
        """Put the message itself into an event about it."""
        if "message_id" not in event:
            return event
        message = self._sandbox.find_message(event["person"], event["message_id"])
        return {**event, "message": show(message) if message else None}

    def _person(self, request: web.Request) -> int:
        """Read whose chat is meant."""
        text = request.match_info["person"]
        if text not in {str(each.id) for each in self._sandbox.list_shown()}:
            raise refuse("There is no such parent.", status=404)
        return int(text)


def show(message: ChatMessage) -> dict[str, Any]:
    """Show a message as the page wants it."""
    return {
        "id": message.id,
        "from_bot": message.from_bot,
        "at": message.at.isoformat(),
        "edited_at": message.edited_at.isoformat() if message.edited_at else None,
        "html": message.html,
        "text": message.text,
        "direction": "auto",
        "media": show_media(message.media) if message.media else None,
        "buttons": [
            [{"text": each["text"], "data": each["callback_data"]} for each in row]
            for row in message.buttons
        ],
    }


def show_media(media: StoredFile) -> dict[str, Any]:
    """Show a file as the page wants it."""
    return {
        "kind": media.kind,
        "url": f"/api/files/{media.file_id}",
        "name": media.name,
        "size": media.size,
        "width": media.width,
        "height": media.height,
    }


async def read_json(request: web.Request) -> dict[str, Any]:
    """Read a request's JSON object."""
    if request.content_type != "application/json":
        raise refuse("Send application/json.", status=415)
    try:
        given = await request.json()
    except json.JSONDecodeError:
        raise refuse("This is not JSON.") from None
    if not isinstance(given, dict):
        raise refuse("Send a JSON object.")
    return given


def refuse(reason: str, *, status: int = 400) -> web.HTTPException:
    """Make an error that the page can show."""
    kinds = {400: web.HTTPBadRequest, 404: web.HTTPNotFound, 415: web.HTTPUnsupportedMediaType}
    return kinds[status](text=json.dumps({"error": reason}), content_type="application/json")
