"""What a touch looks like, before and after it was answered: decided here, once, for everybody."""

from dataclasses import dataclass

from markupsafe import Markup as Trusted
from markupsafe import escape

from bot.catalogue.programme import Programme
from bot.catalogue.records import Activity, Catalogue, Section
from bot.catalogue.shown.wording import render
from bot.catalogue.words import Words
from bot.core.actions import (
    Able,
    AbleTapped,
    Action,
    AgainTapped,
    Answer,
    AnswerTapped,
    CertificateTapped,
    ListenTapped,
    TryTapped,
    When,
    Wish,
    WishTapped,
    format_action,
)
from bot.core.cadence import Touch
from bot.core.choosing import Pass, Variant
from bot.core.messages import Button, ButtonRows, Media, OutgoingMessage
from bot.core.siblings import Label

PARAGRAPH = "\n\n"
HOW_IT_WENT = (
    (Answer.DID_IT, Answer.NOT_YET),
    (Answer.TOO_HARD, Answer.NOT_FOR_US),
)
FOLLOWED = (Answer.TOO_HARD, Answer.NOT_FOR_US)  # after these, another message comes
OTHER_GAME = "after-too-hard-other"
ASKED_HOW_HARD = (Answer.DID_IT, Answer.TOO_HARD)  # after these, easier or harder makes sense
LABELS = {each: f"button-{each}" for each in (*Answer, *Wish, *When, *Able)}
WAYS = {Variant.EASIER: Section.EASIER, Variant.HARDER: Section.HARDER}


@dataclass(frozen=True)
class Telling:
    """One touch as one guardian gets it, and what was said to it so far.

    `theme` is what the centre works on that week; `has_followed` says that another message has
    come, or comes, because of what was tapped; `asks_able` that the touch carries the question what
    the child can do already. `child` says which child it is for, where a guardian has several.
    `is_again` is set where it is seen again in the menu. `celebrates` is the child whose last week
    it is; `picture` shows what was done together in a week. `time` says whether the child has had
    the activity before; `note` names what is said of the home language, if anything.
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
    child: Label | None = None
    is_again: bool = False
    celebrates: int | None = None
    picture: Media | None = None
    time: Pass = Pass.FIRST
    note: str = ""


def find_note(
    programme: Programme, *, week: int | None, touch: Touch | None, is_other_language: bool
) -> str:
    """Name the note on the home language that a week's touch carries; empty where it has none.

    It is for families whose language is not the school's. It goes with the why or, in the first
    week, which may begin in its middle, with the grow.
    """
    weeks = programme.home_language_weeks
    carries = Touch.GROW if week == 1 else Touch.WHY
    if not is_other_language or week not in weeks or touch is not carries:
        return ""
    return f"home-language-{weeks.index(week) + 1}"


def render_touch(catalogue: Catalogue, telling: Telling) -> OutgoingMessage:
    """Show a touch: its text, its picture where it has one, its buttons, and what was answered."""
    activity = catalogue.activities[telling.activity_id]
    page = Page(catalogue, activity, telling)
    parts = [page.told(), page.theme(), page.end(), *page.notes(), page.question()]
    return OutgoingMessage(
        text=PARAGRAPH.join(part for part in parts if part),
        buttons=(*list_buttons(page.words, telling), *page.listen()),
        media=activity.picture if telling.touch is Touch.DO else telling.picture,
    )


def render_check(catalogue: Catalogue, telling: Telling) -> OutgoingMessage:
    """Ask how it went, the day after the one that a guardian had chosen."""
    page = Page(catalogue, catalogue.activities[telling.activity_id], telling)
    question = page.words.say("how-did-it-go", title=page.text.title)
    return OutgoingMessage(
        text=PARAGRAPH.join([*page.label(), question, *page.notes()]),
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
        child = (
            (told.child.naming, str(told.child.age), str(told.child.place)) if told.child else ()
        )
        key = (told.activity_id, told.touch, told.variant, told.language, told.school_language)
        key = (*key, *child, *(("celebrated",) if told.celebrates else ()), told.time, told.note)
        if key not in texts:
            parts = [*self.label(), *self.celebration(), *self.again(), self.heading(), self.body()]
            parts += self.on_home_language()
            texts[key] = PARAGRAPH.join(parts)
        return texts[key]

    def label(self) -> list[str]:
        """Say which child it is for, where a guardian has several."""
        return [say_child(self.words, self.telling.child)] if self.telling.child else []

    def celebration(self) -> list[str]:
        """Say at the beginning of the last week that it is one to celebrate."""
        if not self.telling.celebrates or self.telling.touch is not Touch.WHY:
            return []
        return [self.words.count("celebrate-why", self.catalogue.programme.weeks)]

    def again(self) -> list[str]:
        """Say that the child had this activity before; the last week says so in its own way."""
        told = self.telling
        if not told.time or told.celebrates or told.touch is Touch.GROW:
            return []
        return [self.words.say(told.time)] if told.time in self.words.keys else []

    def on_home_language(self) -> list[str]:
        """Say a word on the home language; catalogues of earlier days have none."""
        note = self.telling.note
        if not note or note not in self.words.keys:
            return []
        return [self.words.say(note)]

    def end(self) -> str:
        """Say with the very last touch that there is a certificate."""
        if not self.telling.celebrates or self.telling.touch is not Touch.GROW:
            return ""
        return self.words.say("celebrate-grow")

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

    def listen(self) -> ButtonRows:
        """Give the button that plays the recording in the text's language, if there is one."""
        if self.text.language not in self.activity.audio:
            return ()
        action = format_action(ListenTapped(self.telling.delivery_id))
        return ((Button(self.words.plain("button-listen"), action),),)

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
        elif answer is Answer.TOO_HARD and self.gives_way():
            notes.append(self.words.say(OTHER_GAME))
        elif answer:
            notes.append(self.words.say(f"after-{answer}"))
        if self.telling.wish:
            notes.append(self.words.say(f"after-{self.telling.wish}"))
        return notes

    def gives_way(self) -> bool:
        """Say whether it is the easier form that was too hard, so that another game comes.

        Catalogues of earlier days have no words for that.
        """
        return self.telling.variant is Variant.EASIER and OTHER_GAME in self.words.keys

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
            "home_language": self.words.language_name(self.telling.language),
            "script_direction": self.words.plain("script-direction"),
            "programme": self.catalogue.programme.name,
            "minutes": self.words.number(self.activity.minutes),
        }
        return render(self.text.sections[section], values)


def say_child(words: Words, label: Label) -> str:
    """Say which of a guardian's children something is for."""
    return words.count(f"for-{label.naming}", label.age, place=words.number(label.place))


def list_buttons(words: Words, telling: Telling) -> ButtonRows:
    """List the buttons under a touch; an answered one keeps them, since an answer may change."""
    rows = (*list_answers(words, telling), *offer_certificate(words, telling))
    if not telling.asks_able:
        return rows
    return (*rows, tuple(able_button(words, telling.delivery_id, able) for able in Able))


def offer_certificate(words: Words, telling: Telling) -> ButtonRows:
    """Offer the certificate in the last week: under its last touch, and when it was done before.

    Who has fewer days a week gets no last touch.
    """
    is_done = telling.touch is Touch.DO and telling.answer is Answer.DID_IT
    if not telling.celebrates or not (is_done or telling.touch is Touch.GROW):
        return ()
    return ((certificate_button(words, telling.celebrates),),)


def certificate_button(words: Words, child_id: int, label: Label | None = None) -> Button:
    """Make the button that brings a child's certificate; `label` tells it from its siblings."""
    said = words.plain("button-certificate")
    if label:
        said = f"{said} · {name_child(words, label)}"
    return Button(said, format_action(CertificateTapped(child_id)))


def name_child(words: Words, label: Label) -> str:
    """Name a child on a button."""
    return words.label(f"for-{label.naming}", label.age, place=words.number(label.place))


def list_answers(words: Words, telling: Telling) -> ButtonRows:
    """List the buttons that say how a touch went."""
    wishes = tuple(said_button(words, telling, wish) for wish in Wish)
    if telling.touch is Touch.WHY:
        return ((said_button(words, telling, Answer.SEEN),),)
    if telling.touch is Touch.GROW:
        return ((said_button(words, telling, Answer.DID_IT),), wishes)
    rows = tuple(
        tuple(said_button(words, telling, answer) for answer in row) for row in HOW_IT_WENT
    )
    if telling.answer is Answer.NOT_YET:
        times = tuple(said_button(words, telling, when) for when in When)
        return (*rows, times)
    return (*rows, wishes) if telling.answer in ASKED_HOW_HARD else rows


def said_button(words: Words, telling: Telling, said: Answer | Wish | When) -> Button:
    """Make the button of an answer, a wish or a time to try."""
    return Button(words.plain(LABELS[said]), format_action(action_of(telling, said)))


def able_button(words: Words, delivery_id: int, able: Able) -> Button:
    """Make the button of one thing to say about what the child can do."""
    return Button(words.plain(LABELS[able]), format_action(AbleTapped(delivery_id, able)))


def action_of(telling: Telling, said: Answer | Wish | When) -> Action:
    """Give the action of a button under a touch, which in the menu is another than in the chat."""
    if telling.is_again:
        return AgainTapped(telling.delivery_id, said)
    match said:
        case Answer():
            return AnswerTapped(telling.delivery_id, said)
        case Wish():
            return WishTapped(telling.delivery_id, said)
        case When():
            return TryTapped(telling.delivery_id, said)


def render_certificate(
    catalogue: Catalogue, certificate: Media, *, language: str, child: Label | None
) -> OutgoingMessage:
    """Show a certificate, and say what to do with it; `child` where a guardian has several."""
    words = catalogue.words_in(language)
    label = [say_child(words, child)] if child else []
    return OutgoingMessage(
        PARAGRAPH.join([*label, words.say("certificate-sent")]), media=certificate
    )


def render_recording(activity: Activity, language: str) -> OutgoingMessage | None:
    """Show a recording under its title; None where there is none in a language."""
    media = activity.audio.get(language)
    title = f"<b>{escape(activity.texts[language].title)}</b>" if media else ""
    return OutgoingMessage(title, media=media) if media else None
