"""A small catalogue on disk, in English and Arabic, with one thing of each kind, all sound."""

import struct
import zlib
from pathlib import Path

import pytest

from bot.catalogue.files import read_folder

PROGRAMME = """\
name: Kuffert
language: en
languages: [en, ar]
weekly_cap: 3
days: [monday, wednesday, friday]
hour: 17
quiet: {from: 21, until: 8}
bands:
  "3-4": {from: 36, until: 48}
default_band: "3-4"
send_unreviewed: true
consent: "1"
legal_basis: The school keeps the roster as part of its teaching.
order: [VOC, {"3-4": VOC, default: NAR}, repeat]
fallbacks: {NAR: [VOC]}
audio: none
"""
ACTIVITY = """\
id: A01
skill: VOC
band: "3-4"
minutes: 5
localise: translate
reading: none
picture: picture.png
credit: Drawn for this test.
"""
ENGLISH = """\
---
title: Sock Pairs
things: clean socks
alt: Two socks
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
---
## why
Many words help reading.
## do
Find **pairs** together. In {{ school_language }} too: {{ script_direction }}.
## grow
You looked so well.
## easier
Take two socks.
## harder
Take ten socks.
"""
ARABIC = """\
---
title: أزواج الجوارب
things: جوارب نظيفة
alt: جوربان
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
source: 4efeae9802082c40
---
## why
الكلمات الكثيرة تساعد على القراءة.
## do
ابحثا عن **أزواج** معًا.
## grow
نظرت جيدًا.
## easier
خذا جوربين.
## harder
خذا عشرة جوارب.
"""
ENGLISH_CONSENT = """\
---
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
---
## messages
May we send you activities?
## linking
May we look at results beside them?
## research
May researchers use this without your name?
"""
ARABIC_CONSENT = """\
---
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
source: de81edf843ceb50d
---
## messages
هل نرسل لك أنشطة؟
## linking
هل ننظر إلى النتائج؟
## research
هل يستخدمها الباحثون دون اسمك؟
"""
PRINTED = (
    *("title", "intro", "scan", "start", "yes", "game", "code", "help", "privacy", "study"),
    *("poster", "invite", "pack", "pack-intro", "week", "why", "do", "grow", "together"),
    *("certificate", "certificate-name", "certificate-text", "certificate-pictures"),
    "certificate-drawing",
    *("book-fold", "book-cut", "book-push", "book-close", "book-drawing"),
)
ENGLISH_PRINT = (
    "---\nreviewed: yes\nreviewer: A colleague\nreviewed_on: 2026-08-31\n---\n"
    + "".join(f"## {name}\nGood\n" for name in PRINTED)
)
ARABIC_PRINT = (
    "---\nreviewed: yes\nreviewer: A colleague\nreviewed_on: 2026-08-31\n"
    "source: 2440c4c501569e29\n---\n" + "".join(f"## {name}\nجيد\n" for name in PRINTED)
)
ENGLISH_DISTRESS = """\
reviewed: yes
help:
  DK: Call 112.
  elsewhere: Call somebody.
grief:
  elsewhere: You are not alone.
urgent: [want to die, suicid*]
died: [my son ... died]
moved:
  - we have moved
"""
ARABIC_DISTRESS = """\
reviewed: yes
help:
  elsewhere: اتصلوا بالرقم 70 201 201.
grief:
  elsewhere: لستم وحدكم.
urgent: [أريد أن أموت]
died: [ابني ... مات]
moved: [انتقلنا]
"""
STORY = """\
band: "3-4"
localise: translate
licence: CC0
credit: Drawn for this test.
pages:
  - picture: one.png
    alt: {en: A sock, ar: جورب}
  - picture: two.png
    alt: {en: Two socks, ar: جوربان}
"""
ENGLISH_STORY = """\
---
title: The Sock
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
---
## 1
A sock is **alone**.

Whose is it?

Where is the other?
## 2
Now there are two.
"""
ARABIC_STORY = """\
---
title: الجورب
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
source: 44c5550886c4f6aa
---
## 1
جورب **وحيد**.

لمن هو؟
## 2
الآن جوربان.
"""
PRINTABLE = """\
kind: sheet
localise: translate
words: [play, sock]
pictures: {sock: sock.svg, socks: /stories/sock/one.png}
licence: CC0
credit: Drawn for this test.
"""
ENGLISH_PRINTABLE = """\
---
title: Sock Sheet
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
---
## play
Colour the sock.
## sock
sock
"""
ARABIC_PRINTABLE = """\
---
title: ورقة الجورب
reviewed: yes
reviewer: A colleague
reviewed_on: 2026-08-31
source: fefd7e5cd2942f60
---
## play
لوّنوا الجورب.
## sock
جورب
"""
TYPST = """\
#import "house.typ": content, told
#told(content.words.play)
#image(content.pictures.sock, width: 3cm)
#image(content.pictures.socks, width: 3cm)
#told(content.words.sock)
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>'
PLAIN_KEYS = (
    "after-did-it",
    "after-easier",
    "after-harder",
    "after-not-for-us",
    "after-not-for-us-alone",
    "after-seen",
    "after-too-hard",
    "button-did-it",
    "button-easier",
    "button-harder",
    "button-not-for-us",
    "button-not-yet",
    "button-seen",
    "button-too-hard",
    "no-things-needed",
    "script-direction",
)
LATER_KEYS = (
    "after-too-hard-alone",
    "after-too-hard-other",
    "when-try",
    "will-ask",
    "button-today",
    "button-tomorrow",
    "button-weekend",
    "how-did-it-go",
    "centre-theme",
    "still-useful",
    "button-still-useful",
    "button-stop",
    "break-until",
    "ask-why",
    "ask-do",
    "ask-grow",
    "button-can-not-yet",
    "button-can-a-little",
    "button-can",
    "able-saved",
    "button-listen",
    "bot-short-description",
    "celebrate-grow",
    "button-certificate",
)
MATERIAL_KEYS = (
    "button-page-back",
    "button-page-next",
    "button-stories",
    "button-another-story",
    "button-fold",
    "button-pages",
    "menu-home",
    "language-name",
)
LABEL_KEYS = ("age", "younger", "older", "age-place", "child", "child-place")
ENGLISH_FORMS = ("{minutes} minute", "{minutes} minutes")
ARABIC_FORMS = (
    "لا دقائق",
    "دقيقة واحدة",
    "دقيقتان",
    "{minutes} دقائق",
    "{minutes} دقيقة",
    "{minutes} دقيقة تقريبًا",
)


def write_words(plural_rule: str, text: str, forms: tuple[str, ...]) -> str:
    """Write a .po file: one plain text under every key, and the forms of the minutes."""
    entries = [f'msgid "{key}"\nmsgstr "{text}"' for key in PLAIN_KEYS]
    entries.append(f'msgid "things-needed"\nmsgstr "{text}: {{things}}"')
    entries += [f'msgid "{way}-way"\nmsgstr "{text}: {{way}}"' for way in ("easier", "harder")]
    plurals = "\n".join(f'msgstr[{place}] "{form}"' for place, form in enumerate(forms))
    entries.append(f'msgid "about-minutes"\nmsgid_plural "about-minutes"\n{plurals}')
    entries += [f'msgid "{key}"\nmsgstr "{text}"' for key in LATER_KEYS]
    labels = "\n".join(f'msgstr[{place}] "{text}"' for place in range(len(forms)))
    entries += [f'msgid "for-{key}"\nmsgid_plural "for-{key}"\n{labels}' for key in LABEL_KEYS]
    entries += [f'msgid "{key}"\nmsgstr "{text}"' for key in MATERIAL_KEYS]
    entries.append(f'msgid "story-page"\nmsgstr "{text}: {{page}}, {{pages}}"')
    entries.append(f'msgid "celebrate-why"\nmsgid_plural "celebrate-why"\n{labels}')
    header = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Plural-Forms: {plural_rule}\\n"'
    )
    return "\n\n".join((header, *entries)) + "\n"


ENGLISH_WORDS = write_words("nplurals=2; plural=(n != 1);", "Good", ENGLISH_FORMS)
ARABIC_WORDS = write_words(
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 ? 4 : 5);",
    "جيد",
    ARABIC_FORMS,
)


def make_png() -> bytes:
    """Make the smallest valid PNG: one grey point."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + checksum

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0\x80")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


SMALL = {
    "content/programme.yaml": PROGRAMME.encode(),
    "content/activities/sock-pairs/activity.yaml": ACTIVITY.encode(),
    "content/activities/sock-pairs/en.md": ENGLISH.encode(),
    "content/activities/sock-pairs/ar.md": ARABIC.encode(),
    "content/activities/sock-pairs/picture.png": make_png(),
    "content/consent/1/en.md": ENGLISH_CONSENT.encode(),
    "content/consent/1/ar.md": ARABIC_CONSENT.encode(),
    "content/print/en.md": ENGLISH_PRINT.encode(),
    "content/print/ar.md": ARABIC_PRINT.encode(),
    "content/distress/en.yaml": ENGLISH_DISTRESS.encode(),
    "content/distress/ar.yaml": ARABIC_DISTRESS.encode(),
    "content/stories/sock/story.yaml": STORY.encode(),
    "content/stories/sock/en.md": ENGLISH_STORY.encode(),
    "content/stories/sock/ar.md": ARABIC_STORY.encode(),
    "content/stories/sock/one.png": make_png(),
    "content/stories/sock/two.png": make_png(),
    "content/printables/socks/printable.yaml": PRINTABLE.encode(),
    "content/printables/socks/en.md": ENGLISH_PRINTABLE.encode(),
    "content/printables/socks/ar.md": ARABIC_PRINTABLE.encode(),
    "content/printables/socks/page.typ": TYPST.encode(),
    "content/printables/socks/sock.svg": SVG.encode(),
    "locales/en/LC_MESSAGES/bot.po": ENGLISH_WORDS.encode(),
    "locales/ar/LC_MESSAGES/bot.po": ARABIC_WORDS.encode(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the small catalogue into a temporary folder."""
    for name, content in SMALL.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


@pytest.fixture
def files(folder: Path) -> dict[str, bytes]:
    """Read the small catalogue back."""
    return read_folder(folder / "content", folder / "locales")
