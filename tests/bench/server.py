"""Stand in for Telegram's Bot API under load, in a process and on a core of its own."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.bench.tapping import Taps, parse_people

ROOT = Path(__file__).parents[2]
CORE = (os.cpu_count() or 1) - 1  # the last one; what is measured runs on the first
POLL_SECONDS = 1.0  # the longest that getUpdates keeps its caller waiting

BOT_USER = {
    "id": 1234567890,
    "is_bot": True,
    "first_name": "Load",
    "username": "load_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
FILE = {"file_id": "load-file", "file_unique_id": "load"}
MEDIA: dict[bytes, dict[str, object]] = {
    b"sendPhoto": {"photo": [{**FILE, "width": 640, "height": 480, "file_size": 40_000}]},
    b"sendVoice": {"voice": {**FILE, "duration": 5}},
    b"sendDocument": {"document": FILE},
}
TEXT = "A shared meal is a lesson in two languages. " * 7  # as long as what is sent: 308 characters
CONTROLS = (b"count", b"reset", b"tap", b"tapped")  # not Telegram's: what a measurement asks
SAYS_TRUE = (
    b"answerCallbackQuery",
    b"deleteMessage",
    b"deleteWebhook",
    b"sendChatAction",
    b"setChatMenuButton",
    b"setMyCommands",
    b"setMyDescription",
    b"setMyShortDescription",
    b"setWebhook",
)

HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r]*chunked", re.IGNORECASE)
CLOSE = re.compile(rb"\r\nconnection:[ \t]*close", re.IGNORECASE)
TIMEOUT = re.compile(rb"\btimeout[^\w-]{1,8}(\d+)")  # in a query, a form, a part or JSON


def response_of(body: bytes) -> bytes:
    """Give a whole HTTP answer with this JSON body."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
    return b"%b%d\r\n\r\n%b" % (head, len(body), body)


def result_of(result: object) -> bytes:
    """Give a whole HTTP answer with this result of a Bot API method."""
    return response_of(json.dumps({"ok": True, "result": result}).encode())


def message_of(method: bytes, *, now: int) -> tuple[bytes, bytes]:
    """Give the JSON of a message, cut in two at the place of its number."""
    message = {
        "message_id": "NUMBER",
        "date": now,
        "chat": {"id": 1, "type": "private", "first_name": "Guardian"},
        "from": {key: BOT_USER[key] for key in ("id", "is_bot", "first_name", "username")},
        **MEDIA.get(method, {"text": TEXT}),
    }
    before, _, after = json.dumps({"ok": True, "result": message}).partition('"NUMBER"')
    return before.encode(), after.encode()


def find_end(buffer: bytes, head_end: int) -> int | None:
    """Find where the request at the start of the buffer ends, or None if there is more to come."""
    start = head_end + len(HEAD_END)
    if length := CONTENT_LENGTH.search(buffer, 0, start):
        end = start + int(length[1])
        return end if end <= len(buffer) else None
    if CHUNKED.search(buffer, 0, start):
        return find_last_chunk_end(buffer, start)
    return start


def find_last_chunk_end(buffer: bytes, start: int) -> int | None:
    """Find where a chunked body ends, its trailers included, or None if there is more to come."""
    while (line_end := buffer.find(b"\r\n", start)) != -1:
        size = int(buffer[start:line_end].partition(b";")[0], 16)
        if size == 0:  # a blank line ends it, after trailers or at once
            end = buffer.find(HEAD_END, line_end)
            return None if end == -1 else end + len(HEAD_END)
        start = line_end + 2 + size + 2
    return None


class Telegram:
    """Counts the requests by method and has an answer, and a wait in seconds, for each."""

    def __init__(self, latency: float, *, now: int, loop: asyncio.AbstractEventLoop) -> None:
        """Write every answer beforehand, but for the numbers of the messages."""
        self.latency = latency
        self.now = now
        self.loop = loop
        self.counts: Counter[bytes] = Counter()
        self.number = 1_000_000
        self.taps = Taps(loop)
        self.messages = {each: message_of(each, now=now) for each in (b"sendMessage", *MEDIA)}
        self.fixed = {each: result_of(True) for each in SAYS_TRUE}
        self.fixed[b"getMe"] = result_of(BOT_USER)

    def take(self, target: bytes, request: bytes, reply: Callable[[bytes], None]) -> None:
        """Have a request for this target answered in its time."""
        method = target.partition(b"?")[0].rpartition(b"/")[2]
        if method in CONTROLS:
            reply(self.control(method, request))
            return
        self.counts[method] += 1
        if method == b"getUpdates":
            self.taps.poll(lambda found: reply(result_of(found)), wait=wait_of(request))
            return
        if method == b"answerCallbackQuery":
            self.taps.answer(request)
        answer = self.fixed.get(method) or self.message(method)
        self.loop.call_later(self.latency, reply, answer)

    def message(self, method: bytes) -> bytes:
        """Give the next message; a method without a form of its own gets a text."""
        self.number += 1
        before, after = self.messages.get(method) or self.messages[b"sendMessage"]
        return response_of(b"%b%d%b" % (before, self.number, after))

    def control(self, method: bytes, request: bytes) -> bytes:
        """Do what a measurement asks for: give the counts by method, begin or end tapping."""
        told: dict[str, Any] = {}
        if method == b"tap":
            people, pause = parse_people(request.partition(HEAD_END)[2])
            self.taps.begin(people, pause=pause)
        elif method == b"tapped":
            told = self.taps.end()
        else:
            told = {each.decode(): seen for each, seen in self.counts.items()}
        if method == b"reset":
            self.counts.clear()
        return response_of(json.dumps(told).encode())


def wait_of(request: bytes) -> float:
    """Give the seconds that a poll waits: what it asks for, or one second if that is shorter."""
    asked = TIMEOUT.search(request)
    return min(float(asked[1]), POLL_SECONDS) if asked else POLL_SECONDS


class Connection(asyncio.Protocol):
    """One kept connection: requests in, one after another, each answered after its wait."""

    def __init__(self, telegram: Telegram) -> None:
        """Start with nothing received."""
        self.telegram = telegram
        self.received = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the way back, so that an answer under way is dropped."""
        self.transport = None

    def data_received(self, data: bytes) -> None:
        """Take every whole request out of what has been received."""
        self.received = self.received + data if self.received else data
        while (head_end := self.received.find(HEAD_END)) != -1:
            end = find_end(self.received, head_end)
            if end is None:
                return
            request, self.received = self.received[:end], self.received[end:]
            self.take(request, head_end)

    def take(self, request: bytes, head_end: int) -> None:
        """Have one request answered in its time."""
        target = request.split(b" ", 2)[1]
        closes = CLOSE.search(request, 0, head_end) is not None
        self.telegram.take(target, request, partial(self.reply, closes=closes))

    def reply(self, answer: bytes, *, closes: bool) -> None:
        """Write an answer, if there still is somebody to read it."""
        if self.transport is None:
            return
        self.transport.write(answer)
        if closes:
            self.transport.close()


async def serve(latency: float) -> None:
    """Serve on a free port of this machine, say which, and go on until killed."""
    loop = asyncio.get_running_loop()
    telegram = Telegram(latency, now=int(time.time()), loop=loop)
    server = await loop.create_server(partial(Connection, telegram), "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def start_server(latency: float) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run the server in a process of its own; give the process and the address it serves at."""
    command = [sys.executable, "-m", "tests.bench.server", "--latency", str(latency)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def ask(url: str, control: str, body: object = None) -> dict[str, Any]:
    """Ask a running server: "count", "reset", "tap" or "tapped"."""
    sent = None if body is None else json.dumps(body).encode()
    with urlopen(f"{url}/{control}", data=sent, timeout=10) as answer:
        told: dict[str, Any] = json.loads(answer.read())
    return told


def main() -> None:
    """Read the latency from the command line, and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency", type=float, default=0.08, help="seconds before every answer")
    latency = parser.parse_args().latency
    os.sched_setaffinity(0, {CORE})
    asyncio.run(serve(latency))


if __name__ == "__main__":
    main()
