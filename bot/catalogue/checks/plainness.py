"""How plain a text is to read: long sentences, long words, idioms, a child's sex, other words.

Each language has its own measures and its own glossary in `content/languages/<language>.yaml`. What
they find is said to staff beside the words concerned; nothing is ever scored or refused for it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from pydantic import Field, field_validator

from bot.catalogue.plain import Plain
from bot.catalogue.reading.parsing import Findings

SENTENCE = re.compile(r"[^.!?…؟۔:]+[.!?…؟۔:]*[”»“’\")\]]*")  # a colon parts one too
ENDS = ("\n\n", "!", "?", ":", "…", "؟", "۔")  # beside the full stop
TOKEN = re.compile(r"\w+")
WORD = re.compile(r"[^\W\d_]+(?:[’'\u0300-\u036f\u064b-\u065f-][^\W\d_]+)*")
EMOJI_SIGNS = "\u2600-\u27bf\U0001f000-\U0001faff"
ONE_EMOJI = f"[{EMOJI_SIGNS}]\ufe0f?"
EMOJI = re.compile(f"{ONE_EMOJI}(?:\u200d{ONE_EMOJI})*")
PARAGRAPHS = re.compile(r"\n\s*\n")
MOST_EMOJI = 1
SHOWN = 40
TERMS = "Write what each thing is called: kindergarten: {say: nursery, never: [pre-school]}."
ENTRIES = "Write a list of words and phrases; an ending may be left open with *."


class Term(Plain):
    """What one thing is called in a language, and what it is never called there."""

    say: str = Field(min_length=1, description="Write the word that every text uses.")
    never: tuple[str, ...] = Field(default=(), description=ENTRIES)


class Rules(Plain):
    """What counts as plain in one language, and what it calls things."""

    sentence_words: int = Field(
        ge=4, le=60, description="Write how many words a sentence may have."
    )
    word_letters: int = Field(
        ge=6, le=60, description="Write how many letters make a word a long one."
    )
    long_words: int = Field(
        ge=0, le=20, description="Write how many different long words a section may have."
    )
    idioms: tuple[str, ...] = Field(default=(), description=ENTRIES)
    child_pronouns: tuple[str, ...] = Field(default=(), description=ENTRIES)
    glossary: Mapping[str, Term] = Field(default={}, description=TERMS)

    @field_validator("idioms", "child_pronouns")
    @classmethod
    def check_entries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """See that each entry holds something to look for."""
        for entry in value:
            if not WORD.search(entry):
                raise ValueError(f'"{entry}" cannot be looked for')
        return value

    @field_validator("glossary")
    @classmethod
    def check_glossary(cls, value: Mapping[str, Term]) -> Mapping[str, Term]:
        """See that each word that is never used can be looked for, and is used nowhere here."""
        said = {term.say.casefold(): name for name, term in value.items()}
        for name, term in value.items():
            cls.check_entries(term.never)
            for entry in term.never:
                if entry.casefold() in said:
                    other = said[entry.casefold()]
                    raise ValueError(f'"{entry}" is what "{other}" is called, never "{name}"')
        return value

    @cached_property
    def idiom(self) -> re.Pattern[str] | None:
        """Finds an idiom."""
        return compile_entries(self.idioms)

    @cached_property
    def pronoun(self) -> re.Pattern[str] | None:
        """Finds a word that tells whether a child is a girl or a boy."""
        return compile_entries(self.child_pronouns)

    @cached_property
    def never(self) -> tuple[str, ...]:
        """The words that the glossary has other words for."""
        return tuple(entry for term in self.glossary.values() for entry in term.never)

    @cached_property
    def stray(self) -> re.Pattern[str] | None:
        """Finds a word that the glossary has another word for."""
        return compile_entries(self.never)

    def name(self, stray: str) -> str:
        """Give the glossary's own word for one that it has another word for."""
        terms = ((compile_entries(term.never), term.say) for term in self.glossary.values())
        return next(say for pattern, say in terms if pattern and pattern.fullmatch(stray))

    @cached_property
    def long_word(self) -> re.Pattern[str]:
        """Finds what may be a long word."""
        return re.compile(rf"[^\W\d_]{{{self.word_letters},}}")

    @cached_property
    def clues(self) -> frozenset[str]:
        """A word of each entry in the lists, as it is usually written: it is quickly looked for."""
        found = {max(reversed(each), key=len) for each in self.whole_words if each}
        return frozenset(
            found | {each.capitalize() for each in found} | {each.upper() for each in found}
        )

    @cached_property
    def whole_words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each entry that it cannot be there without; an open ending leaves none."""
        entries = (*self.idioms, *self.child_pronouns, *self.never)
        return tuple(list_whole_words(entry) for entry in entries)

    def may_list(self, words: Sequence[str]) -> bool:
        """Say whether an entry of the lists may stand among some words."""
        if () not in self.whole_words and self.clues.isdisjoint(words):
            return False
        said = {word.casefold() for word in words}
        return any(said.issuperset(each) for each in self.whole_words)

    def may_point(self, text: str) -> bool:
        """Say quickly whether there may be anything to point to in a text; mostly there is not."""
        words = TOKEN.findall(text)
        if self.may_list(words):
            return True
        letters = self.word_letters
        long = {word for word in words if len(word) >= letters}
        if sum(len(word) // letters for word in long) > self.long_words:  # "_" may join several
            return True
        most = self.sentence_words
        return any(part.count(" ") >= most for part in part_sentences(text))


def part_sentences(text: str) -> list[str]:
    """Part a text at all that may end a sentence; this is quicker than a pattern."""
    for sign in ENDS:
        text = text.replace(sign, ".")
    return text.replace("\n", " ").split(".")


def list_whole_words(entry: str) -> tuple[str, ...]:
    """List the words of an entry whose endings are not left open."""
    whole = " ".join(word for word in entry.casefold().split() if "*" not in word)
    return tuple(TOKEN.findall(whole))


def compile_entries(entries: Sequence[str]) -> re.Pattern[str] | None:
    """Make one pattern of a list; None for an empty one."""
    if not entries:
        return None
    forms = (
        r"\s+".join(re.escape(word).replace(r"\*", r"\w*") for word in entry.split())
        for entry in sorted(entries, key=len, reverse=True)
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE)


def check_emoji(text: str, path: str, line: int, findings: Findings) -> None:
    """Point to a section with more than one emoji."""
    if len(EMOJI.findall(text)) > MOST_EMOJI:
        findings.warn(path, line, "there is more than one emoji here", "Keep one at most.")


def check_plainness(text: str, path: str, line: int, findings: Findings, *, rules: Rules) -> None:
    """Point to what is hard to read in a section that begins on a line."""
    if text.count(" ") + text.count("\n") >= rules.sentence_words:
        check_sentences(text, path, line, findings, rules=rules)
    check_long_words(text, path, line, findings, rules=rules)
    if not rules.may_list(TOKEN.findall(text)):
        return
    for pattern, what, instead in (
        (rules.idiom, "is an idiom", "Say what is meant in plain words."),
        (rules.pronoun, "tells whether the child is a girl or a boy", "Write so that it need not."),
    ):
        for found in pattern.finditer(text) if pattern else ():
            at = line + text.count("\n", 0, found.start())
            findings.warn(path, at, f'"{found[0]}" {what}', instead)
    check_names(text, path, line, findings, rules=rules)


def check_names(text: str, path: str, line: int, findings: Findings, *, rules: Rules) -> None:
    """Point to what a text calls otherwise than the glossary does."""
    for found in rules.stray.finditer(text) if rules.stray else ():
        at = line + text.count("\n", 0, found.start())
        what = f'"{found[0]}" has another name in all other texts'
        findings.warn(path, at, what, f'Write "{rules.name(found[0])}", as the glossary does.')


def check_sentences(text: str, path: str, line: int, findings: Findings, *, rules: Rules) -> None:
    """Point to sentences that are too long."""
    for offset, sentence in list_sentences(text):
        count = len(sentence.split())
        if count > rules.sentence_words:
            shown = shorten(sentence)
            findings.warn(
                path,
                line + text.count("\n", 0, offset),
                f'the sentence "{shown}" has {count} words',
                f"Make two of it; at most {rules.sentence_words} are easy to read.",
            )


def list_sentences(text: str) -> Iterator[tuple[int, str]]:
    """List the sentences of a text, each with where it begins; a paragraph ends one too."""
    begin = 0
    for gap in (*PARAGRAPHS.finditer(text), None):
        end = gap.start() if gap else len(text)
        for found in SENTENCE.finditer(text, begin, end):
            told = found[0].lstrip()
            if told:
                yield found.end() - len(told), told.rstrip()
        begin = gap.end() if gap else end


def check_long_words(text: str, path: str, line: int, findings: Findings, *, rules: Rules) -> None:
    """Point to a section of many long words; what stands in it twice counts once."""
    found = rules.long_word.findall(text)
    if len(found) <= rules.long_words:
        return
    words = list(dict.fromkeys(each.casefold() for each in found))
    if len(words) > rules.long_words:
        what = f"there are {len(words)} long words here: {', '.join(words)}"
        findings.warn(path, line, what, f"Use shorter ones; {rules.long_words} are easy to read.")


def shorten(sentence: str) -> str:
    """Give the beginning of a sentence on one line."""
    told = " ".join(sentence.split())
    return told if len(told) <= SHOWN else f"{told[:SHOWN].rsplit(' ', 1)[0]} …"
