"""Other ways to send the same messages, each at its best and each in a process on one core."""

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uvloop

ROOT = Path(__file__).parents[2]
CORE = 0  # the server has the last one
TOKEN = f"1234567890:{'A' * 35}"
FIRST_CHAT = 100_000_000
LONGEST_RUN_SECONDS = 600

Send = Callable[[int], Awaitable[object]]
Pace = dict[str, float]  # messages a second, and processor time for each in µs
Rival = Callable[[str, int, int], Coroutine[Any, Any, Pace]]


def text_for(chat: int) -> str:
    """Write a message of about 300 characters, in Telegram's HTML, to one chat."""
    sentence = "Put all the socks in a heap and find the pairs together. "
    return f"<b>Sock pairs</b>, for {chat}\n\n{sentence * 4}<i>Say the colours aloud.</i>"


def buttons_for(chat: int) -> list[list[dict[str, str]]]:
    """Give four buttons in two rows."""
    labels = (("We did it", "Not yet"), ("Easier", "Harder"))
    return [[{"text": each, "callback_data": f"{each}:{chat}"} for each in row] for row in labels]


async def pace_of(send: Send, *, count: int, concurrency: int) -> Pace:
    """Send to `count` chats, at most `concurrency` at a time; give what came of it.

    The time includes opening the connections, which are `concurrency` at most.
    """
    chats = iter(range(FIRST_CHAT, FIRST_CHAT + count))

    async def send_until_none_is_left() -> None:
        for chat in chats:  # one iterator for all, so each chat is taken once
            await send(chat)

    started, processor = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(send_until_none_is_left())
    return {
        "rate": count / (time.perf_counter() - started),
        "processor_us": 1e6 * (time.process_time() - processor) / count,
    }


async def ptb_default(url: str, count: int, concurrency: int) -> Pace:
    """Send with python-telegram-bot over its own HTTPXRequest, one connection for each in flight.

    A larger pool would stay empty, and a smaller one makes senders wait for a connection.
    """
    from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
    from telegram.request import HTTPXRequest

    bot = Bot(TOKEN, base_url=f"{url}/bot", request=HTTPXRequest(connection_pool_size=concurrency))

    async def send(chat: int) -> None:
        rows = [[InlineKeyboardButton(**each) for each in row] for row in buttons_for(chat)]
        await bot.send_message(
            chat, text_for(chat), parse_mode="HTML", reply_markup=InlineKeyboardMarkup(rows)
        )

    async with bot:
        return await pace_of(send, count=count, concurrency=concurrency)


async def aiogram(url: str, count: int, concurrency: int) -> Pace:
    """Send with aiogram over its own AiohttpSession, one connection for each in flight."""
    from aiogram import Bot
    from aiogram.client.session.aiohttp import AiohttpSession
    from aiogram.client.telegram import TelegramAPIServer
    from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

    session = AiohttpSession(api=TelegramAPIServer.from_base(url), limit=concurrency)

    async def send(chat: int) -> None:
        rows = [[InlineKeyboardButton(**each) for each in row] for row in buttons_for(chat)]
        await bot.send_message(
            chat,
            text_for(chat),
            parse_mode="HTML",
            reply_markup=InlineKeyboardMarkup(inline_keyboard=rows),
        )

    async with Bot(TOKEN, session=session) as bot:
        return await pace_of(send, count=count, concurrency=concurrency)


async def bare_aiohttp(url: str, count: int, concurrency: int) -> Pace:
    """Post the same form with aiohttp and no bot library: about as fast as Python may hope for."""
    import aiohttp

    address = f"{url}/bot{TOKEN}/sendMessage"

    async def send(chat: int) -> None:
        form = {
            "chat_id": str(chat),
            "text": text_for(chat),
            "parse_mode": "HTML",
            "reply_markup": json.dumps({"inline_keyboard": buttons_for(chat)}),
        }
        async with session.post(address, data=form) as answer:
            if not (await answer.json())["ok"]:
                raise RuntimeError(f"The server refused the message to {chat}.")

    connector = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=connector) as session:
        return await pace_of(send, count=count, concurrency=concurrency)


RIVALS: dict[str, tuple[Rival, Sequence[str]]] = {
    "ptb_default": (ptb_default, ("python-telegram-bot", "httpx")),
    "aiogram": (aiogram, ("aiogram", "aiohttp", "pydantic")),
    "bare_aiohttp": (bare_aiohttp, ("aiohttp",)),
}


def run_rival(
    name: str, url: str, count: int, concurrency: int, *, python: str | Path = sys.executable
) -> dict[str, Any]:
    """Run one rival in a process of its own on one core; give its name, pace and settings.

    `python` is another environment's interpreter, for a rival that cannot share ours. A rival that
    loses a message raises CalledProcessError, and its own words stand on stderr.
    """
    command = [str(python), "-m", "tests.bench.rivals", name, "--url", url]
    command += ["--count", str(count), "--concurrency", str(concurrency)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST_RUN_SECONDS,
        check=True,
    )
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def try_rival(
    name: str,
    url: str,
    count: int,
    concurrencies: Iterable[int],
    *,
    python: str | Path = sys.executable,
) -> list[dict[str, Any]]:
    """Run one rival at each of several concurrencies; give what `run_rival` gives for each."""
    return [run_rival(name, url, count, each, python=python) for each in concurrencies]


def main() -> None:
    """Run one rival, and print what it did as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=RIVALS)
    parser.add_argument("--url", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    given = parser.parse_args()
    os.sched_setaffinity(0, {CORE})
    rival, packages = RIVALS[given.name]
    pace = uvloop.run(rival(given.url, given.count, given.concurrency))
    settings = {
        "count": given.count,
        "concurrency": given.concurrency,
        "connections": given.concurrency,
        "core": CORE,
        "python": platform.python_version(),
        **{each: version(each) for each in packages},
    }
    sys.stdout.write(json.dumps({"name": given.name, **pace, "settings": settings}) + "\n")


if __name__ == "__main__":
    main()
