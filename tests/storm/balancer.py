"""A load balancer: each connection goes to the next of those behind it that answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import cycle


class Balancer:
    """Hands connections round, each to the next."""

    def __init__(self, ports: Sequence[int]) -> None:
        """Keep the ports of those behind."""
        self._ports = cycle(ports)
        self._count = len(ports)
        self.handed: list[int] = []

    async def hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand one connection to the next that takes it; drop it where nobody does."""
        for port in (next(self._ports) for _ in range(self._count)):
            with suppress(OSError):
                behind = await asyncio.open_connection("127.0.0.1", port)
                self.handed.append(port)
                await asyncio.gather(carry(reader, behind[1]), carry(behind[0], writer))
                return
        writer.close()


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until that ends."""
    with suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def balancing(ports: Sequence[int]) -> AsyncIterator[tuple[str, Balancer]]:
    """Balance between ports of this machine; give the address."""
    balancer = Balancer(ports)
    server = await asyncio.start_server(balancer.hand_on, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", balancer
    finally:
        server.close()
