"""What a touch looks like, before and after it was answered: decided here, once, for everybody."""

from dataclasses import dataclass

from markupsafe import Markup as Trusted
from markupsafe import escape

from bot.catalogue.records import Activity, Catalogue, Section
from bot.catalogue.wording import render
from bot.catalogue.words import Words
from bot.core.actions import (
    Able,
    AbleTapped,
    Answer,
    AnswerTapped,
    TryTapped,
    When,
    Wish,
    WishTapped,
    format_action,
)
from bot.core.cadence import Touch
from bot.core.choosing import Variant
from bot.core.messages import Button, ButtonRows, OutgoingMessage

PARAGRAPH = "\n\n"
HOW_IT_WENT = (
    (Answer.DID_IT, Answer.NOT_YET),
    (Answer.TOO_HARD, Answer.NOT_FOR_US),
)
FOLLOWED = (Answer.TOO_HARD, Answer.NOT_FOR_US)  # after these, another message comes
ASKED_HOW_HARD = (Answer.DID_IT, Answer.TOO_HARD)  # after these, easier or harder makes sense
LABELS = {each: f"button-{each}" for each in (*Answer, *Wish, *When, *Able)}
WAYS = {Variant.EASIER: Section.EASIER, Variant.HARDER: Section.HARDER}


@dataclass(frozen=True)
class Telling:
    """One touch as one guardian gets it, and what was said to it so far.

    `theme` is what the centre works on that week; `has_followed` says that another message has
    come, or comes, because of what was tapped; `asks_able` that the touch carries the question what
    the child can do already.
    """

    delivery_id: int
    touch: Touch
    activity_id: str
    variant: Variant
    language: str
    school_language: str
    answer: Answer | None = None
    wish: Wish | None = None
    theme: str = ""
    will_try: bool = False
    has_followed: bool = False
    asks_able: bool = False
    able: Able | None = None


def render_touch(catalogue: Catalogue, telling: Telling) -> OutgoingMessage:
    """Show a touch: its text, its picture where it has one, its buttons, and what was answered."""
    activity = catalogue.activities[telling.activity_id]
    page = Page(catalogue, activity, telling)
    parts = [page.told(), page.theme(), *page.notes(), page.question()]
    return OutgoingMessage(
        text=PARAGRAPH.join(part for part in parts if part),
        buttons=list_buttons(page.words, telling),
        media=activity.picture if telling.touch is Touch.DO else None,
    )


def render_check(catalogue: Catalogue, telling: Telling) -> OutgoingMessage:
    """Ask how it went, the day after the one that a guardian had chosen."""
    page = Page(catalogue, catalogue.activities[telling.activity_id], telling)
    question = page.words.say("how-did-it-go", title=page.text.title)
    return OutgoingMessage(
        text=PARAGRAPH.join([question, *page.notes()]),
        buttons=list_buttons(page.words, telling),
    )


class Page:
    """The parts of a touch's text, in one language."""

    def __init__(self, catalogue: Catalogue, activity: Activity, telling: Telling) -> None:
        """Look up the words and the text in the guardian's language, or the programme's."""
        self.catalogue = catalogue
        self.telling = telling
        self.activity = activity
        self.words = catalogue.words_in(telling.language)
        self.text = activity.text_in(telling.language, catalogue.programme.language)

    def told(self) -> str:
        """Give what all are told who get the same touch in the same way; it is rendered once."""
        told, texts = self.telling, self.catalogue.texts
        key = (told.activity_id, told.touch, told.variant, told.language, told.school_language)
        if key not in texts:
            texts[key] = PARAGRAPH.join([self.heading(), self.body()])
        return texts[key]

    def heading(self) -> str:
        """Give the title and, over the activity itself, how long it takes and what it needs."""
        title = f"<b>{escape(self.text.title)}</b>"
        if self.telling.touch is not Touch.DO:
            return title
        return f"{title}\n{self.needs()}"

    def needs(self) -> str:
        """Say how long the activity takes and what it needs."""
        minutes = self.words.count("about-minutes", self.activity.minutes)
        return f"{minutes} · {self.things()}"

    def things(self) -> str:
        """Say what is needed."""
        if not self.text.things:
            return self.words.say("no-things-needed")
        return self.words.say("things-needed", things=self.text.things)

    def body(self) -> str:
        """Give the touch's own text and, with the activity, the way that fits the child's level."""
        told = self.section(Section(self.telling.touch))
        way = WAYS.get(self.telling.variant)
        if self.telling.touch is not Touch.DO or way is None:
            return told
        return PARAGRAPH.join([told, self.way(way)])

    def theme(self) -> str:
        """Say what the centre works on, where that helps."""
        if not self.telling.theme or self.telling.touch is Touch.GROW:
            return ""
        return self.words.say("centre-theme", theme=self.telling.theme)

    def way(self, section: Section) -> str:
        """Introduce the easier or the harder way."""
        told = Trusted(self.section(section))
        return self.words.say(f"{section}-way", way=told)

    def notes(self) -> list[str]:
        """Answer what was tapped."""
        notes = []
        answer = self.telling.answer
        if answer is Answer.NOT_YET:
            notes.append(self.words.say("will-ask" if self.telling.will_try else "when-try"))
        elif answer in FOLLOWED and not self.telling.has_followed:
            notes.append(self.words.say(f"after-{answer}-alone"))
        elif answer:
            notes.append(self.words.say(f"after-{answer}"))
        if self.telling.wish:
            notes.append(self.words.say(f"after-{self.telling.wish}"))
        return notes

    def question(self) -> str:
        """Ask what the child can do already, where that is asked, and repeat what was said."""
        if not self.telling.asks_able:
            return ""
        question = self.words.say(f"ask-{self.telling.touch}")
        if self.telling.able is None:
            return question
        answer = self.words.plain(LABELS[self.telling.able])
        return f"{question}\n{self.words.say('able-saved', answer=answer)}"

    def section(self, section: Section) -> str:
        """Render one section, its placeholders filled."""
        values = {
            "school_language": self.words.language_name(self.telling.school_language),
            "script_direction": self.words.plain("script-direction"),
        }
        return render(self.text.sections[section], values)


def list_buttons(words: Words, telling: Telling) -> ButtonRows:
    """List the buttons under a touch; an answered one keeps them, since an answer may change."""
    rows = list_answers(words, telling)
    if not telling.asks_able:
        return rows
    return (*rows, tuple(able_button(words, telling.delivery_id, able) for able in Able))


def list_answers(words: Words, telling: Telling) -> ButtonRows:
    """List the buttons that say how a touch went."""
    wishes = tuple(wish_button(words, telling.delivery_id, wish) for wish in Wish)
    if telling.touch is Touch.WHY:
        return ((answer_button(words, telling.delivery_id, Answer.SEEN),),)
    if telling.touch is Touch.GROW:
        return ((answer_button(words, telling.delivery_id, Answer.DID_IT),), wishes)
    rows = tuple(
        tuple(answer_button(words, telling.delivery_id, answer) for answer in row)
        for row in HOW_IT_WENT
    )
    if telling.answer is Answer.NOT_YET:
        times = tuple(try_button(words, telling.delivery_id, when) for when in When)
        return (*rows, times)
    return (*rows, wishes) if telling.answer in ASKED_HOW_HARD else rows


def answer_button(words: Words, delivery_id: int, answer: Answer) -> Button:
    """Make the button of one answer."""
    label = words.plain(LABELS[answer])
    return Button(label, format_action(AnswerTapped(delivery_id, answer)))


def able_button(words: Words, delivery_id: int, able: Able) -> Button:
    """Make the button of one thing to say about what the child can do."""
    return Button(words.plain(LABELS[able]), format_action(AbleTapped(delivery_id, able)))


def wish_button(words: Words, delivery_id: int, wish: Wish) -> Button:
    """Make the button of one wish."""
    return Button(words.plain(LABELS[wish]), format_action(WishTapped(delivery_id, wish)))


def try_button(words: Words, delivery_id: int, when: When) -> Button:
    """Make the button of a time to try."""
    return Button(words.plain(LABELS[when]), format_action(TryTapped(delivery_id, when)))
