"""What was drawn already for a screen, by all that it is drawn from, so that nothing is twice."""

from collections import OrderedDict
from threading import Lock

from bot.printing.typesetting import Layout, draw_layout

MOST = 64  # layouts, some hundred kB each


class Drawings:
    """Draws layouts as pictures; the ones that were asked for last are kept."""

    def __init__(self) -> None:
        """Begin with nothing drawn."""
        self._kept: OrderedDict[str, list[bytes]] = OrderedDict()
        self._lock = Lock()

    def draw(self, layout: Layout) -> list[bytes]:
        """Give a picture of each page of a layout; it may take a tenth of a second a page."""
        digest = layout.digest
        with self._lock:
            found = self._kept.get(digest)
            if found is None:
                found = draw_layout(layout)
            self._kept[digest] = found
            self._kept.move_to_end(digest)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return found
