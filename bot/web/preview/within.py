"""Where the preview stands: by itself, or below a path of other pages, with a way back to them."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

WAY_BACK = "kuffert.way_back"


@dataclass(frozen=True)
class WayBack:
    """A link out of the preview, in the language of whoever is shown it; notes stand beside it."""

    href: str
    words: str
    language: str
    notes: tuple[str, ...] = ()


class Within(Response):
    """An answer that the preview gives below a path of other pages."""

    def __init__(self, preview: ASGIApp, below: str, way_back: WayBack) -> None:
        """Hand a request on to the preview's pages."""
        super().__init__()
        self.preview = preview
        self.more: Scope = {"root_path": below, "app_root_path": below, WAY_BACK: way_back}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the preview answer."""
        await self.preview({**scope, **self.more}, receive, send)


def base_of(request: Request) -> str:
    """Give what stands before each address of the preview; "" where it stands by itself."""
    scope = request.scope  # a folder of files below us adds its own path to the root's
    return str(scope.get("app_root_path", scope.get("root_path", "")))


def path_of(request: Request) -> str:
    """Give a page's path within the preview."""
    return request.url.path.removeprefix(base_of(request))


def way_back_of(request: Request) -> WayBack | None:
    """Give the link out of the preview; None where it stands by itself."""
    found: WayBack | None = request.scope.get(WAY_BACK)
    return found


def address_of(request: Request) -> Callable[..., str]:
    """Give a way to write the address of the page, with something in it changed."""

    def address(**changes: str) -> str:
        url = request.url.include_query_params(**changes)
        return f"{url.path}?{url.query}" if url.query else url.path

    return address
