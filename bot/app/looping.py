"""The event loop that a bot runs in: libuv's, where there is one: a tap takes a quarter less."""

import sys

if sys.platform == "win32":
    from asyncio import run
else:
    from uvloop import run

__all__ = ["run"]
