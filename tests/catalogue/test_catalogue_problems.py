"""Each way in which a catalogue can be wrong, and the exact sentences that it must produce."""

import ast
import sys
from pathlib import Path
from types import FrameType

import pytest
from breaking import (
    AR,
    ASKED_AR,
    AUDIO,
    CARD,
    EN,
    HELD_BACK,
    HELD_BACK_AR,
    KEYS,
    KNOWN,
    MARKUP,
    NOTHING_LEFT,
    PHRASES,
    PICTURE,
    PLACES,
    PRINTED_AR,
    PROGRAMME,
    SAID,
    SAID_AR,
    SHEET,
    SHEET_AR,
    SIGN_OFF,
    SOCKS,
    SOUND,
    STALE,
    TALE,
    TOLD,
    TOLD_AR,
    TWO_BANDS,
    TYPST,
    Broken,
    both,
    drop,
    edit,
    put,
    with_header_last,
    words,
)
from broken_programmes import BROKEN_PROGRAMMES
from broken_strings import BROKEN_STRINGS
from broken_texts import BROKEN_TEXTS
from conftest import ENGLISH_WORDS, LABEL_KEYS, SMALL

import bot.catalogue
from bot.catalogue.reading.loading import check_catalogue, load_catalogue, read_catalogue
from bot.catalogue.reading.memory import Memory
from bot.catalogue.reading.parsing import Findings
from bot.errors import FileRefused

TABLE = (
    # programme.yaml
    Broken(
        "no programme",
        drop(PROGRAMME),
        (f"{PROGRAMME}: there is no such file. Write it; see the README.",),
    ),
    Broken(
        "not UTF-8",
        put(PROGRAMME, b"name: \xff"),
        (f"{PROGRAMME}, line 1: this is not UTF-8 text. Save the file as UTF-8.",),
    ),
    Broken(
        "not YAML",
        edit(PROGRAMME, "hour: 17", "hour: [17"),
        (f"{PROGRAMME}, line 7: this cannot be read as YAML. Write lines such as `key: value`.",),
    ),
    Broken(
        "no keys",
        put(PROGRAMME, b"- a list"),
        (f"{PROGRAMME}, line 1: there are no keys. Write lines such as `key: value`.",),
    ),
    Broken(
        "a key twice",
        edit(PROGRAMME, "hour: 17", "hour: 17\nhour: 18"),
        (f'{PROGRAMME}, line 7: "hour" stands twice. Keep one of the two.',),
    ),
    Broken(
        "a key missing",
        edit(PROGRAMME, "hour: 17\n", ""),
        (f'{PROGRAMME}, line 1: "hour" is missing. Write an hour from 0 to 23.',),
    ),
    Broken(
        "an unknown key",
        edit(CARD, "minutes: 5", "minutes: 5\nmaterials: socks"),
        (
            f'{CARD}, line 5: unknown key "materials". '
            "Use: id, skill, band, minutes, localise, reading, picture, credit.",
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "a value out of range",
        edit(PROGRAMME, "hour: 17", "hour: 25"),
        (
            f'{PROGRAMME}, line 6: "hour": input should be less than or equal to 23. '
            "Write an hour from 0 to 23.",
        ),
    ),
    Broken(
        "a day that is none",
        edit(PROGRAMME, "friday", "someday"),
        (
            f'{PROGRAMME}, line 5: "days": there is no such day. '
            "Write one to three days: [monday, wednesday, friday].",
        ),
    ),
    Broken(
        "an unknown language",
        edit(PROGRAMME, "[en, ar]", "[en, ar, zz]"),
        (f'{PROGRAMME}, line 3: unknown language "zz". Write a language code, such as da.',),
    ),
    Broken(
        "a source language that is not offered",
        edit(PROGRAMME, "language: en", "language: da"),
        (
            f'{PROGRAMME}, line 2: the source language "da" is not among the languages. '
            "Add it to languages.",
        ),
    ),
    Broken(
        "an unknown default band",
        edit(PROGRAMME, 'default_band: "3-4"', 'default_band: "9-9"'),
        (f'{PROGRAMME}, line 10: unknown default_band "9-9". Use one of: 3-4.',),
    ),
    Broken(
        "nobody named in one language who answers for what is kept",
        edit(PROGRAMME, "order:", "controller: {en: The town}\norder:"),
        (f'{PROGRAMME}, line 14: "controller" is missing in "ar". Write it in every language.',),
    ),
    Broken(
        "an end of the study without a time to keep what it left",
        edit(PROGRAMME, "order:", "study_end: 2027-06-30\norder:"),
        (
            f"{PROGRAMME}, line 14: study_end and retention_days stand alone. "
            "Write both of them, or neither.",
        ),
    ),
    Broken(
        "a level check in a week that does not come",
        edit(PROGRAMME, "order:", "level_checks: [1, 99]\norder:"),
        (
            f'{PROGRAMME}, line 14: "level_checks" names week 99, which the order does not have. '
            "Use weeks from 1 to 3.",
        ),
    ),
    Broken(
        "weeks that go backwards",
        edit(PROGRAMME, "order:", "home_language_weeks: [2, 1]\norder:"),
        (
            f'{PROGRAMME}, line 14: "home_language_weeks" names week 1 after week 2. '
            "Write each week once, the earliest first.",
        ),
    ),
    Broken(
        "a band without a skill",
        edit(PROGRAMME, '{"3-4": VOC, default: NAR}', '{"4-5": VOC}'),
        (
            f'{PROGRAMME}, line 14: week 2 has no skill for band "3-4". Add it, or a default.',
            f'{PROGRAMME}, line 14: week 2 names band "4-5", which does not exist. Use: 3-4.',
        ),
    ),
    Broken(
        "a band without activities",
        edit(PROGRAMME, "bands:\n", TWO_BANDS),
        (f'{PROGRAMME}, line 9: band "4-5" has no activity. Add one, or remove the band.',),
        (
            f'{PROGRAMME}, line 15: band "4-5" has no activity for NAR. Others take its place.',
            f'{PROGRAMME}, line 15: band "4-5" has no activity for VOC. Others take its place.',
        ),
    ),
    Broken(
        "no activities",
        lambda files: {name: each for name, each in files.items() if SOCKS not in name},
        (NOTHING_LEFT,),
    ),
    Broken(
        "sound weeks in a row, and skills that nothing teaches",
        edit(PROGRAMME, "repeat]", "SYL, RHY]"),
        (
            f'{PROGRAMME}, line 14: weeks 3 and 4 are both sound weeks in "3-4". '
            "Put another skill between them.",
        ),
        (
            f'{PROGRAMME}, line 14: band "3-4" has no activity for RHY. Others take its place.',
            f'{PROGRAMME}, line 14: band "3-4" has no activity for SYL. Others take its place.',
        ),
    ),
    # activity.yaml and its picture
    Broken(
        "a folder without a card",
        drop(CARD),
        (f"{CARD}: there is no such file. Write it; see the README.", NOTHING_LEFT),
    ),
    Broken(
        "an unknown way to localise",
        edit(CARD, "localise: translate", "localise: copy"),
        (
            f"{CARD}, line 5: \"localise\": input should be 'translate', 'sample' or 'author'. "
            "Write translate, sample or author.",
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "a band that the programme lacks",
        edit(CARD, 'band: "3-4"', 'band: "5-6"'),
        (
            f'{CARD}, line 3: unknown band "5-6". Use one of: 3-4.',
            f'{PROGRAMME}, line 9: band "3-4" has no activity. Add one, or remove the band.',
        ),
        (f'{PROGRAMME}, line 14: band "3-4" has no activity for VOC. Others take its place.',),
    ),
    Broken(
        "an id twice",
        lambda files: (
            files
            | {
                name.replace(SOCKS, f"{SOCKS}-2"): each
                for name, each in files.items()
                if SOCKS in name
            }
        ),
        (f'{SOCKS}-2/activity.yaml, line 1: the id "A01" is taken by {SOCKS}. Choose another id.',),
    ),
    Broken(
        "no picture",
        drop(PICTURE),
        (f"{PICTURE}: there is no such picture. Put a PNG or JPEG file there.", NOTHING_LEFT),
    ),
    Broken(
        "a picture that is none",
        put(PICTURE, b"GIF89a"),
        (f"{PICTURE}: this is not a PNG or JPEG picture. Save it as PNG or JPEG.", NOTHING_LEFT),
    ),
    Broken(
        "a picture too heavy",
        lambda files: files | {PICTURE: files[PICTURE] + bytes(301_000)},
        (f"{PICTURE}: the picture has 301 kB. Make it smaller than 300 kB.", NOTHING_LEFT),
    ),
    # its recordings
    Broken(
        "a recording of no language",
        put(f"{SOCKS}/audio/da.ogg", SOUND),
        (f"{SOCKS}/audio/da.ogg: this belongs to no language. Use one of: en.ogg, ar.ogg.",),
    ),
    Broken(
        "a recording of another kind",
        put(AUDIO, b"OggS, and then Vorbis"),
        (f"{AUDIO}: this is not Ogg Opus sound. Save it as Ogg with Opus.",),
    ),
    Broken(
        "a recording too heavy",
        put(AUDIO, SOUND + bytes(1_001_500)),
        (f"{AUDIO}: the recording has 1001 kB. Make it smaller than 1000 kB.",),
    ),
    # an activity's texts
    Broken(
        "a translation missing",
        drop(AR),
        (f"{AR}: there is no such file. Write the activity in this language.", NOTHING_LEFT),
    ),
    Broken(
        "a language that is not offered",
        lambda files: files | {f"{SOCKS}/de.md": files[EN]},
        (
            f'{SOCKS}/de.md: "de" is not a language of the programme. '
            f"Use one of: en, ar; or add it to {PROGRAMME}.",
        ),
    ),
    Broken(
        "no front matter",
        edit(AR, "---\n", ""),
        (
            f"{AR}, line 1: there is no front matter. Begin with --- and end it with ---.",
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "front matter that is not YAML",
        edit(AR, "title: ", "title: a: "),
        (
            f"{AR}, line 2: this cannot be read as YAML. Write lines such as `key: value`.",
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "an unknown key in front matter",
        edit(AR, "reviewed: yes", "reviewed: yes\nauthor: nobody"),
        (f'{AR}, line 6: unknown key "author". Use: {KEYS}.',),
    ),
    Broken(
        "no title",
        edit(AR, "title: أزواج الجوارب\n", ""),
        (f'{AR}, line 1: "title" is missing. Write title: and a few words.', NOTHING_LEFT),
    ),
    Broken(
        "not said whether it is reviewed",
        edit(AR, "reviewed: yes", "reviewed: perhaps"),
        (
            f'{AR}, line 5: "reviewed" is missing. Write reviewed: yes or reviewed: no.',
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "an unknown section",
        edit(AR, "## harder", "## Hvorfor"),
        (
            f'{AR}, line 18: unknown section "Hvorfor". Use one of: why, do, grow, easier, harder.',
            f'{AR}: section "harder" is missing. Write ## harder and its text.',
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "a section twice",
        edit(AR, "## harder\n", "## easier\nx\n## harder\n"),
        (f'{AR}, line 18: section "easier" stands twice. Keep one of the two.',),
    ),
    Broken(
        "an empty section",
        edit(AR, "خذا عشرة جوارب.\n", ""),
        (
            f'{AR}, line 18: section "harder" is missing. Write ## harder and its text.',
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "a placeholder that computes",
        edit(AR, "خذا جوربين.", "{{ 1 / 0 }}"),
        (f"{AR}, line 17: a placeholder is no plain name. {KNOWN}", NOTHING_LEFT),
    ),
    Broken(
        "an unknown placeholder",
        edit(AR, "خذا جوربين.", "{{ child }}"),
        (f'{AR}, line 17: unknown placeholder "child". {KNOWN}', NOTHING_LEFT),
    ),
    Broken(
        "a broken placeholder",
        edit(AR, "خذا جوربين.", "{{ school_language }"),
        (f"{AR}, line 17: a placeholder is broken. {KNOWN}", NOTHING_LEFT),
    ),
    Broken(
        "a link",
        edit(AR, "خذا جوربين.", "[a](http://b.example)"),
        (f"{AR}, line 17: link cannot be shown in a chat. {MARKUP}", NOTHING_LEFT),
    ),
    Broken(
        "a heading inside a section",
        edit(AR, "خذا جوربين.", "one\n\n### two"),
        (f"{AR}, line 19: heading cannot be shown in a chat. {MARKUP}", NOTHING_LEFT),
    ),
    Broken(
        "a why too long",
        edit(AR, "الكلمات الكثيرة تساعد على القراءة.", "x" * 201),
        (f'{AR}, line 10: "why" has 201 characters. Write at most 200.', NOTHING_LEFT),
    ),
    Broken(
        "a do too long",
        edit(AR, "ابحثا عن **أزواج** معًا.", words(61)),
        (f'{AR}, line 12: "do" has 61 words. Write at most 60.', NOTHING_LEFT),
    ),
    Broken(
        # heading 40, text 1119, harder way 21, note 4, easier way 21, wish 4, five gaps of 2,
        # question and answer 9, and their gap
        "a caption too long after taps",
        edit(
            EN,
            "Find **pairs** together. In {{ school_language }}",
            "x" * 1100 + " {{ school_language }}",
        ),
        (
            f'{EN}, line 11: "do" can become 1219 characters in a chat. '
            "Shorten it; Telegram shows 1024.",
        ),
        (f"{AR}, line 8: {STALE}. Bring it up to date and write source: c57466615c0a02dd.",),
    ),
    Broken(
        # label 4, heading 10, text 1010, the last week's words 4, notes 4 and 4, five gaps of 2,
        # question and answer 9, and their gap
        "a last touch too long for the words under the week's picture",
        edit(EN, "You looked so well.", "x" * 1010),
        (
            f'{EN}, line 13: "grow" can become 1057 characters in a chat. '
            "Shorten it; Telegram shows 1024.",
        ),
        (f"{AR}, line 8: {STALE}. Bring it up to date and write source: 3a045d3c2bc2e213.",),
    ),
    Broken(
        "unreviewed",
        edit(AR, "reviewed: yes", "reviewed: no"),
        (),
        (f"{AR}, line 5: nobody has reviewed this text. {SIGN_OFF} {AR} --by NAME.",),
    ),
    Broken(
        "stale",
        edit(AR, "4efeae9802082c40", "0000000000000abc"),
        (),
        (f"{AR}, line 8: {STALE}. Bring it up to date and write source: 4efeae9802082c40.",),
    ),
    # consent
    Broken(
        "no consent text in a language",
        drop(ASKED_AR),
        (f"{ASKED_AR}: there is no such file. Write the consent text in this language.",),
    ),
    Broken(
        "a consent question missing",
        edit(ASKED_AR, "## research\nهل يستخدمها الباحثون دون اسمك؟\n", ""),
        (f'{ASKED_AR}: section "research" is missing. Write ## research and its text.',),
    ),
    Broken(
        "a placeholder in a consent text",
        edit(ASKED_AR, "هل ننظر إلى النتائج؟", "{{ school_language }}"),
        (f"{ASKED_AR}, line 10: a placeholder in a consent text. Write the words themselves.",),
    ),
    Broken(
        "a consent question too wordy",
        edit(ASKED_AR, "هل ننظر إلى النتائج؟", words(91)),
        (f'{ASKED_AR}, line 9: "linking" has 91 words. Write at most 90.',),
    ),
    Broken(
        "a stale consent text",
        edit(ASKED_AR, "de81edf843ceb50d", "0000000000000abc"),
        (),
        (f"{ASKED_AR}, line 5: {STALE}. Bring it up to date and write source: de81edf843ceb50d.",),
    ),
    # print
    Broken(
        "nothing to print in a language",
        drop(PRINTED_AR),
        (f"{PRINTED_AR}: there is no such file. Write the words for print in this language.",),
    ),
    Broken(
        "a part of what is printed missing",
        edit(PRINTED_AR, "## scan\nجيد\n", ""),
        (f'{PRINTED_AR}: section "scan" is missing. Write ## scan and its text.',),
    ),
    Broken(
        "a placeholder in a text for print",
        edit(PRINTED_AR, "## scan\nجيد", "## scan\n{{ school_language }}"),
        (f"{PRINTED_AR}, line 12: a placeholder in a text for print. Write the words themselves.",),
    ),
    Broken(
        "a text that does not fit on the paper",
        edit(PRINTED_AR, "## scan\nجيد", "## scan\n" + "x" * 33),
        (f'{PRINTED_AR}, line 11: "scan" has 33 characters. Write at most 32.',),
    ),
    Broken(
        "a link in a text for print",
        edit(PRINTED_AR, "## scan\nجيد", "## scan\n[a](http://b.example)"),
        (f"{PRINTED_AR}, line 12: link cannot be shown in a chat. {MARKUP}",),
    ),
    Broken(
        "open enrolment that is neither yes nor no",
        edit(PROGRAMME, "hour: 17", "hour: 17\nopen_enrolment: perhaps"),
        (
            f'{PROGRAMME}, line 7: "open_enrolment": input should be a valid boolean, unable to '
            "interpret input. Write yes or no.",
        ),
    ),
    # distress
    Broken(
        "no words of distress in a language",
        drop(HELD_BACK_AR),
        (f"{HELD_BACK_AR}: there is no such file. Write the words of distress in this language.",),
    ),
    Broken(
        "words of distress in a language that is not offered",
        lambda files: files | {"content/distress/de.yaml": files[HELD_BACK]},
        ("content/distress/de.yaml: this is no language's list. Name lists: en.yaml, ar.yaml.",),
    ),
    Broken(
        "an empty list",
        edit(HELD_BACK, "urgent: [want to die, suicid*]", "urgent: []"),
        (
            f'{HELD_BACK}, line 7: "urgent": tuple should have at least 1 item after validation, '
            f"not 0. {PHRASES}",
        ),
    ),
    Broken(
        "a list missing",
        edit(HELD_BACK_AR, "moved: [انتقلنا]\n", ""),
        (f'{HELD_BACK_AR}, line 1: "moved" is missing. {PHRASES}',),
    ),
    Broken(
        "a list of another kind",
        edit(HELD_BACK_AR, "moved:", "angry: [x]\nmoved:"),
        (
            f'{HELD_BACK_AR}, line 8: unknown key "angry". '
            "Use: reviewed, reviewer, reviewed_on, reviewed_text, "
            "help, grief, urgent, died, moved.",
        ),
    ),
    Broken(
        "an entry of three letters with any ending",
        edit(HELD_BACK, "suicid*", "sui*"),
        (f'{HELD_BACK}, line 7: "urgent": "sui*" cannot be looked for. {PHRASES}',),
    ),
    Broken(
        "an entry that ends in a gap",
        edit(HELD_BACK, "my son ... died", "my son ..."),
        (f'{HELD_BACK}, line 8: "died": "my son ..." cannot be looked for. {PHRASES}',),
    ),
    Broken(
        "no help for elsewhere",
        edit(HELD_BACK_AR, "elsewhere: اتصلوا", "DK: اتصلوا"),
        (f'{HELD_BACK_AR}, line 2: "help": there is no text for "elsewhere". {PLACES}',),
    ),
    Broken(
        "help in a country that is none",
        edit(HELD_BACK, "DK:", "Denmark:"),
        (f'{HELD_BACK}, line 2: "help": "Denmark" is no country. {PLACES}',),
    ),
    Broken(
        "help that is empty",
        edit(HELD_BACK, "Call 112.", '" "'),
        (f'{HELD_BACK}, line 2: "help": the text for "DK" is empty. {PLACES}',),
    ),
    Broken(
        "help that goes on and on",
        edit(HELD_BACK, "Call 112.", "x" * 901),
        (f'{HELD_BACK}, line 2: "help": the text for "DK" is longer than 900. {PLACES}',),
    ),
    Broken(
        "words of distress that nobody has reviewed",
        edit(HELD_BACK_AR, "reviewed: yes", "reviewed: no"),
        (),
        (
            f"{HELD_BACK_AR}: nobody has reviewed these words. "
            f"Read them, then: kuffert content accept {HELD_BACK_AR} --by NAME.",
        ),
    ),
    # stories
    Broken(
        "a folder that no button could name",
        lambda files: {name.replace("/socks/", "/Socks 1/"): each for name, each in files.items()},
        (
            'content/printables/Socks 1: "Socks 1" cannot be a name. '
            "Use small letters, digits and dashes, at most 24.",
        ),
    ),
    Broken(
        "a story without a card",
        drop(TALE),
        (f"{TALE}: there is no such file. Write it; see the README.",),
    ),
    Broken(
        "an unknown key in a story",
        edit(TALE, "credit:", "author: me\ncredit:"),
        (f'{TALE}, line 4: unknown key "author". Use: band, localise, pages, licence, credit.',),
    ),
    Broken(
        "a story for no age of the programme",
        edit(TALE, '"3-4"', '"9-9"'),
        (f'{TALE}, line 1: unknown band "9-9". Use one of: 3-4.',),
    ),
    Broken(
        "a picture that is described in the wrong language",
        edit(TALE, "ar: جوربان", "da: to strømper"),
        (
            f'{TALE}, line 9: page 2 has no alt in "ar". '
            "Say in a few words what the picture shows.",
            f'{TALE}, line 9: page 2 has an alt in "da". The programme\'s languages are: en, ar.',
        ),
    ),
    Broken(
        "a licence that forbids to sell",
        edit(TALE, "licence: CC0", "licence: CC-BY-NC"),
        warnings=(
            f"{TALE}, line 3: the licence is CC-BY-NC: no commercial use is allowed. "
            "See that your programme may use it.",
        ),
    ),
    Broken(
        "a page's picture missing",
        drop("content/stories/sock/two.png"),
        ("content/stories/sock/two.png: there is no such picture. Put a PNG or JPEG file there.",),
    ),
    Broken(
        "a page's picture that is too heavy for a phone",
        put("content/stories/sock/two.png", b"\x89PNG\r\n\x1a\n" + bytes(300_000)),
        ("content/stories/sock/two.png: the picture has 300 kB. Make it smaller than 300 kB.",),
    ),
    Broken(
        "a story without one of the languages",
        drop(TOLD_AR),
        (f"{TOLD_AR}: there is no such file. Write the story in this language.",),
    ),
    Broken(
        "a story in a language that the programme has not",
        put("content/stories/sock/fi.md", b"x"),
        (
            'content/stories/sock/fi.md: "fi" is not a language of the programme. '
            "Use one of: en, ar; or add it to content/programme.yaml.",
        ),
    ),
    Broken(
        "a page without words",
        edit(TOLD_AR, "## 2\nالآن جوربان.\n", ""),
        (f'{TOLD_AR}: section "2" is missing. Write ## 2 and its text.',),
    ),
    Broken(
        "words without a page",
        edit(TOLD_AR, "الآن جوربان.\n", "الآن جوربان.\n## 3\nثم ثلاثة.\n"),
        (f'{TOLD_AR}, line 14: unknown section "3". Use one of: 1, 2.',),
    ),
    Broken(
        "three prompts on a page",
        edit(TOLD_AR, "لمن هو؟\n", "لمن هو؟\n\nأين هو؟\n\nما لونه؟\n"),
        (f"{TOLD_AR}, line 8: page 1 has 3 prompts. Write at most 2, each by itself.",),
    ),
    Broken(
        "a page that goes on and on",
        edit(TOLD_AR, "الآن جوربان.", words(46)),
        (f'{TOLD_AR}, line 12: "2" has 46 words. Write at most 45.',),
    ),
    Broken(
        "a placeholder in a story",
        edit(TOLD_AR, "الآن جوربان.", "{{ school_language }}"),
        (f"{TOLD_AR}, line 13: a placeholder in a story. Write the words themselves.",),
    ),
    Broken(
        "a list in a story",
        edit(TOLD_AR, "الآن جوربان.", "- جوربان"),
        (
            f"{TOLD_AR}, line 13: bullet list cannot be shown in a chat. {MARKUP}",
            f"{TOLD_AR}, line 13: list item cannot be shown in a chat. {MARKUP}",
        ),
    ),
    Broken(
        "a story without a title",
        edit(TOLD_AR, "title: الجورب", 'title: ""'),
        (f'{TOLD_AR}, line 2: "title" is missing. Write title: and a few words.',),
    ),
    Broken(
        "a page of few but endless words",
        edit(TOLD_AR, "الآن جوربان.", "x" * 1100),
        (f"{TOLD_AR}: page 2 has 1122 characters in a chat. Shorten it; Telegram shows 1024.",),
    ),
    Broken(
        "a page that is too long in two languages at once",
        both(edit(TOLD_AR, "الآن جوربان.", "x" * 600), edit(TOLD, "Now there are two.", "y" * 600)),
        (
            f'{TOLD}: page 2 has 1229 characters together with "ar". '
            "Shorten it; Telegram shows 1024.",
            f'{TOLD_AR}: page 2 has 1230 characters together with "en". '
            "Shorten it; Telegram shows 1024.",
        ),
        (f"{TOLD_AR}, line 6: {STALE}. Bring it up to date and write source: 6a089f503d60868c.",),
    ),
    Broken(
        "a recording of a page that is not there",
        put("content/stories/sock/audio/ar/3.ogg", SOUND),
        (
            "content/stories/sock/audio/ar/3.ogg: this belongs to no page in no language. "
            "Name it audio/<language>/<page>.ogg, 1 to 2.",
        ),
    ),
    Broken(
        "a recording of a page that is no sound",
        put("content/stories/sock/audio/ar/1.ogg", b"mp3"),
        (
            "content/stories/sock/audio/ar/1.ogg: this is not Ogg Opus sound. "
            "Save it as Ogg with Opus.",
        ),
    ),
    # pages to print
    Broken(
        "a page to print without its page",
        drop(TYPST),
        (f"{TYPST}: there is no such file. Write the page in Typst.",),
    ),
    Broken(
        "a page to print that would fetch a package",
        edit(TYPST, "#told(content.words.play)", '#import "@preview/cetz:0.3.0"'),
        (
            f"{TYPST}, line 2: a page to print cannot fetch packages. "
            "Write what it needs into the page.",
        ),
    ),
    Broken(
        "an unknown kind of page to print",
        edit(SHEET, "kind: sheet", "kind: film"),
        (
            f"{SHEET}, line 1: \"kind\": input should be 'cards', 'sheet' or 'book'. "
            "Write cards, sheet, book.",
        ),
    ),
    Broken(
        "a picture to print that is not there",
        edit(SHEET, "/stories/sock/one.png", "/stories/sock/one.gif"),
        (
            'content/stories/sock/one.gif: there is no picture for "socks". '
            "Put a file there: .svg, .png, .jpg, .jpeg.",
        ),
    ),
    Broken(
        "a picture to print whose name leads elsewhere",
        edit(SHEET, "{sock: sock.svg", '{"../sock": sock.svg'),
        (f'{SHEET}, line 4: "../sock" cannot be a picture\'s name. Use small letters and digits.',),
    ),
    Broken(
        "a page to print without a word that it uses",
        edit(SHEET_AR, "## sock\nجورب\n", ""),
        (f'{SHEET_AR}: section "sock" is missing. Write ## sock and its text.',),
    ),
    Broken(
        "a page to print without one of the languages",
        drop(SHEET_AR),
        (f"{SHEET_AR}: there is no such file. Write the words in this language.",),
    ),
    Broken(
        "a page to print that is a book",
        edit(SHEET_AR, "لوّنوا الجورب.", words(121)),
        (f'{SHEET_AR}, line 8: "play" has 121 words. Write at most 120.',),
    ),
    # locales
    Broken(
        "no strings in a language",
        drop(SAID_AR),
        (f"{SAID_AR}: there is no such file. Translate the strings of en.",),
    ),
    Broken(
        "strings that gettext cannot read",
        put(SAID_AR, b"nonsense"),
        (
            f"{SAID_AR}: this cannot be read as gettext "
            "(Unknown or misformatted keyword on 0). Mend the file.",
        ),
    ),
    Broken(
        "a string missing, and another unknown",
        edit(SAID_AR, 'msgid "after-seen"', 'msgid "after-sen"'),
        (
            f'{SAID_AR}: "after-seen" is missing. Translate it from en.',
            f'{SAID_AR}, line 21: unknown key "after-sen". Remove it.',
        ),
    ),
    Broken(
        "a description that Telegram would not take",
        edit(
            SAID_AR,
            'msgid "bot-short-description"\nmsgstr "جيد"',
            f'msgid "bot-short-description"\nmsgstr "{"م" * 121}"',
        ),
        (
            f'{SAID_AR}, line 135: "bot-short-description" has 121 characters. '
            "Shorten it; there is room for 120.",
        ),
    ),
    Broken(
        "a fuzzy string",
        edit(SAID_AR, 'msgid "after-seen"', '#, fuzzy\nmsgid "after-seen"'),
        (f'{SAID_AR}, line 22: "after-seen" is marked fuzzy. Check it and remove the mark.',),
    ),
    Broken(
        "an empty string",
        edit(SAID_AR, 'msgid "after-seen"\nmsgstr "جيد"', 'msgid "after-seen"\nmsgstr ""'),
        (f'{SAID_AR}, line 21: "after-seen" is empty. Translate it.',),
    ),
    Broken(
        "a plural form missing",
        edit(SAID_AR, 'msgstr[5] "{minutes} دقيقة تقريبًا"\n', ""),
        (f'{SAID_AR}, line 63: "about-minutes" is empty. Translate it.',),
    ),
    Broken(
        "another placeholder",
        edit(SAID_AR, "{things}", "{thing}"),
        (f'{SAID_AR}, line 54: "things-needed" has other placeholders. Use: {{things}}.',),
    ),
    Broken(
        "a placeholder where there is none",
        edit(SAID_AR, 'msgid "after-seen"\nmsgstr "جيد"', 'msgid "after-seen"\nmsgstr "{day}"'),
        (f'{SAID_AR}, line 21: "after-seen" has other placeholders. Use: none.',),
    ),
    Broken(
        "a placeholder in a plural form that the source lacks",
        edit(SAID_AR, 'msgstr[5] "{minutes}', 'msgstr[5] "{hours}'),
        (f'{SAID_AR}, line 63: "about-minutes" has other placeholders. Use: {{minutes}}.',),
    ),
    Broken(
        "a header that comes after the strings, with another number of plural forms",
        put(SAID, with_header_last(ENGLISH_WORDS.replace("nplurals=2", "nplurals=3")).encode()),
        (
            f"{SAID}: Plural-Forms says nplurals=3. This language has 2 forms.",
            f'{SAID}, line 58: "about-minutes" has 2 plural forms. This language has 3.',
            *(
                f'{SAID}, line {line}: "for-{key}" has 2 plural forms. This language has 3.'
                for line, key in zip(range(135, 165, 5), LABEL_KEYS, strict=True)
            ),
            f'{SAID}, line 192: "celebrate-why" has 2 plural forms. This language has 3.',
        ),
    ),
    Broken(
        "a consent text of few but endless words",
        edit(ASKED_AR, "هل ننظر إلى النتائج؟", "x" * 4097),
        (f'{ASKED_AR}: "linking" has 4097 characters in a chat. Shorten it; Telegram shows 4096.',),
    ),
)


ALL = (*TABLE, *BROKEN_TEXTS, *BROKEN_PROGRAMMES, *BROKEN_STRINGS)


def ids(broken: Broken) -> str:
    """Name a row of the table."""
    return broken.name


@pytest.mark.parametrize("broken", ALL, ids=ids)
def test_what_is_wrong_is_said_in_these_sentences_and_no_others(
    files: dict[str, bytes], broken: Broken
) -> None:
    changed = broken.change(files)

    findings = check_catalogue(changed)

    assert sorted(map(str, findings.errors)) == sorted(broken.errors)
    assert sorted(map(str, findings.warnings)) == sorted(broken.warnings)


@pytest.mark.parametrize("broken", [each for each in ALL if each.errors], ids=ids)
def test_a_catalogue_with_an_error_does_not_load(files: dict[str, bytes], broken: Broken) -> None:
    changed = broken.change(files)

    with pytest.raises(FileRefused) as refused:
        load_catalogue(changed)

    assert sorted(map(str, refused.value.problems)) == sorted(broken.errors)


@pytest.mark.parametrize("broken", [each for each in ALL if not each.errors], ids=ids)
def test_a_catalogue_with_warnings_alone_loads(files: dict[str, bytes], broken: Broken) -> None:
    changed = broken.change(files)

    assert load_catalogue(changed).languages == ("en", "ar")


class Noting(Findings):
    """Findings that also keep from which line of which module each problem came."""

    def __init__(self) -> None:
        super().__init__()
        self.places: set[tuple[str, int]] = set()

    def note(self, frame: FrameType | None) -> None:
        while frame and frame.f_code.co_name in ("refuse", "warn"):  # on behalf of another place
            frame = frame.f_back
        if frame:
            self.places.add((Path(frame.f_code.co_filename).name, frame.f_lineno))

    def add(self, others: Findings) -> None:
        super().add(others)
        self.places |= others.places if isinstance(others, Noting) else set()

    def refuse(self, path: str, line: int, what: str, instead: str) -> None:
        self.note(sys._getframe(1))
        super().refuse(path, line, what, instead)

    def warn(self, path: str, line: int, what: str, instead: str) -> None:
        self.note(sys._getframe(1))
        super().warn(path, line, what, instead)


def list_places_in_code() -> list[tuple[str, range]]:
    """List every call that makes a problem: the module, and the lines of the call."""
    found = []
    for path in sorted(Path(bot.catalogue.__file__).parent.rglob("*.py")):
        if path.parent.name == "desk":  # what translators send in is refused by tests of its own
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        on_behalf = [
            lines_of(node)
            for node in nodes
            if isinstance(node, ast.FunctionDef) and node.name in ("refuse", "warn")
        ]
        found += [
            (path.name, lines_of(node))
            for node in nodes
            if isinstance(node, ast.Call)
            and name_of(node.func) in ("refuse", "warn", "note")
            and not any(node.lineno in lines for lines in on_behalf)
        ]
    return found


def lines_of(node: ast.stmt | ast.expr) -> range:
    """Give the lines that something in code takes."""
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def name_of(called: ast.expr) -> str:
    """Give the name of what is called."""
    if isinstance(called, ast.Attribute):
        return called.attr
    return called.id if isinstance(called, ast.Name) else ""


def test_every_place_that_makes_a_problem_is_in_the_table() -> None:
    places: set[tuple[str, int]] = set()

    for broken in ALL:
        noting = Noting()
        read_catalogue(broken.change(dict(SMALL)), noting, Memory())
        places |= noting.places

    unseen = [
        f"{module}:{lines.start}"
        for module, lines in list_places_in_code()
        if not any(seen == module and line in lines for seen, line in places)
    ]
    assert unseen == []
    assert len(list_places_in_code()) > 60
