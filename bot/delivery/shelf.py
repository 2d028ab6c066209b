"""The catalogues in use: the accepted one, and the earlier ones that guardians still answer to."""

from bot.catalogue.files import unpack
from bot.catalogue.loading import load_catalogue
from bot.catalogue.records import Catalogue
from bot.errors import FileRefused
from bot.store import Session, snapshots


class Shelf:
    """Holds the current catalogue, and fetches an earlier one from its snapshot when asked."""

    def __init__(self, current: Catalogue) -> None:
        """Put the current catalogue first."""
        self.current = current
        self._earlier: dict[str, Catalogue] = {}

    async def get(self, session: Session, version: str | None) -> Catalogue:
        """Get the catalogue that a delivery was made from; the current one where it is gone.

        So it is where an earlier one lacks what is asked of a catalogue now.
        """
        if version is None or version == self.current.version:
            return self.current
        if version not in self._earlier:
            self._earlier[version] = await self._fetch(session, version)
        return self._earlier[version]

    async def _fetch(self, session: Session, version: str) -> Catalogue:
        """Load a catalogue from its snapshot; the current one does for what cannot be read now."""
        snapshot = await snapshots.find_snapshot(session, version)
        if snapshot is None:
            return self.current
        try:
            return load_catalogue(unpack(snapshot.body))
        except FileRefused:  # an earlier version of Kuffert asked less of it
            return self.current
