"""The Bot API over HTTP: /bot<token>/<method>, and files at /file/bot<token>/<path>."""

import asyncio
import hashlib
from typing import Any

from aiohttp import web

from bot.errors import BotError
from bot.sandbox.faults import parse_fault, raise_fault, take_fault
from bot.sandbox.methods import Parameters, Upload, call
from bot.sandbox.records import Call, Fault, Strike
from bot.sandbox.refusals import Refused
from bot.sandbox.state import Sandbox

UNRECORDED = ("getupdates",)


def add_bot_api(app: web.Application, sandbox: Sandbox) -> None:
    """Add the Bot API's addresses."""
    api = BotApi(sandbox)
    app.router.add_route("*", "/bot{token}/{method}", api.answer)
    app.router.add_get("/file/bot{token}/{kind}/{file_id}", api.give_file)
    app.router.add_post("/sandbox/faults", api.add_fault)


class BotApi:
    """Answers the bot's calls."""

    def __init__(self, sandbox: Sandbox) -> None:
        """Keep the sandbox."""
        self._sandbox = sandbox

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one call, with whatever fault was asked for."""
        method = request.match_info["method"]
        try:
            self._check_token(request)
            parameters = await read_parameters(request)
            fault = take_fault(self._sandbox.faults, method)
            return await self._answer_faultily(request, method, parameters, fault)
        except Refused as refused:
            return web.json_response(refused.body(), status=refused.status)

    async def _answer_faultily(
        self, request: web.Request, method: str, parameters: Parameters, fault: Fault | None
    ) -> web.StreamResponse:
        """Make a call, or let it go wrong."""
        if fault:
            self._sandbox.strikes.append(Strike(fault.kind, self._sandbox.now()))
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "drop_before":
            return drop(request)
        if fault:
            raise_fault(fault)
        self._record(method, parameters)
        result = await call(self._sandbox, method, parameters)
        if fault and fault.kind == "drop_after":
            return drop(request)
        return web.json_response({"ok": True, "result": result})

    def _check_token(self, request: web.Request) -> None:
        """Refuse another bot's token."""
        if request.match_info["token"] != self._sandbox.token:
            raise Refused(401, "Unauthorized")

    def _record(self, method: str, parameters: Parameters) -> None:
        """Remember a call; a file by its digest."""
        if method.lower() in UNRECORDED:
            return
        shown = {
            name: value if isinstance(value, str) else hashlib.sha256(value[1]).hexdigest()
            for name, value in parameters.items()
        }
        self._sandbox.calls.append(Call(method, shown, self._sandbox.now()))

    async def give_file(self, request: web.Request) -> web.Response:
        """Give a file's content."""
        file_id, _, _suffix = request.match_info["file_id"].partition(".")
        stored = self._sandbox.files.get(file_id)
        if request.match_info["token"] != self._sandbox.token or stored is None:
            raise web.HTTPNotFound
        return web.Response(body=self._sandbox.contents[stored.digest])

    async def add_fault(self, request: web.Request) -> web.Response:
        """Take an order for a fault."""
        try:
            fault = parse_fault(await request.json())
        except BotError as error:
            return web.json_response({"error": str(error)}, status=400)
        self._sandbox.faults.append(fault)
        return web.json_response({"ok": True})


async def read_parameters(request: web.Request) -> dict[str, str | Upload]:
    """Read a call's parameters from the address, a form or JSON."""
    parameters: dict[str, str | Upload] = dict(request.query)
    if request.content_type == "application/json":
        given: dict[str, Any] = await request.json()
        parameters.update({name: str(value) for name, value in given.items()})
        return parameters
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            parameters[name] = (value.filename, value.file.read())
        else:
            parameters[name] = value if isinstance(value, str) else bytes(value).decode()
    return parameters


def drop(request: web.Request) -> web.Response:
    """Break the connection off, without an answer."""
    if request.transport:
        request.transport.abort()
    return web.Response()
