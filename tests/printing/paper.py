"""Read what was printed: pages, words and where they stand, QR codes as a camera sees them."""

from collections.abc import Iterator
from dataclasses import dataclass

import zxingcpp
from pypdfium2 import PdfDocument, PdfPage, raw

MM = 72 / 25.4
A4 = (210, 297)


@dataclass(frozen=True)
class Letter:
    """One character and its ink on the page, in millimetres from the left and from the top."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float


class Sheet:
    """One page."""

    def __init__(self, page: PdfPage) -> None:
        self.page = page
        self.size = tuple(round(side / MM) for side in page.get_size())
        self.words = page.get_textpage()

    @property
    def text(self) -> str:
        return " ".join(self.words.get_text_range().split())

    @property
    def letters(self) -> Iterator[Letter]:
        height = self.page.get_height()
        for place in range(self.words.count_chars()):
            text = chr(raw.FPDFText_GetUnicode(self.words, place))
            left, bottom, right, top = self.words.get_charbox(place)
            if not text.isspace() and right > left:
                size = raw.FPDFText_GetFontSize(self.words, place)
                edges = (each / MM for each in (left, right, height - top, height - bottom))
                yield Letter(text, *edges, size)

    def latin_rows(
        self, *, left: float = 0, right: float = 210, top: float = 0, bottom: float = 297
    ) -> list[str]:
        """Read the Latin letters and digits of a part of the page as rows, from left to right."""
        within = [
            each
            for each in self.letters
            if each.text.isascii()
            and left <= each.left
            and each.right <= right
            and top <= each.top <= bottom
        ]
        rows: list[list[Letter]] = []
        for letter in sorted(within, key=lambda each: each.top - each.bottom):  # tall ones first
            middle = (letter.top + letter.bottom) / 2
            row = next((each for each in rows if is_beside(each[0], middle)), None)
            if row is None:
                rows.append(row := [])
            row.append(letter)
        return ["".join(e.text for e in sorted(row, key=lambda e: e.left)) for row in rows]

    def picture(self) -> memoryview:
        seen = self.page.render(scale=4, grayscale=True)
        return memoryview(bytes(seen.buffer)).cast("B", (seen.height, seen.stride))

    def codes(self) -> list[tuple[str, float]]:
        """Read all QR codes: what each says, and where its middle is from the left in mm."""
        found = zxingcpp.read_barcodes(self.picture(), formats=zxingcpp.BarcodeFormat.QRCode)
        return [
            (each.text, (each.position.top_left.x + each.position.bottom_right.x) / 2 / 4 / MM)
            for each in found
        ]

    def strokes(self) -> list[tuple[float, float, float, float]]:
        """List what is drawn, letters left out: left, top, right, bottom."""
        height = self.page.get_height()
        bounds = [
            each.get_bounds()
            for each in self.page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=5)
        ]
        return [
            (left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
            for left, bottom, right, top in bounds
        ]

    def language(self) -> str:
        length = raw.FPDFCatalog_GetLanguage(self.page.pdf, None, 0)  # bytes, of UTF-16
        held = (raw.FPDF_WCHAR * (length // 2))()
        raw.FPDFCatalog_GetLanguage(self.page.pdf, held, length)
        return bytes(held).decode("utf-16-le").rstrip("\0")


def is_beside(tall: Letter, middle: float) -> bool:
    """Say whether a letter stands in the row of a tall one: some hang a little lower."""
    return tall.top <= middle <= tall.bottom + (tall.bottom - tall.top) / 4


def read(pages: bytes) -> list[Sheet]:
    """Read a PDF."""
    document = PdfDocument(pages)
    return [Sheet(document[number]) for number in range(len(document))]
