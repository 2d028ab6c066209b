"""Tell the network who we are and how updates come: by polling, or to an address of ours."""

import logging
import time
from dataclasses import dataclass, field

from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.chat.application import list_told, publish_commands, publish_description
from bot.chat.receiving import WANTED
from bot.chat.turns import TurnApplication
from bot.delivery.shelf import Shelf
from bot.errors import BotError

PUBLISH_AGAIN_SECONDS = 60
MOST_AT_ONCE = 40  # connections by which the network brings updates

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Webhook:
    """Where the network brings updates to, and the secret by which it is known."""

    url: str
    secret: str = field(repr=False)


class Greeter:
    """Speaks to the network of the bot itself: its commands, and the way of its updates."""

    def __init__(
        self, application: TurnApplication, shelf: Shelf, *, webhook: Webhook | None, api: str
    ) -> None:
        """Keep what is told; without a webhook updates are polled for."""
        self._application = application
        self._shelf = shelf
        self._webhook = webhook
        self._api = api
        self._told: object = None  # what the network was told of the commands and of the bot
        self._tell_after = 0.0
        self._complained = ""

    async def greet(self, *, is_sender: bool) -> str:
        """Ask the network who we are; give the name.

        Raise BotError when it cannot be reached or refuses us.
        """
        try:
            await self._application.initialize()
            if not is_sender:
                await self._publish()
        except InvalidToken:
            raise BotError("The Bot API refused the token (KUFFERT_TELEGRAM_TOKEN).") from None
        except TelegramError as error:
            raise BotError(f"The Bot API cannot be reached at {self._api}: {error}.") from None
        return str(self._application.bot.username)

    async def settle_updates(self) -> None:
        """Have updates brought, or polled for; whatever waits there already comes by either way.

        For when our address is open: the network tries it at once.
        """
        bot, webhook = self._application.bot, self._webhook
        try:
            if webhook is None:
                await bot.delete_webhook(drop_pending_updates=False)
                return
            await bot.set_webhook(
                webhook.url,
                secret_token=webhook.secret,
                allowed_updates=list(WANTED),
                max_connections=MOST_AT_ONCE,
                drop_pending_updates=False,
            )
        except BadRequest as error:
            raise BotError(
                f"The Bot API does not take the address of KUFFERT_PUBLIC_URL: {error}."
            ) from None
        except TelegramError as error:
            raise BotError(f"The Bot API cannot be reached at {self._api}: {error}.") from None

    async def look_after_webhook(self) -> None:
        """See that updates are still brought to us, and say where the network has trouble."""
        webhook = self._webhook
        if webhook is None:
            return
        try:
            found = await self._application.bot.get_webhook_info()
        except TelegramError as error:
            log.warning("the webhook is not looked at: %s", type(error).__name__)
            return
        if found.url != webhook.url:
            log.warning("the webhook was taken away or moved; it is set again")
            try:
                await self.settle_updates()
            except BotError as error:
                log.warning("the webhook is not set: %s", error)
        trouble = f"{found.last_error_date} {found.last_error_message}"
        if found.last_error_message and trouble != self._complained:
            log.warning("updates could not be brought to us: %s", found.last_error_message)
        self._complained = trouble

    async def _publish(self) -> None:
        """Tell the network the commands and what the bot is, where that changed."""
        catalogue, bot = self._shelf.current, self._application.bot
        if list_told(catalogue) == self._told:
            return
        await publish_commands(bot, catalogue)
        await publish_description(bot, catalogue)
        self._told = list_told(catalogue)

    async def publish_again(self) -> None:
        """Publish what changed; where the network refuses, try again after a while."""
        now = time.monotonic()
        if now < self._tell_after:
            return
        try:
            await self._publish()
        except TelegramError as error:
            self._tell_after = now + PUBLISH_AGAIN_SECONDS
            log.warning("the commands are not renewed: %s", error)
