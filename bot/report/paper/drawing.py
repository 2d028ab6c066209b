"""Draw figures as SVG from plain shapes: black on white, the same shapes give the same bytes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

INK, GREY, PALE, WHITE = "#1f2937", "#9ca3af", "#e5e7eb", "#ffffff"
SIZE = 13.0  # pixels of the usual text
LEADING = 1.3
BOLDER = 1.1  # how much wider bold text is
WIDE, USUAL, NARROW = 1.0, 0.57, 0.3  # of the size of the text; a font's own widths are not read


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str = WHITE
    stroke: str = INK


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x: float
    y: float
    to_x: float
    to_y: float
    is_dashed: bool = False
    weight: float = 1.2


@dataclass(frozen=True)
class Words:
    """A line of text; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    is_bold: bool = False
    size: float = SIZE


@dataclass(frozen=True)
class Shape:
    """A polygon."""

    points: Sequence[tuple[float, float]]
    fill: str = INK


Mark = Box | Line | Words | Shape


@dataclass
class Drawing:
    """A sheet of so many pixels, and the shapes on it in the order they are drawn."""

    width: float
    height: float = 0.0
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        """Put shapes on the sheet."""
        self.marks += marks

    def point(self, x: float, y: float, to_x: float, to_y: float) -> None:
        """Draw an arrow, straight down or to the right."""
        self.add(Line(x, y, to_x, to_y))
        if x == to_x:
            self.add(Shape([(to_x - 4, to_y - 7), (to_x + 4, to_y - 7), (to_x, to_y)]))
        else:
            self.add(Shape([(to_x - 7, to_y - 4), (to_x - 7, to_y + 4), (to_x, to_y)]))

    def write(self, text: str, x: float, y: float, *, width: float, is_bold: bool = False,
              anchor: str = "start", size: float = SIZE) -> float:  # fmt: skip
        """Write text within a width, on as many lines as it takes; give the y below it."""
        for line in wrap(text, width / (BOLDER if is_bold else 1), size=size):
            y += size * LEADING
            self.add(Words(x, y - size * 0.3, line, anchor, is_bold, size))
        return y


def measure(text: str, *, size: float = SIZE) -> float:
    """Guess how wide a text is drawn, rather too wide than too narrow."""
    return sum(measure_character(each) for each in text) * size


@cache
def measure_character(character: str) -> float:
    """Guess the width of a character as a share of the size of the text."""
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" or character in "mwMW%@—":
        return WIDE * 0.9
    if character in "iljt.,:;'|! ()[]fr":
        return NARROW
    return 0.68 if character.isupper() else USUAL


def wrap(text: str, width: float, *, size: float = SIZE) -> list[str]:
    """Break a text into lines; a word that is too long is broken too."""
    lines: list[str] = [""]
    for word in " ".join(text.split()).split(" "):
        for piece in split_word(word, width, size=size):
            longer = f"{lines[-1]} {piece}".strip()
            if measure(longer, size=size) <= width or not lines[-1]:
                lines[-1] = longer
            else:
                lines.append(piece)
    return lines


def split_word(word: str, width: float, *, size: float) -> list[str]:
    """Split a word into pieces that fit."""
    pieces = [""]
    for character in word:
        if pieces[-1] and measure(pieces[-1] + character, size=size) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def count_lines(text: str, width: float, *, size: float = SIZE) -> int:
    """Count the lines that a text takes."""
    return len(wrap(text, width, size=size))


def render_svg(drawing: Drawing, *, key: str, title: str, description: str) -> str:
    """Give a drawing as SVG; `key` makes its ids its own."""
    return load_template("figure.svg.jinja").render(
        drawing=drawing, key=key, title=title, description=description, name_of=name_of
    )


def name_of(mark: Mark) -> str:
    """Name the kind of a shape."""
    return type(mark).__name__


@cache
def load_template(name: str) -> Template:
    """Load one of our templates; what is filled in is escaped."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
