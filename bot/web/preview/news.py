"""Tell the pages that are open of each look at the content, for as long as the desk is open."""

from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.web.preview.desk import Desk, Look

AT_ONCE = {"Cache-Control": "no-store"}


class News:
    """What is told of one desk."""

    def __init__(self, desk: Desk) -> None:
        """Tell of what a desk sees."""
        self.desk = desk

    async def events(self, _request: Request) -> Response:
        """Tell a page that is open of each look, the latest at once."""
        return StreamingResponse(self.tell(), media_type="text/event-stream", headers=AT_ONCE)

    async def tell(self) -> AsyncIterator[str]:
        """Name each look, until the desk closes."""
        look: Look | None = self.desk.latest
        while look:
            yield f"event: look\ndata: {self.desk.name(look)}\n\n"
            look = await self.desk.wait_past(look.number)
