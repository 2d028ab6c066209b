"""How an activity's touches can stand: every state, and how the address of a page holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from bot.catalogue.checks.texts import LONGEST_THEME
from bot.catalogue.programme import NOTES, Programme
from bot.catalogue.records import Catalogue
from bot.catalogue.shown.touches import (
    FOLLOWED,
    Telling,
    find_note,
    render_check,
    render_touch,
)
from bot.core.actions import Able, Answer, Wish
from bot.core.cadence import Touch
from bot.core.choosing import Pass, Variant
from bot.core.messages import Media, OutgoingMessage
from bot.core.siblings import Label, Naming
from bot.printing.keepsakes import picture_week

ALL = "all"
CHECK = "check"  # not a touch: the question on the day after the one that a parent had chosen
SHOWN = (*Touch, CHECK)
AGE, PLACE = 4, 2  # of the child that a label names
ASKED = "asked"


@dataclass(frozen=True)
class State:
    """What was tapped under a touch, and on which touches it can be."""

    title: str
    touches: tuple[str, ...]
    answer: Answer | None = None
    wish: Wish | None = None
    will_try: bool = False
    has_followed: bool = False


DOING, GROWING = (Touch.DO, CHECK), (Touch.DO, Touch.GROW, CHECK)
STATES: Mapping[str, State] = {
    "": State("before a tap", SHOWN),
    "seen": State("Good to know", (Touch.WHY,), Answer.SEEN),
    "did-it": State("We did it", GROWING, Answer.DID_IT),
    "did-it-easier": State("We did it, then: easier", GROWING, Answer.DID_IT, Wish.EASIER),
    "did-it-harder": State("We did it, then: harder", GROWING, Answer.DID_IT, Wish.HARDER),
    "easier": State("easier, without an answer", (Touch.GROW,), None, Wish.EASIER),
    "harder": State("harder, without an answer", (Touch.GROW,), None, Wish.HARDER),
    "not-yet": State("Not yet", DOING, Answer.NOT_YET),
    "will-try": State("Not yet, then a day", DOING, Answer.NOT_YET, will_try=True),
    "too-hard": State("Too hard; an easier one follows", DOING, Answer.TOO_HARD, has_followed=True),
    "too-hard-alone": State("Too hard; nothing follows", DOING, Answer.TOO_HARD),
    "too-hard-easier": State(
        "Too hard, then: easier", DOING, Answer.TOO_HARD, Wish.EASIER, has_followed=True
    ),
    "not-for-us": State("Not for us; another follows", DOING, Answer.NOT_FOR_US, has_followed=True),
    "not-for-us-alone": State("Not for us; nothing follows", DOING, Answer.NOT_FOR_US),
}

ABLE: Mapping[str, str] = {
    "": "no",
    ASKED: "asked",
    Able.NOT_YET: "Not yet",
    Able.A_LITTLE: "A little",
    Able.YES: "Yes",
}
CHILD: Mapping[str, str] = {
    "": "an only child",
    Naming.AGE: "by age",
    Naming.YOUNGER: "the younger of two of an age",
    Naming.OLDER: "the older of two of an age",
    Naming.AGE_PLACE: "by age and order",
    Naming.CHILD: "without an age",
    Naming.CHILD_PLACE: "without an age, by order",
}


@dataclass(frozen=True)
class View:
    """A view of an activity; its fields are those of the page's address."""

    language: str
    school: str
    touch: str = ALL
    variant: str = Variant.PLAIN
    state: str = ""
    able: str = ""
    child: str = ""
    last: str = ""
    time: str = ""
    note: str = ""
    picture: str = ""
    theme: str = ""

    def address(self, path: str, **changes: str) -> str:
        """Give the address of this view, or of one that differs."""
        shown = replace(self, **changes)
        values = {each.name: getattr(shown, each.name) for each in fields(shown)}
        return f"{path}?{urlencode({name: value for name, value in values.items() if value})}"

    @property
    def touches(self) -> tuple[str, ...]:
        """The touches that are shown; the question on the day after, where a day was chosen."""
        if self.touch != ALL:
            return (self.touch,)
        return SHOWN if self.state == "will-try" else tuple(Touch)


CHOICES: Mapping[str, tuple[str, ...]] = {
    "touch": (ALL, *SHOWN),
    "variant": tuple(Variant),
    "state": tuple(STATES),
    "able": tuple(ABLE),
    "child": tuple(CHILD),
    "last": ("", "yes"),
    "time": tuple(Pass),
    "note": ("", *(f"home-language-{each}" for each in range(1, NOTES + 1))),
    "picture": ("", "yes"),
}


def read_view(catalogue: Catalogue, query: Mapping[str, str]) -> View:
    """Read a view from an address; what is unknown there counts as not said."""
    language = read_language(catalogue, query.get("language", ""), or_all=True)
    school = read_language(catalogue, query.get("school", ""))
    said = {name: query[name] for name, known in CHOICES.items() if query.get(name, "\0") in known}
    return View(language, school, **said, theme=query.get("theme", "").strip()[:LONGEST_THEME])


def read_language(catalogue: Catalogue, code: str, *, or_all: bool = False) -> str:
    """Give a language of the programme, or its own for any other; `all` where that is meant."""
    known = (*catalogue.languages, *((ALL,) if or_all else ()))
    return code if code in known else catalogue.programme.language


def tell(
    catalogue: Catalogue, activity_id: str, view: View, *, touch: str, language: str
) -> Telling:
    """Say what a touch tells in a view; a state that it cannot have leaves it as it was sent."""
    state = STATES[view.state] if touch in STATES[view.state].touches else STATES[""]
    is_check = touch == CHECK
    has_picture = touch == Touch.GROW and view.picture
    return Telling(
        1,
        Touch.DO if is_check else Touch(touch),
        activity_id,
        Variant(view.variant),
        language,
        view.school,
        answer=state.answer,
        wish=state.wish,
        theme="" if is_check else view.theme,
        will_try=state.will_try,
        has_followed=state.has_followed and state.answer in FOLLOWED,
        asks_able=bool(view.able) and not is_check,
        able=Able(view.able) if view.able not in ("", ASKED) else None,
        child=Label(Naming(view.child), AGE, PLACE) if view.child else None,
        celebrates=1 if view.last else None,
        time=Pass(view.time),
        note=view.note if carries_note(catalogue.programme, view.note, touch) else "",
        picture=draw_week(catalogue, activity_id, language) if has_picture else None,
    )


def note_of(programme: Programme, week: int) -> str:
    """Name the note on the home language that a week has, if any."""
    weeks = programme.home_language_weeks
    return f"home-language-{weeks.index(week) + 1}" if week in weeks else ""


def carries_note(programme: Programme, note: str, touch: str) -> bool:
    """Say whether a touch is the one of its week that a note goes with."""
    found = (
        find_note(programme, week=week, touch=Touch(touch), is_other_language=True)
        for week in programme.home_language_weeks
        if touch != CHECK
    )
    return bool(note) and note in found


def draw_week(catalogue: Catalogue, activity_id: str, language: str) -> Media | None:
    """Give the picture of a week in which one activity was done."""
    return picture_week(catalogue, [activity_id], language=language)


def render(catalogue: Catalogue, telling: Telling, touch: str) -> OutgoingMessage:
    """Show a touch, or the question on the day after, as production does."""
    return (render_check if touch == CHECK else render_touch)(catalogue, telling)


def state_after(answer: Answer | None, wish: Wish | None = None) -> str:
    """Name the state that a tap leads to."""
    wanted = (answer, wish)
    found = [name for name, each in STATES.items() if (each.answer, each.wish) == wanted]
    return found[0] if found else ""
