"""What can be wrong with the short strings in `locales/`, beside what is missing."""

from breaking import PLAIN_AR, SAID, SAID_AR, Broken, both, edit, put

SEEN = 'msgid "after-seen"\nmsgstr "جيد"'
NOTE = 'msgid "note-x"\nmsgstr "{}"\n\nmsgid "after-seen"'
COMMAND = 'msgid "command-x"\nmsgstr "{}"\n\nmsgid "after-seen"'


def say(template: str, english: str, arabic: str) -> object:
    """Add a string to both languages."""
    return both(
        edit(SAID, 'msgid "after-seen"', template.format(english)),
        edit(SAID_AR, 'msgid "after-seen"', template.format(arabic)),
    )


PLAIN = """\
sentence_words: 8
word_letters: 10
long_words: 1
glossary: {good: {say: جيد, never: [ممتاز]}}
"""

BROKEN_STRINGS = (
    Broken(
        "a string that does not say what the glossary says",
        both(put(PLAIN_AR, PLAIN.encode()), edit(SAID_AR, SEEN, SEEN.replace("جيد", "ممتاز"))),
        (),
        (
            f'{SAID_AR}, line 21: "ممتاز" has another name in all other texts. '
            'Write "جيد", as the glossary does.',
        ),
    ),
    Broken(
        "strings that are not UTF-8",
        lambda files: files | {SAID_AR: files[SAID_AR] + b"\n# \xff\n"},
        (f"{SAID_AR}, line 234: this is not UTF-8 text. Save the file as UTF-8.",),
    ),
    Broken(
        "a key twice, of which one would be lost",
        edit(SAID_AR, SEEN, f"{SEEN}\n\n{SEEN}"),
        (f'{SAID_AR}, line 24: "after-seen" stands twice. Keep one of the two.',),
    ),
    Broken(
        "plural forms where the source has none",
        edit(
            SAID_AR,
            SEEN,
            'msgid "after-seen"\nmsgid_plural "after-seen"\n'
            + "\n".join(f'msgstr[{place}] "جيد"' for place in range(6)),
        ),
        (
            f'{SAID_AR}, line 21: "after-seen" has plural forms. '
            "Write it as the source language does.",
        ),
    ),
    Broken(
        "no plural forms where the source has them",
        edit(
            SAID_AR,
            'msgid "about-minutes"\nmsgid_plural "about-minutes"\n'
            'msgstr[0] "لا دقائق"\nmsgstr[1] "دقيقة واحدة"\nmsgstr[2] "دقيقتان"\n'
            'msgstr[3] "{minutes} دقائق"\nmsgstr[4] "{minutes} دقيقة"\n'
            'msgstr[5] "{minutes} دقيقة تقريبًا"',
            'msgid "about-minutes"\nmsgstr "{minutes} دقيقة"',
        ),
        (
            f'{SAID_AR}, line 63: "about-minutes" has no plural forms. '
            "Write it as the source language does.",
        ),
    ),
    Broken(
        "fewer plural forms in the header than the language has",
        edit(SAID_AR, "nplurals=6", "nplurals=5"),
        (
            f"{SAID_AR}, line 62: this cannot be read as gettext (msg has more translations than "
            "num_plurals of catalog on 62). Mend the file.",
        ),
    ),
    Broken(
        "a note longer than the network shows",
        say(NOTE, "Good", "ج" * 201),
        (f'{SAID_AR}, line 21: "note-x" has 201 characters. Shorten it; there is room for 200.',),
    ),
    Broken(
        "a command described at too great a length",
        say(COMMAND, "Good", "ج" * 257),
        (
            f'{SAID_AR}, line 21: "command-x" has 257 characters. '
            "Shorten it; there is room for 256.",
        ),
    ),
    Broken(
        "a string that no message has room for",
        edit(SAID_AR, SEEN, f'msgid "after-seen"\nmsgstr "{"ج" * 3001}"'),
        (
            f'{SAID_AR}, line 21: "after-seen" has 3001 characters. '
            "Shorten it; there is room for 3000.",
        ),
    ),
    Broken(
        "a string that a phone would lay out from the left",
        edit(SAID_AR, SEEN, 'msgid "after-seen"\nmsgstr "OK جيد"'),
        (),
        (
            f"{SAID_AR}, line 21: this paragraph begins with a letter that runs left to right. "
            "A phone lays the whole of it out so; begin with another word.",
        ),
    ),
    Broken(
        "a string that begins with an isolated word, which is right",
        edit(SAID_AR, SEEN, 'msgid "after-seen"\nmsgstr "\u2066OK\u2069 جيد"'),
    ),
)
