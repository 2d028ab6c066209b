"""Set pages and pictures: our templates, what stands on them as JSON, fonts from packages."""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import typst

from bot.errors import DrawingFailed

PAGES = Path(__file__).parent / "pages"
FONTS = Path(__file__).parent / "fonts"  # what no package for Python brings
CONTENT = "content.json"
NO_PICTURES: Mapping[str, bytes] = {}
SHARPNESS = 108.0  # pixels an inch: a picture of 400 points is 600 pixels wide


@dataclass(frozen=True)
class Layout:
    """A page as it is laid out: its template, what stands on it, the pictures that it shows."""

    template: str
    content: Mapping[str, Any]
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    @property
    def digest(self) -> str:
        """The SHA-256, in hex, of all that it is drawn from."""
        read = hashlib.sha256(templates_digest().encode())
        read.update(json.dumps([self.template, self.content], sort_keys=True).encode())
        for name, picture in sorted(self.pictures.items()):
            read.update(f"\0{name}\0{len(picture)}\0".encode() + picture)
        return read.hexdigest()


@cache
def find_fonts() -> typst.Fonts:
    """Find the fonts once; the machine's own are left out, so that paper is alike everywhere."""
    packages = (fontpkg_noto_sans, fontpkg_noto_sans_arabic)
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*(package.ROOT / "files" for package in packages), FONTS],
    )


def typeset(
    template: str, content: Mapping[str, Any], *, pictures: Mapping[str, bytes] = NO_PICTURES
) -> bytes:
    """Set a template as PDF: the same content gives the same bytes.

    Content reaches the template as values and is never read as markup, whatever stands in it.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        lay_out(root, content, pictures)
        return typst.compile(root / f"{template}.typ", root=root, font_paths=find_fonts())


def typeset_layout(layout: Layout) -> bytes:
    """Set what is laid out as PDF."""
    return typeset(layout.template, layout.content, pictures=layout.pictures)


def draw_layout(layout: Layout) -> list[bytes]:
    """Set what is laid out as PNG, a picture for each of its pages."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        lay_out(root, layout.content, layout.pictures)
        page, fonts = root / f"{layout.template}.typ", find_fonts()
        drawn = typst.compile(page, root=root, font_paths=fonts, format="png", ppi=SHARPNESS)
    return drawn if isinstance(drawn, list) else [drawn]


def draw_page(
    template: str, content: Mapping[str, Any], *, pictures: Mapping[str, bytes] = NO_PICTURES
) -> bytes:
    """Set a template as PDF for a message; raise DrawingFailed, so that it can go without."""
    try:
        return typeset(template, content, pictures=pictures)
    except (typst.TypstError, OSError) as error:
        raise DrawingFailed(f'"{template}" cannot be drawn ({error}).') from error


def draw_picture(
    template: str, content: Mapping[str, Any], *, pictures: Mapping[str, bytes] = NO_PICTURES
) -> bytes:
    """Set a template of one page as PNG for a message; raise DrawingFailed like `draw_page`."""
    try:
        with TemporaryDirectory() as folder:
            root = Path(folder)
            lay_out(root, content, pictures)
            page = root / f"{template}.typ"
            fonts = find_fonts()
            return typst.compile(page, root=root, font_paths=fonts, format="png", ppi=SHARPNESS)
    except (typst.TypstError, OSError) as error:
        raise DrawingFailed(f'"{template}" cannot be drawn ({error}).') from error


def lay_out(root: Path, content: Mapping[str, Any], pictures: Mapping[str, bytes]) -> None:
    """Put into a folder all that a template reads."""
    shutil.copytree(PAGES, root, dirs_exist_ok=True)
    (root / CONTENT).write_text(json.dumps(content), encoding="utf-8")
    for name, picture in pictures.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(picture)


def digest_of(*parts: str) -> str:
    """Give the SHA-256, in hex, of all that a drawing is made from: these, and our templates."""
    return hashlib.sha256("\0".join([templates_digest(), *parts]).encode()).hexdigest()


@cache
def templates_digest() -> str:
    """Give the SHA-256 of our templates, so that another version of ours draws anew."""
    read = hashlib.sha256()
    for path in sorted(PAGES.iterdir()):
        read.update(path.name.encode() + b"\0" + path.read_bytes())
    return read.hexdigest()
