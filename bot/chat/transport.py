"""Speak HTTP to the Bot API over aiohttp, and tell a message not sent from one in doubt."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

ALLOWED_CONNECTIONS = 500  # more than are ever in flight, so that no request waits unseen
CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 20.0
NAMES_KEPT_SECONDS = 300
JSON = {"Content-Type": "application/json"}
LEFT_OUT = ("Accept", "Accept-Encoding", "User-Agent")  # so that no answer comes compressed

Upload = tuple[str, bytes, str]  # a file's name, content and type


class NotConnected(NetworkError):
    """The network could not be reached at all, so nothing can have arrived."""


class AnswerLost(NetworkError):
    """The connection broke after the request was on its way: it may have arrived."""


@dataclass(frozen=True)
class Form:
    """What one call carries: fields as the Bot API reads them, and files to upload."""

    fields: Mapping[str, str]
    files: Mapping[str, Upload] = field(default_factory=dict)


async def call(bot: Bot, method: str, form: Form) -> Any:
    """Make one call and give its result; raise the TelegramError that the answer stands for.

    It goes past the library's objects for parameters and messages, which cost more processor time
    than all the rest of a call, and through its reading of errors.
    """
    address = f"{bot.base_url}/{method}"
    return await bot.request.post(address, form)  # type: ignore[arg-type]  # it hands it on as is


class AiohttpRequest(BaseRequest):
    """Carries python-telegram-bot's requests, and ours, over one aiohttp session."""

    def __init__(self) -> None:
        """Wait with the session until there is a loop to hold it."""
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Give the seconds that an answer may take."""
        return ANSWER_SECONDS

    async def initialize(self) -> None:
        """Open the session; it keeps no cookies, since the Bot API has none."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=ALLOWED_CONNECTIONS, ttl_dns_cache=NAMES_KEPT_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=LEFT_OUT,
                auto_decompress=False,
            )

    async def shutdown(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | Form | None = None,
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
                method, url, timeout=timeout, allow_redirects=False, **body_of(request_data)
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotConnected(f"not connected: {why_not(error)}") from error
        except TimeoutError as error:
            raise TimedOut("no answer in time") from error
        except aiohttp.ClientError as error:
            raise AnswerLost(f"answer lost: {type(error).__name__}") from error

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; raise TelegramError for what is none, and repeat nothing of it anywhere.

        The library's own way writes what it cannot read into the log, families' words included.
        """
        try:
            answer = json.loads(payload.decode(errors="replace"))
        except (ValueError, RecursionError):
            raise TelegramError("the answer is not JSON") from None
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise TelegramError("the answer is none of the Bot API's")
        return answer


def why_not(error: Exception) -> str:
    """Say why there is no connection, by what whoever reads the log can look into."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            return "its name is not found (DNS)"
        case aiohttp.ClientConnectorCertificateError():
            return "its certificate is not trusted (TLS)"
        case aiohttp.ClientSSLError():
            return "no secure connection comes about (TLS)"
    return type(error).__name__


def body_of(given: RequestData | Form | None) -> dict[str, Any]:
    """Write what a request carries: JSON, or a form of parts where a file goes along."""
    if given is None:
        return {}
    form = given if isinstance(given, Form) else form_of(given)
    if form.files:
        return {"data": parts_of(form)}
    # JSON takes an eighth of the processor time of a form, whose every letter is looked at
    return {"data": json.dumps(form.fields).encode(), "headers": JSON}


def form_of(request_data: RequestData) -> Form:
    """Take over what the library gives."""
    return Form(request_data.json_parameters, request_data.multipart_data)  # type: ignore[arg-type]


def parts_of(form: Form) -> aiohttp.FormData:
    """Write a form of parts."""
    parts = aiohttp.FormData()
    for name, value in form.fields.items():
        parts.add_field(name, value)
    for name, (filename, content, mime_type) in form.files.items():
        parts.add_field(name, content, filename=filename, content_type=mime_type)
    return parts
