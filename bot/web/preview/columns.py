"""What stands side by side on a page: for each language its messages, and what the check says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.catalogue.records import Catalogue
from bot.core.messages import Media, MediaKind
from bot.printing.drawings import Drawings
from bot.printing.typesetting import Layout, typeset_layout
from bot.web.preview.bubbles import UNTAGGED, Bubble, Draw, Enclosure, Frame, Tag, make_bubble
from bot.web.preview.desk import Look
from bot.web.preview.gallery import Gallery
from bot.web.preview.ledger import Ledger, Marks, Noted
from bot.web.preview.taps import Place
from bot.web.preview.tellings import ALL

PNG, PDF = ".png", ".pdf"


@dataclass(frozen=True)
class Sheets:
    """What is printed: a picture of each page, and the address of the PDF."""

    pictures: Sequence[str]
    pdf: str
    title: str


@dataclass(frozen=True)
class Column:
    """One language of a page; `trouble` says why something printed cannot be shown."""

    language: str
    name: str
    direction: str
    bubbles: Sequence[Bubble] = ()
    sheets: Sheets | None = None
    noted: Sequence[Noted] = ()
    marks: Marks | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Visit:
    """What a page is made from: a look that has a catalogue, and where files are kept."""

    look: Look
    catalogue: Catalogue
    gallery: Gallery
    drawings: Drawings

    @cached_property
    def ledger(self) -> Ledger:
        """The problems, sorted."""
        return Ledger(self.look, self.catalogue.languages)

    @cached_property
    def seen(self) -> Mapping[str, Mapping[str, str]]:
        """What is seen on each picture, by its digest and by language."""
        activities = {
            each.picture.digest: {language: text.alt for language, text in each.texts.items()}
            for each in self.catalogue.activities.values()
        }
        pages = {
            page.picture.digest: page.alt
            for story in self.catalogue.stories.values()
            for page in story.pages
        }
        return {**pages, **activities}

    def describe(self, media: Media, language: str) -> str:
        """Say what is seen on a picture, in a language or in the programme's."""
        alt = self.seen.get(media.digest, {})
        return alt.get(language) or alt.get(self.catalogue.programme.language, "")

    def languages(self, language: str) -> tuple[str, ...]:
        """List the languages that a page shows: one, or all side by side."""
        return self.catalogue.languages if language == ALL else (language,)

    def name(self, language: str) -> str:
        """Name a language as its own readers know it."""
        return self.catalogue.words_in(language).plain("language-name")

    def column(self, language: str, folders: Iterable[str]) -> Column:
        """Begin a column with what the check says of some folders."""
        words = self.catalogue.words_in(language)
        noted = self.ledger.about(folders, language)
        return Column(language, self.name(language), words.direction, noted=noted)

    def bubble(self, place: Place, draw: Draw, tag: Tag = UNTAGGED) -> Bubble | None:
        """Show a message of a column."""
        frame = Frame(self.catalogue, place.language, place.lead, tag, self.enclose)
        return make_bubble(frame, draw)

    def enclose(self, media: Media, language: str) -> Enclosure:
        """Keep a message's file, and say what is seen on it."""
        alt = self.describe(media, language)
        return Enclosure(self.gallery.keep(media), media.kind, media.name, alt)

    def sheets(self, layout: Layout, name: str) -> Sheets:
        """Draw what is printed, page by page, and offer it as PDF."""
        drawn = self.drawings.draw(layout)
        pictures = [
            self.gallery.keep(
                Media(
                    MediaKind.PICTURE, f"{name}-{number}{PNG}", f"{layout.digest}-{number}", content
                )
            )
            for number, content in enumerate(drawn, start=1)
        ]
        pdf = Media(
            MediaKind.DOCUMENT,
            f"{name}{PDF}",
            f"{layout.digest}-pdf",
            draw=lambda: typeset_layout(layout),
        )
        return Sheets(pictures, self.gallery.keep(pdf), name)
