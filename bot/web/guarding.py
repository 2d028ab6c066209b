"""The headers that pages are sent with: a browser trusts nothing but the pages themselves."""

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PDF = "application/pdf"


class Guarded:
    """Adds headers to each answer of an application; what has one of its own keeps it."""

    def __init__(
        self,
        app: ASGIApp,
        headers: Mapping[str, str],
        pdf_headers: Mapping[str, str] | None = None,
    ) -> None:
        """Stand before an application; a PDF that the browser itself shows may get others."""
        self.app = app
        self.headers = headers
        self.pdf_headers = headers if pdf_headers is None else pdf_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to each answer."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_pdf = headers.get("content-type") == PDF
                for name, value in (self.pdf_headers if is_pdf else self.headers).items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
