"""Set pages: one of our templates, what stands on it as JSON, fonts from their packages."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
import typst

PAGES = Path(__file__).parent / "pages"
CONTENT = "content.json"
NO_PICTURES: Mapping[str, bytes] = {}


@cache
def find_fonts() -> typst.Fonts:
    """Find the fonts once; the machine's own are left out, so that paper is alike everywhere."""
    packages = (fontpkg_noto_sans, fontpkg_noto_sans_arabic)
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[package.ROOT / "files" for package in packages],
    )


def typeset(
    template: str, content: Mapping[str, Any], *, pictures: Mapping[str, bytes] = NO_PICTURES
) -> bytes:
    """Set a template as PDF: the same content gives the same bytes.

    Content reaches the template as values and is never read as markup, whatever stands in it.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(PAGES, root, dirs_exist_ok=True)
        (root / CONTENT).write_text(json.dumps(content), encoding="utf-8")
        for name, picture in pictures.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(picture)
        return typst.compile(root / f"{template}.typ", root=root, font_paths=find_fonts())
