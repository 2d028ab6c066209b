"""The files of the messages that are shown, each at an address that its content gives it."""

from collections import OrderedDict
from threading import Lock
from urllib.parse import quote

from bot.core.messages import Media

MOST = 2048  # they are the catalogue's own, or are drawn when they are asked for


class Gallery:
    """Keeps what the pages point to; the ones that were shown last."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._kept: OrderedDict[str, Media] = OrderedDict()
        self._lock = Lock()

    def keep(self, media: Media) -> str:
        """Keep a file and give its address."""
        with self._lock:
            self._kept[media.digest] = media
            self._kept.move_to_end(media.digest)
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return f"/file/{media.digest}/{quote(media.name)}"

    def find(self, digest: str) -> Media | None:
        """Find a file by its digest."""
        with self._lock:
            return self._kept.get(digest)


def read(media: Media) -> bytes:
    """Give a file's content; draw it where it is drawn, or raise DrawingFailed."""
    return media.draw() if media.draw else media.content
