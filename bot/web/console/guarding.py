"""What stands before every page: its headers, and a limit to what is sent."""

from collections.abc import Awaitable, Callable

from starlette.types import Message, Receive

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self'; font-src 'self'; connect-src 'self'; frame-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
PDF_HEADERS = {  # the browser shows a PDF by a page of its own, which the policy would refuse
    name: value for name, value in HEADERS.items() if name != "Content-Security-Policy"
}


class TooMuch(Exception):
    """More was sent than a page takes."""


def limit(receive: Callable[[], Awaitable[Message]], most: int) -> Receive:
    """Receive no more than so many bytes; raise TooMuch beyond."""
    got = 0

    async def receive_within() -> Message:
        nonlocal got
        message = await receive()
        if message["type"] == "http.request":
            got += len(message.get("body", b""))
            if got > most:
                raise TooMuch
        return message

    return receive_within
