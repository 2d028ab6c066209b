"""A stand-in for Telegram's Bot API, strict and on loopback, with a web chat beside it."""

from bot.sandbox.protocols import DemoCard, TimeMachine
from bot.sandbox.server import RunningServer, serve
from bot.sandbox.state import Sandbox

__all__ = ["DemoCard", "RunningServer", "Sandbox", "TimeMachine", "serve"]
