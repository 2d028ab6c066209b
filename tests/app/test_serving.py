"""Who asks, and by which way, behind a web server: its word counts, and nobody else's."""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.app.serving import serving

pytestmark = pytest.mark.anyio
US = "127.0.0.1"


async def show(request: Request) -> PlainTextResponse:
    assert request.client is not None
    return PlainTextResponse(f"{request.url.scheme} {request.client.host}")


async def ask(proxies: str, **headers: str) -> str:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    pages = Starlette(routes=[Route("/", show)])
    async with serving(pages, host=US, port=0, proxies=proxies) as port, httpx.AsyncClient() as us:
        return (await us.get(f"http://{US}:{port}/", headers=told)).text


@pytest.mark.parametrize("proxies", [US, "10.0.0.1, 127.0.0.0/8", "::1,127.0.0.1"])
async def test_what_the_web_server_before_us_tells_is_believed(proxies: str) -> None:
    told = await ask(proxies, X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")

    assert told == "https 203.0.113.9"


@pytest.mark.parametrize("proxies", ["", "10.0.0.1", "10.0.0.0/8,::1"])
async def test_what_anybody_else_tells_is_not(proxies: str) -> None:
    told = await ask(proxies, X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")

    assert told == f"http {US}"


async def test_an_address_that_a_visitor_made_up_is_not_taken_for_the_visitors() -> None:
    told = await ask(US, X_Forwarded_For="198.51.100.1, 203.0.113.9")  # made up, then seen

    assert told == "http 203.0.113.9"


async def test_a_variable_of_the_servers_own_trusts_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")

    told = await ask("", X_Forwarded_Proto="https", X_Forwarded_For="203.0.113.9")

    assert told == f"http {US}"
