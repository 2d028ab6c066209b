"""What can be wrong with texts: their review, their plainness, what nobody sees, their sound."""

from breaking import (
    AR,
    ASKED_AR,
    AUDIO,
    CARD,
    EN,
    HELD_BACK_AR,
    KNOWN,
    PICTURE,
    PLAIN,
    PLAIN_AR,
    PROGRAMME,
    RECORDED,
    SIGN_OFF,
    SOCKS,
    SOUND,
    STALE,
    TALE,
    TOLD_AR,
    Broken,
    both,
    drop,
    edit,
    put,
)
from breaking import NOTHING_LEFT as NOTHING

SPOKEN = "7c9773bfc025c019"  # the hash of what is read aloud of the Arabic activity
SIGNED = "reviewer: A colleague\nreviewed_on: 2026-08-31\n"
TAKE_TWO, TAKE_TEN = "خذا جوربين.", "خذا عشرة جوارب."
TERMS = "Write what each thing is called: kindergarten: {say: nursery, never: [pre-school]}."
ENTRIES = "Write a list of words and phrases; an ending may be left open with *."
PARTS = "Use paragraphs, **bold** and *italic*."
NO_MORE = edit(PROGRAMME, "send_unreviewed: true", "send_unreviewed: no")
FALLS_BACK = edit(PROGRAMME, "audio: none", "fallback: [ar]\naudio: none")
WANTED, REQUIRED = (
    edit(PROGRAMME, "audio: none", f"audio: {each}") for each in ("wanted", "required")
)
LEFT_OUT = "nobody has reviewed this text, and send_unreviewed does not let it go out"
RULES = """\
sentence_words: 8
word_letters: 10
long_words: 1
idioms: [piece of cake, on cloud nine]
child_pronouns: [he, she, himself*]
"""
GLOSSARY = """\
glossary:
  kindergarten: {say: nursery, never: [pre-school*]}
  letter: {say: letter}
"""
TOLD = "You looked so well."
STALE_TOLD = f"{AR}, line 8: {STALE}. Bring it up to date and write source: "
NO_SOUND = "there is no recording. Record it with /record, or put Ogg Opus there."
UNSEEN = "there is an invisible"
TURNED = "this paragraph begins with a letter that runs"
LAID_OUT = "A phone lays the whole of it out so; begin with another word."


def plain(text: str) -> object:
    """Give English its measures, and put a text into the activity's last touch."""
    return both(put(PLAIN, RULES.encode()), edit(EN, TOLD, text))


def stale(source: str) -> str:
    """Say that the Arabic text is stale."""
    return f"{STALE_TOLD}{source}."


BROKEN_TEXTS = (
    # review
    Broken(
        "reviewed, and nobody knows by whom",
        edit(AR, SIGNED, ""),
        (),
        (
            f"{AR}, line 5: it is not said who reviewed this text, and when. "
            f"{SIGN_OFF} {AR} --by NAME.",
        ),
    ),
    Broken(
        "changed after its review",
        edit(AR, SIGNED, f"{SIGNED}reviewed_text: 0123456789abcdef\n"),
        (),
        (f"{AR}, line 8: this text was changed after its review. {SIGN_OFF} {AR} --by NAME.",),
    ),
    Broken(
        "reviewed on no day",
        edit(AR, "reviewed_on: 2026-08-31", "reviewed_on: last week"),
        (f'{AR}, line 7: "reviewed_on" is no date. Write a date, such as 2026-11-25.', NOTHING),
    ),
    Broken(
        "unreviewed where that may not go out",
        both(NO_MORE, edit(AR, "reviewed: yes", "reviewed: no")),
        (f"{AR}, line 5: {LEFT_OUT}. {SIGN_OFF} {AR} --by NAME.", NOTHING),
    ),
    Broken(
        "unreviewed, so that families read another language",
        both(both(NO_MORE, FALLS_BACK), edit(AR, "reviewed: yes", "reviewed: no")),
        (),
        (f"{AR}, line 5: {LEFT_OUT}. {SIGN_OFF} {AR} --by NAME.",),
    ),
    Broken(
        "an unreviewed consent text, which never falls back",
        both(both(NO_MORE, FALLS_BACK), edit(ASKED_AR, "reviewed: yes", "reviewed: no")),
        (f"{ASKED_AR}, line 2: {LEFT_OUT}. {SIGN_OFF} {ASKED_AR} --by NAME.",),
    ),
    Broken(
        "unreviewed words of distress where that may not go out",
        both(NO_MORE, edit(HELD_BACK_AR, "reviewed: yes", "reviewed: no")),
        (
            f"{HELD_BACK_AR}: nobody has reviewed these words. "
            f"Read them, then: kuffert content accept {HELD_BACK_AR} --by NAME.",
        ),
    ),
    Broken(
        "a translation missing where families may read another language",
        both(FALLS_BACK, drop(AR)),
        (),
        (f"{AR}: there is no such file. Families read the activity in en.",),
    ),
    Broken(
        "a story missing where families may read another language",
        both(FALLS_BACK, drop(TOLD_AR)),
        (),
        (f"{TOLD_AR}: there is no such file. Families read the story in en.",),
    ),
    Broken(
        "a consent text missing, which never falls back",
        both(FALLS_BACK, drop(ASKED_AR)),
        (f"{ASKED_AR}: there is no such file. Write the consent text in this language.",),
    ),
    Broken(
        "written anew, so that it has no source to be stale against",
        both(edit(CARD, "translate", "author"), edit(AR, "source: 4efeae9802082c40\n", "")),
    ),
    Broken(
        "a text that is still to be written",
        edit(AR, TAKE_TWO, "TODO: write here how it is easier."),
        (f"{AR}, line 17: this is still to be written. Write it, and remove TODO:.",),
    ),
    # front matter
    Broken(
        "a placeholder in a title",
        edit(EN, "title: Sock Pairs", 'title: "{{ minutes }} of socks"'),
        (f'{EN}, line 2: a placeholder in "title". Write the words themselves.', NOTHING),
    ),
    Broken(
        "a title that is a number",
        edit(EN, "title: Sock Pairs", "title: 7"),
        (f'{EN}, line 2: "title" is no text. Put it in "quotes".', NOTHING),
    ),
    Broken(
        "a title of two lines",
        edit(EN, "title: Sock Pairs", 'title: "Sock\\nPairs"'),
        (f'{EN}, line 2: "title" has several lines. Write it on one.', NOTHING),
    ),
    # placeholders
    Broken(
        "a loop in the place of words",
        edit(AR, TAKE_TWO, "{% for each in range(9) %}x{% endfor %}"),
        (f"{AR}, line 17: a placeholder is no plain name. {KNOWN}", NOTHING),
    ),
    Broken(
        "a placeholder with a filter",
        edit(AR, TAKE_TWO, "{{ school_language | upper }}"),
        (f"{AR}, line 17: a placeholder is no plain name. {KNOWN}", NOTHING),
    ),
    # plainness
    Broken(
        "a sentence that goes on",
        plain("One two.\nThree four five six seven eight\nnine ten eleven. Twelve."),
        (),
        (
            f'{EN}, line 15: the sentence "Three four five six seven eight nine …" has 9 words. '
            "Make two of it; at most 8 are easy to read.",
            stale("a39ece0dcc716b0e"),
        ),
    ),
    Broken(
        "many long words",
        plain("Vocabulary needs encouragement, vocabulary!"),
        (),
        (
            f"{EN}, line 14: there are 2 long words here: vocabulary, encouragement. "
            "Use shorter ones; 1 are easy to read.",
            stale("67df65fdae84d36c"),
        ),
    ),
    Broken(
        "an idiom",
        plain("This is a\nPiece of  Cake."),
        (),
        (
            f'{EN}, line 15: "Piece of  Cake" is an idiom. Say what is meant in plain words.',
            stale("674f58ca843fb979"),
        ),
    ),
    Broken(
        "a child that is a girl",
        plain("See what she does. She, not shells."),
        (),
        (
            f'{EN}, line 14: "She" tells whether the child is a girl or a boy. '
            "Write so that it need not.",
            f'{EN}, line 14: "she" tells whether the child is a girl or a boy. '
            "Write so that it need not.",
            stale("dbbd77a4d5875617"),
        ),
    ),
    Broken(
        "another word than the glossary's",
        both(
            put(PLAIN, (RULES + GLOSSARY).encode()),
            edit(EN, TOLD, "At the\nPre-schools."),
        ),
        (),
        (
            f'{EN}, line 15: "Pre-schools" has another name in all other texts. '
            'Write "nursery", as the glossary does.',
            stale("03ba55474543cd34"),
        ),
    ),
    Broken(
        "a thing that only one language has a word for",
        both(
            put(PLAIN, (RULES + GLOSSARY).encode()),
            put(PLAIN_AR, (RULES + GLOSSARY.replace("letter: ", "word: ")).encode()),
        ),
        (),
        (
            f"{PLAIN_AR}: the glossary has no word for: letter. "
            "Write what every text of this language calls it.",
        ),
    ),
    Broken(
        "a word that the glossary both uses and never uses",
        put(PLAIN_AR, (RULES + GLOSSARY.replace("pre-school*", "Letter")).encode()),
        (
            f'{PLAIN_AR}, line 6: "glossary": "Letter" is what "letter" is called, never '
            f'"kindergarten". {TERMS}',
        ),
    ),
    Broken(
        "more than one emoji",
        edit(EN, TOLD, "Well done 🎉👏🏽"),
        (),
        (
            f"{EN}, line 14: there is more than one emoji here. Keep one at most.",
            stale("f25dbb44383e3021"),
        ),
    ),
    Broken(
        "an entry that cannot be looked for",
        put(PLAIN_AR, RULES.replace("piece of cake", '"..."').encode()),
        (f'{PLAIN_AR}, line 4: "idioms": "..." cannot be looked for. {ENTRIES}',),
    ),
    Broken(
        "measures of a language that is not spoken",
        put("content/languages/da.yaml", RULES.encode()),
        ("content/languages/da.yaml: this is no language's list. Name lists: en.yaml, ar.yaml.",),
    ),
    # what nobody sees
    Broken(
        "an override that turns words about",
        edit(AR, TAKE_TWO, "خذا \u202ejorab\u202c."),
        (
            f"{AR}, line 17: {UNSEEN} U+202C, which forces a direction. "
            "Take it out, or use an isolate: U+2068 … U+2069.",
            f"{AR}, line 17: {UNSEEN} U+202E, which forces a direction. "
            "Take it out, or use an isolate: U+2068 … U+2069.",
            NOTHING,
        ),
    ),
    Broken(
        "an isolate that never ends",
        edit(AR, TAKE_TWO, "خذا \u20687"),
        (
            f"{AR}, line 17: {UNSEEN} U+2068 that is never ended. "
            "End it with U+2069 in the same text, or take it out.",
            NOTHING,
        ),
    ),
    Broken(
        "an end of an isolate that never began",
        edit(AR, TAKE_TWO, "خذا 7\u2069"),
        (f"{AR}, line 17: {UNSEEN} U+2069 that ends nothing. Take it out.", NOTHING),
    ),
    Broken(
        "a space without width",
        edit(AR, TAKE_TEN, "خذا\n\u200bعشرة"),
        (f"{AR}, line 20: {UNSEEN} U+200B. Take it out.", NOTHING),
    ),
    Broken(
        "a soft hyphen in a title",
        edit(EN, "Sock Pairs", "Sock\u00ad Pairs"),
        (f"{EN}, line 2: {UNSEEN} U+00AD. Take it out.", NOTHING),
    ),
    Broken(
        "an Arabic paragraph that begins with a Latin word",
        edit(AR, TAKE_TWO, "خذا.\n\nOK، خذا."),
        (),
        (f"{AR}, line 19: {TURNED} left to right. {LAID_OUT}",),
    ),
    Broken(
        "an English paragraph that begins with an Arabic word",
        edit(EN, TOLD, "مرحبا means hello."),
        (),
        (f"{EN}, line 14: {TURNED} right to left. {LAID_OUT}", stale("3c36472aec09942c")),
    ),
    Broken(
        "an Arabic paragraph that says its direction first, which is right",
        edit(AR, TAKE_TWO, "\u200fOK، خذا."),
    ),
    Broken(
        "an unseen sign in what is said of a picture",
        edit(TALE, "ar: جورب}", 'ar: "جور\u200bب"}'),
        (f"{TALE}, line 7: {UNSEEN} U+200B. Take it out.",),
    ),
    # media
    Broken(
        "a picture copied by half",
        lambda files: files | {PICTURE: files[PICTURE][:-6]},
        (f"{PICTURE}: the picture breaks off. Copy or save it once more.", NOTHING),
    ),
    Broken(
        "a recording copied by half",
        put(AUDIO, SOUND[:-1]),
        (f"{AUDIO}: the recording breaks off. Copy or record it once more.",),
    ),
    Broken(
        "a recording copied by half, within the head of a page",
        put(AUDIO, SOUND[:-20]),
        (f"{AUDIO}: the recording breaks off. Copy or record it once more.",),
    ),
    Broken(
        "texts without recordings",
        WANTED,
        (),
        (
            *(f"{SOCKS}/audio/{each}.ogg: {NO_SOUND}" for each in ("en", "ar")),
            *(
                f"content/stories/sock/audio/{each}/{page}.ogg: {NO_SOUND}"
                for each in ("en", "ar")
                for page in (1, 2)
            ),
        ),
    ),
    Broken(
        "texts without recordings where they must have them",
        REQUIRED,
        (
            *(f"{SOCKS}/audio/{each}.ogg: {NO_SOUND}" for each in ("en", "ar")),
            *(
                f"content/stories/sock/audio/{each}/{page}.ogg: {NO_SOUND}"
                for each in ("en", "ar")
                for page in (1, 2)
            ),
        ),
    ),
    Broken(
        "a recording of nobody knows which text",
        put(AUDIO, SOUND),
        (),
        (
            f"{AUDIO}: it is not known which text this reads. Listen to it, then write "
            f"ar: {{text: {SPOKEN}, on: DATE}} in {RECORDED}.",
        ),
    ),
    Broken(
        "a recording older than its text",
        both(put(AUDIO, SOUND), put(RECORDED, b"ar: {text: 0123456789abcdef, on: 2026-09-01}")),
        (),
        (f"{AUDIO}: this recording is older than its text. Record it once more: /record.",),
    ),
    Broken(
        "a recording of the text as it is",
        both(put(AUDIO, SOUND), put(RECORDED, f"ar: {{text: {SPOKEN}, on: 2026-09-01}}".encode())),
    ),
    Broken(
        "a note of a recording that is gone",
        put(RECORDED, b"ar: {text: 0123456789abcdef, on: 2026-09-01}"),
        (f'{RECORDED}, line 1: there is no recording "ar". Put ar.ogg beside it, or take it out.',),
    ),
    Broken(
        "a note of a recording that says nothing",
        both(put(AUDIO, SOUND), put(RECORDED, b"\nar:\n  text: soon\n  on: 2026-09-01\n")),
        (
            f"{RECORDED}, line 3: \"text\": string should match pattern '^[0-9a-f]{{16}}$'. "
            "Write the hash of the text.",
        ),
        (
            f"{AUDIO}: it is not known which text this reads. Listen to it, then write "
            f"ar: {{text: {SPOKEN}, on: DATE}} in {RECORDED}.",
        ),
    ),
)
