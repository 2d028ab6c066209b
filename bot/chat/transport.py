"""Speak HTTP to the Bot API over aiohttp, and tell a message not sent from one in doubt."""

from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

ALLOWED_CONNECTIONS = 500  # more than are ever in flight, so that no request waits unseen
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 20.0


class NotConnected(NetworkError):
    """The network could not be reached at all, so nothing can have arrived."""


class AnswerLost(NetworkError):
    """The connection broke after the request was on its way: it may have arrived."""


class AiohttpRequest(BaseRequest):
    """Carries python-telegram-bot's requests over one aiohttp session."""

    def __init__(self) -> None:
        """Wait with the session until there is a loop to hold it."""
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Give the seconds that an answer may take."""
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        """Open the session."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=ALLOWED_CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector)

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one request; return status and body, raise a NetworkError without an answer."""
        if self._session is None:
            raise RuntimeError("The transport is not initialised.")
        seconds = read_timeout if isinstance(read_timeout, int | float) else ANSWER_SECONDS
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_SECONDS, sock_read=seconds)
        try:
            async with self._session.request(
                method, url, data=form_of(request_data), timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(f"not connected: {type(error).__name__}") from error
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except aiohttp.ClientError as error:
            raise AnswerLost(f"answer lost: {type(error).__name__}") from error


def form_of(request_data: RequestData | None) -> aiohttp.FormData | None:
    """Turn a request's parameters, and its files, into a form."""
    if request_data is None:
        return None
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime_type) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form
