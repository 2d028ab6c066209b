"""Bring updates to the bot's own address, as Telegram does where a webhook is set."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from bot.sandbox.refusals import bad_request

if TYPE_CHECKING:
    from bot.sandbox.state import Sandbox

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # a header's name
MOST_AT_ONCE = 40
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.05, 1.0
ANSWER_SECONDS = 10.0
LOOPBACK = "http://127.0.0.1:"  # where no certificate is needed, as with a Bot API of one's own


@dataclass
class Webhook:
    """Where updates are brought to, and how that went."""

    url: str
    secret: str
    most_at_once: int
    last_error: str = ""


class Courier:
    """Brings each update until it is taken: of one chat one at a time, of several side by side."""

    def __init__(self, sandbox: "Sandbox") -> None:
        """Begin without a webhook."""
        self._sandbox = sandbox
        self._webhook: Webhook | None = None
        self._going: asyncio.Task[None] | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is a webhook."""
        return self._webhook is not None

    async def bring_to(self, url: str, *, secret: str, most_at_once: int) -> None:
        """Bring updates to an address from now on; what nobody took waits there too."""
        if not url.startswith(("https://", LOOPBACK)):
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        await self.end()
        self._sandbox.end_polls()
        self._webhook = Webhook(url, secret, most_at_once)
        self._going = asyncio.create_task(self._go(self._webhook))

    async def end(self) -> None:
        """Bring nothing more; what was not taken waits."""
        going, self._going, self._webhook = self._going, None, None
        if going:
            going.cancel()
            await asyncio.wait([going])

    def show(self) -> dict[str, Any]:
        """Show the webhook as the Bot API does."""
        webhook = self._webhook
        shown: dict[str, Any] = {
            "url": webhook.url if webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._sandbox.updates),
        }
        if webhook and webhook.last_error:
            at = int(self._sandbox.now().timestamp())
            shown |= {"last_error_date": at, "last_error_message": webhook.last_error}
        return shown

    async def _go(self, webhook: Webhook) -> None:
        """Bring what waits, and what comes."""
        carried: set[int] = set()
        room = asyncio.Semaphore(webhook.most_at_once)
        chats: dict[int, asyncio.Lock] = {}
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as tasks:

            async def bring(update: Mapping[str, Any]) -> None:
                async with chats.setdefault(chat_of(update), asyncio.Lock()), room:
                    await self._bring(session, webhook, update)
                    carried.discard(update["update_id"])

            while True:
                waiting = await self._wait(carried)
                carried.update(waiting)
                for number in sorted(waiting):
                    tasks.create_task(bring(self._sandbox.updates[number]))

    async def _wait(self, carried: set[int]) -> set[int]:
        """Wait for updates that nobody carries yet."""
        while True:
            try:
                return await self._sandbox.wait_for(lambda: self._sandbox.updates.keys() - carried)
            except TimeoutError:
                continue

    async def _bring(
        self, session: aiohttp.ClientSession, webhook: Webhook, update: Mapping[str, Any]
    ) -> None:
        """Bring one update, again and again until the answer says that it is taken."""
        wait = FIRST_WAIT_SECONDS
        headers = {SECRET_HEADER: webhook.secret} if webhook.secret else {}
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        while True:
            try:
                async with session.post(
                    webhook.url, json=update, headers=headers, timeout=timeout
                ) as answer:
                    if answer.ok:
                        self._sandbox.take_off(update["update_id"])
                        return
                    webhook.last_error = f"Wrong response from the webhook: {answer.status}"
            except (aiohttp.ClientError, TimeoutError):
                webhook.last_error = "Connection refused"
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)


def chat_of(update: Mapping[str, Any]) -> int:
    """Say whose update it is."""
    for part in update.values():
        if isinstance(part, dict) and isinstance(part.get("from"), dict):
            number = part["from"].get("id", 0)
            return number if isinstance(number, int) else 0
    return 0
