"""The catalogues in use: the accepted one, and the earlier ones that guardians still answer to."""

import asyncio

from bot.catalogue.files import unpack
from bot.catalogue.reading.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.errors import FileRefused
from bot.store import Session, snapshots

EARLIER = 4  # catalogues that are kept in memory beside the current one


class Shelf:
    """Holds the current catalogue, and fetches an earlier one from its snapshot when asked."""

    def __init__(self, current: Catalogue) -> None:
        """Put the current catalogue first."""
        self.current = current
        self._earlier: dict[str, Catalogue | None] = {}  # the one used last stands last
        self._turn = asyncio.Lock()  # of many taps on an earlier message, one fetches

    def replace(self, catalogue: Catalogue) -> None:
        """Make another catalogue the current one; the one until now is still answered to."""
        earlier, self.current = self.current, catalogue
        self._keep(earlier.version, earlier)
        self._earlier.pop(catalogue.version, None)

    async def get(self, session: Session, version: str | None) -> Catalogue:
        """Get the catalogue that a delivery was made from; the current one where it is gone.

        So it is where an earlier one lacks what is asked of a catalogue now.
        """
        if version is None or version == self.current.version:
            return self.current
        async with self._turn:
            found = self._earlier.get(version)
            if version not in self._earlier:
                found = await self._fetch(session, version)
            self._keep(version, found)
        return found or self.current

    def _keep(self, version: str, catalogue: Catalogue | None) -> None:
        """Keep a catalogue, and let go of the one that was not asked for the longest."""
        self._earlier.pop(version, None)
        self._earlier[version] = catalogue
        while len(self._earlier) > EARLIER:
            del self._earlier[next(iter(self._earlier))]

    async def _fetch(self, session: Session, version: str) -> Catalogue | None:
        """Load a catalogue from its snapshot; None for what is gone or cannot be read now."""
        snapshot = await snapshots.find_snapshot(session, version)
        if snapshot is None:
            return None
        try:
            return await asyncio.to_thread(load_body, snapshot.body)
        except FileRefused:  # an earlier version of Kuffert asked less of it
            return None


def load_body(body: bytes) -> Catalogue:
    """Load a catalogue from a snapshot's body; raise FileRefused where it cannot be read now."""
    return load_catalogue(unpack(body))
