"""What was drawn already for a screen, by all that it is drawn from, so that nothing is twice."""

from collections import OrderedDict
from threading import Lock

from bot.catalogue.records import Catalogue
from bot.errors import FileRefused, Problem
from bot.printing.printables import explaining, lay_printable
from bot.printing.typesetting import Layout, draw_layout

MOST = 64  # layouts, some hundred kB each


class Drawings:
    """Draws layouts as pictures; the ones that were asked for last are kept."""

    def __init__(self) -> None:
        """Begin with nothing drawn."""
        self._kept: OrderedDict[str, list[bytes]] = OrderedDict()
        self._sound: set[str] = set()
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

    def draw_printable(self, catalogue: Catalogue, name: str, language: str) -> list[bytes]:
        """Draw a page to print; raise FileRefused where its source cannot be set."""
        with explaining(catalogue.printables[name]):
            return self.draw(lay_printable(catalogue, name, language))

    def check_printables(self, catalogue: Catalogue) -> list[Problem]:
        """Draw each page to print in each language that is new; say which cannot be set."""
        problems: list[Problem] = []
        for name in catalogue.printables:
            for language in catalogue.languages:
                problems += self._check_printable(catalogue, name, language)
        return sorted(set(problems))

    def _check_printable(self, catalogue: Catalogue, name: str, language: str) -> list[Problem]:
        """Draw one page, unless the same was drawn before."""
        digest = lay_printable(catalogue, name, language).digest
        if digest in self._sound:
            return []
        try:
            self.draw_printable(catalogue, name, language)
        except FileRefused as refused:
            return refused.problems
        self._sound.add(digest)
        return []
