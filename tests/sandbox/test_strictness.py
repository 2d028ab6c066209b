"""The sandbox refuses what Telegram refuses, in Telegram's words."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from bot.errors import BotError
from bot.sandbox import RunningServer, Sandbox, serve
from bot.sandbox.records import Fault
from tests.town import ROOT, SettableClock

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
PICTURE = (ROOT / "content/activities/because-chain/picture.png").read_bytes()
CHAT = 500_001
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
ENTITIES = "Bad Request: can't parse entities: "


class Client:
    """Calls the sandbox as a bot does."""

    def __init__(
        self, server: RunningServer, sandbox: Sandbox, http: aiohttp.ClientSession
    ) -> None:
        self.url, self.sandbox, self.http = server.url, sandbox, http

    async def call(self, method: str, **parameters: object) -> tuple[int, dict[str, object]]:
        url = f"{self.url}/bot{self.sandbox.token}/{method}"
        async with self.http.post(url, data={k: str(v) for k, v in parameters.items()}) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    sandbox = Sandbox(SettableClock(NOW))
    server = await serve(sandbox)
    sandbox.add_person("Amina")
    sandbox.start(CHAT)
    async with aiohttp.ClientSession() as http:
        yield Client(server, sandbox, http)
    await server.stop()


def buttons(data: str, text: str = "Yes") -> str:
    return json.dumps({"inline_keyboard": [[{"text": text, "callback_data": data}]]})


REFUSED = [
    ("sendMessage", {"chat_id": 1, "text": "x"}, 400, "Bad Request: chat not found"),
    ("sendMessage", {"chat_id": "", "text": "x"}, 400, "Bad Request: chat_id is empty"),
    ("sendMessage", {"text": " \n"}, 400, "Bad Request: message text is empty"),
    ("sendMessage", {"text": "æ" * 4097}, 400, "Bad Request: message is too long"),
    ("sendMessage", {"text": "👍" * 2049}, 400, "Bad Request: message is too long"),
    ("sendMessage", {"text": "<p>x</p>", "parse_mode": "HTML"}, 400, ENTITIES + 'Unsupported start tag "p" at byte offset 0'),
    ("sendMessage", {"text": "<b>x", "parse_mode": "HTML"}, 400, ENTITIES + "Can't find end tag corresponding to start tag \"b\""),
    ("sendMessage", {"text": "<b><i>x</b></i>", "parse_mode": "HTML"}, 400, ENTITIES + 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
    ("sendMessage", {"text": "x</b>", "parse_mode": "HTML"}, 400, ENTITIES + "Unexpected end tag at byte offset 1"),
    ("sendMessage", {"text": "æ <b", "parse_mode": "HTML"}, 400, ENTITIES + "Unclosed start tag at byte offset 3"),
    ("sendMessage", {"text": "x", "parse_mode": "Fancy"}, 400, "Bad Request: unsupported parse_mode"),
    ("sendMessage", {"text": "x", "reply_markup": "{"}, 400, "Bad Request: can't parse reply keyboard markup JSON object"),
    ("sendMessage", {"text": "x", "reply_markup": "5"}, 400, "Bad Request: object expected as reply markup"),
    ("sendMessage", {"text": "x", "reply_markup": buttons("x" * 65)}, 400, "Bad Request: BUTTON_DATA_INVALID"),
    ("sendMessage", {"text": "x", "reply_markup": buttons("x", text="")}, 400, "Bad Request: can't parse inline keyboard button: Text is empty"),
    ("sendPhoto", {"photo": "no-such-file"}, 400, "Bad Request: wrong file identifier/HTTP URL specified"),
    ("sendPhoto", {}, 400, "Bad Request: there is no photo in the request"),
    ("sendPhoto", {"photo": "x", "caption": "æ" * 1025}, 400, "Bad Request: message caption is too long"),
    ("editMessageText", {"message_id": 99, "text": "x"}, 400, "Bad Request: message to edit not found"),
    ("editMessageText", {"message_id": 1, "text": "x"}, 400, "Bad Request: message can't be edited"),
    ("editMessageMedia", {"message_id": 99, "media": "{}"}, 400, "Bad Request: message to edit not found"),
    ("editMessageMedia", {"message_id": 1, "media": "{}"}, 400, "Bad Request: message can't be edited"),
    ("answerCallbackQuery", {"callback_query_id": 5}, 400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
    ("answerCallbackQuery", {"callback_query_id": 5, "text": "x" * 201}, 400, "Bad Request: MESSAGE_TOO_LONG"),
    ("getFile", {"file_id": "x"}, 400, "Bad Request: wrong file_id or the file is temporarily unavailable"),
    ("setMyDescription", {"description": "æ" * 513}, 400, "Bad Request: DESCRIPTION_TOO_LONG"),
    ("setMyShortDescription", {"short_description": "👍" * 61}, 400, "Bad Request: SHORT_DESCRIPTION_TOO_LONG"),
    ("setMyDescription", {"description": "x", "language_code": "english"}, 400, "Bad Request: LANG_CODE_INVALID"),
    ("setMyCommands", {"commands": "x"}, 400, "Bad Request: BOT_COMMAND_INVALID"),
    ("setMyCommands", {"commands": "5"}, 400, "Bad Request: can't parse commands JSON object"),
    ("sendPoll", {}, 404, "Not Found: method not found"),
    ("sendMessages", {"text": "x"}, 404, "Not Found: method not found"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "parameters", "status", "description"), REFUSED)
async def test_what_telegram_refuses_is_refused_with_its_status_and_words(
    client: Client, method: str, parameters: dict[str, object], status: int, description: str
) -> None:
    answer = await client.call(method, **{"chat_id": CHAT, **parameters})

    assert answer == (status, {"ok": False, "error_code": status, "description": description})
    assert [each for each in client.sandbox.messages(CHAT) if each.from_bot] == []


async def test_the_limit_counts_what_is_left_after_parsing(client: Client) -> None:
    text = "<b>" + "x" * 4096 + "</b>"

    status, answer = await client.call("sendMessage", chat_id=CHAT, text=text, parse_mode="HTML")

    assert status == 200, answer


async def test_an_edit_that_changes_nothing_is_refused(client: Client) -> None:
    _, sent = await client.call("sendMessage", chat_id=CHAT, text="<b>x</b>", parse_mode="HTML")
    message_id = sent["result"]["message_id"]  # type: ignore[index]

    edit = {"chat_id": CHAT, "message_id": message_id, "parse_mode": "HTML"}
    same = await client.call("editMessageText", text="<b>x</b>", **edit)
    other = await client.call("editMessageText", text="<i>x</i>", **edit)
    caption = await client.call("editMessageCaption", caption="x", **edit)

    assert (same[0], same[1]["description"], other[0]) == (400, NOT_MODIFIED, 200)
    assert caption[1]["description"] == ("Bad Request: there is no caption in the message to edit")


async def test_a_tap_is_answered_once_and_in_time(client: Client) -> None:
    await client.call("sendMessage", chat_id=CHAT, text="x", reply_markup=buttons("go"))
    message = client.sandbox.messages(CHAT)[-1]
    first = client.sandbox.tap(CHAT, message.id, "go")
    late = client.sandbox.tap(CHAT, message.id, "go")

    once = await client.call("answerCallbackQuery", callback_query_id=first)
    twice = await client.call("answerCallbackQuery", callback_query_id=first)
    clock = client.sandbox.clock
    assert isinstance(clock, SettableClock)
    clock.move_to(NOW + timedelta(hours=1))
    old = await client.call("answerCallbackQuery", callback_query_id=late)

    assert [once[0], twice[0], old[0]] == [200, 400, 400]


@pytest.mark.parametrize(
    ("change", "description"),
    [
        ("block", "Forbidden: bot was blocked by the user"),
        ("delete_account", "Forbidden: user is deactivated"),
    ],
)
async def test_a_person_who_is_gone_cannot_be_written_to(
    client: Client, change: str, description: str
) -> None:
    getattr(client.sandbox, change)(CHAT)

    status, answer = await client.call("sendMessage", chat_id=CHAT, text="x")

    assert (status, answer["description"]) == (403, description)


async def test_whoever_never_pressed_start_cannot_be_written_to(client: Client) -> None:
    stranger = client.sandbox.add_person("Chen")

    status, answer = await client.call("sendMessage", chat_id=stranger.id, text="x")

    assert status == 403
    assert answer["description"] == "Forbidden: bot can't initiate conversation with a user"


async def test_only_a_picture_passes_as_a_photo(client: Client) -> None:
    url = f"{client.url}/bot{client.sandbox.token}/sendPhoto"
    answers = []
    for content in (b"no picture", PICTURE, b""):
        form = aiohttp.FormData({"chat_id": str(CHAT)})
        form.add_field("photo", content, filename="x.png")
        async with client.http.post(url, data=form) as answer:
            answers.append((await answer.json()).get("description"))

    assert answers == [
        "Bad Request: IMAGE_PROCESS_FAILED",
        None,
        "Bad Request: file must be non-empty",
    ]


async def send_picture(client: Client) -> dict[str, Any]:
    url = f"{client.url}/bot{client.sandbox.token}/sendPhoto"
    form = aiohttp.FormData({"chat_id": str(CHAT), "caption": "x"})
    form.add_field("photo", PICTURE, filename="x.png")
    async with client.http.post(url, data=form) as answer:
        sent: dict[str, Any] = (await answer.json())["result"]
    return sent


def photo(file: str, **more: str) -> str:
    return json.dumps({"type": "photo", "media": file, **more})


async def test_a_picture_gives_way_to_another_which_is_known_or_uploaded(client: Client) -> None:
    sent, other = await send_picture(client), await send_picture(client)
    message, file_id = sent["message_id"], other["photo"][-1]["file_id"]
    edit = {"chat_id": CHAT, "message_id": message}

    known = await client.call("editMessageMedia", media=photo(file_id, caption="y"), **edit)
    again = await client.call("editMessageMedia", media=photo(file_id, caption="y"), **edit)
    form = aiohttp.FormData({name: str(each) for name, each in edit.items()})
    form.add_field("media", photo("attach://file", caption="<b>z</b>", parse_mode="HTML"))
    form.add_field("file", PICTURE, filename="z.png")
    url = f"{client.url}/bot{client.sandbox.token}/editMessageMedia"
    async with client.http.post(url, data=form) as answer:
        uploaded = (await answer.json())["result"]

    assert known[1]["result"]["photo"][-1]["file_id"] == file_id  # type: ignore[index]
    assert known[1]["result"]["caption"] == "y"  # type: ignore[index]
    assert (again[0], again[1]["description"]) == (400, NOT_MODIFIED)
    assert uploaded["photo"][-1]["file_id"] not in (file_id, sent["photo"][-1]["file_id"])
    assert [each["type"] for each in uploaded["caption_entities"]] == ["bold"]


WRONG_MEDIA = [
    ("{", "can't parse input media JSON object"),
    ("5", "can't parse input media JSON object"),
    ('{"type": "photo"}', "can't parse input media JSON object"),
    ('{"type": "voice", "media": "x"}', "can't parse InputMedia: type must be specified"),
    (photo("x"), "wrong file identifier/HTTP URL specified"),
    (photo("attach://nothing"), "there is no photo in the request"),
    (photo("x", caption="æ" * 1025), "message caption is too long"),
]


@pytest.mark.parametrize(("media", "description"), WRONG_MEDIA)
async def test_what_is_no_picture_does_not_take_a_pictures_place(
    client: Client, media: str, description: str
) -> None:
    sent = await send_picture(client)
    edit = {"chat_id": CHAT, "message_id": sent["message_id"]}

    status, answer = await client.call("editMessageMedia", media=media, **edit)

    assert (status, answer["description"]) == (400, f"Bad Request: {description}")
    assert client.sandbox.messages(CHAT)[-1].text == "x"


async def test_a_text_can_get_a_picture_and_a_voice_message_cannot(client: Client) -> None:
    file_id = (await send_picture(client))["photo"][-1]["file_id"]
    _, text = await client.call("sendMessage", chat_id=CHAT, text="x")
    stored = client.sandbox.keep_file("voice", b"OggS", "x.ogg")
    _, voice = await client.call("sendVoice", chat_id=CHAT, voice=stored.file_id)
    edits = [
        {"chat_id": CHAT, "message_id": each["result"]["message_id"], "media": photo(file_id)}  # type: ignore[index]
        for each in (text, voice)
    ]

    answers = [await client.call("editMessageMedia", **edit) for edit in edits]

    assert [status for status, _answer in answers] == [200, 400]
    assert answers[1][1]["description"] == "Bad Request: there is no media in the message to edit"


async def test_another_token_is_refused(client: Client) -> None:
    async with client.http.post(f"{client.url}/bot1:x/getMe") as answer:
        assert (answer.status, (await answer.json())["description"]) == (401, "Unauthorized")


async def test_faults_are_ordered_over_http(client: Client) -> None:
    order = {"method": "sendMessage", "kind": "too_many_requests", "retry_after": 7}
    async with client.http.post(f"{client.url}/sandbox/faults", json=order) as ordered:
        assert ordered.status == 200

    limited = await client.call("sendMessage", chat_id=CHAT, text="x")
    after = await client.call("sendMessage", chat_id=CHAT, text="x")

    assert limited[1] == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 7",
        "parameters": {"retry_after": 7},
    }
    assert after[0] == 200


@pytest.mark.parametrize(("kind", "arrives"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_connection_breaks_before_or_after_the_message_is_taken(
    client: Client, kind: str, arrives: int
) -> None:
    async with client.http.post(
        f"{client.url}/sandbox/faults", json={"method": "sendMessage", "kind": kind}
    ):
        pass

    with pytest.raises(aiohttp.ClientError):
        await client.call("sendMessage", chat_id=CHAT, text="x")

    assert len([each for each in client.sandbox.messages(CHAT) if each.from_bot]) == arrives


async def test_every_third_call_goes_wrong_and_all_that_did_are_known(client: Client) -> None:
    client.sandbox.faults.append(Fault("server_error", "sendMessage", times=2, every=3))

    answers = [await client.call("sendMessage", chat_id=CHAT, text="x") for _ in range(9)]

    assert [status for status, _ in answers] == [200, 200, 502, 200, 200, 502, 200, 200, 200]
    assert [each.kind for each in client.sandbox.strikes] == ["server_error"] * 2


async def test_pages_of_other_sites_are_refused(client: Client) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    async with client.http.get(f"{client.url}/api/state", headers=headers) as answer:
        assert answer.status == 403


async def test_a_busy_port_is_named(client: Client) -> None:
    port = int(client.url.rsplit(":", 1)[1])

    with pytest.raises(BotError, match=f"Port {port} is in use"):
        await serve(client.sandbox, port=port)
