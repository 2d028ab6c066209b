"""Put everything that is kept about a chat into two files: a page to read, and JSON."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.pages import Section, render_page
from bot.catalogue.shown.shelves import name_material
from bot.catalogue.words import Words
from bot.core.asked import QUESTION, Asked, parse_asked
from bot.core.sealing import Sealer
from bot.delivery.staff_answers import list_answers
from bot.store.dossiers import Dossier, Opening, Tie
from bot.store.states import DeliveryStatus, QuestionKind
from bot.store.tables import Centre, Delivery, Guardian, GuardianSetting, Question, StaffChat

ZONE = "UTC"  # for one whose zone is not known yet
SEALED = {"chat_key", "chat_sealed", "body_sealed", "answer_sealed"}
OF_OTHERS = {
    *("guardian_id", "child_id", "card_id", "poster_id", "invitation_id"),
    *("claimed_by", "claimed_until"),
}


class Dumpable(Protocol):
    """A row that can show its columns."""

    def model_dump(self, *, exclude: set[str]) -> dict[str, Any]:
        """Give the columns by name."""
        ...


# The page


def draw_dossier(
    dossier: Dossier, catalogue: Catalogue, sealer: Sealer, *, language: str, now: datetime
) -> str:
    """Draw everything that is kept as a page in the family's language."""
    words = catalogue.words_in(language)
    zone = dossier.guardian.zone if dossier.guardian else ZONE
    sections = [
        Section(words.plain("data-you"), list_you(dossier, words)),
        Section(words.plain("data-children"), list_children(dossier.ties, words)),
        list_consents(dossier, words, zone=zone),
        list_sent(dossier, catalogue, words, zone=zone),
        list_done(dossier, catalogue, words, zone=zone),
        list_questions(dossier, sealer, words, zone=zone),
        list_times(dossier, words, zone=zone),
    ]
    return render_page(
        words,
        title=words.plain("data-title"),
        intro=words.label("data-as-of", day=words.date(now.date())),
        sections=sections[:1] if dossier.guardian is None else sections,
    )


def list_you(dossier: Dossier, words: Words) -> list[list[str]]:
    """List what is set for a guardian, and what one who has not joined yet opened."""
    rows = list_opening(dossier.opening, words) if dossier.opening else []
    if dossier.colleague:
        rows += list_registration(dossier.colleague, words)
    guardian = dossier.guardian
    if guardian is None:
        return rows
    return [
        *rows,
        [words.plain("data-language"), words.language_name(guardian.language)],
        [words.plain("data-state"), words.plain(f"state-{guardian.state}")],
        *list_rhythm(guardian, words),
        [words.plain("data-joined"), words.date_time(guardian.joined_at, guardian.zone)],
    ]


def list_opening(opening: Opening, words: Words) -> list[list[str]]:
    """List what one who has not consented yet opened."""
    newcomer, centre = opening.newcomer, opening.centre
    zone = centre.zone if centre else ZONE
    rows = [
        [words.plain("data-opened"), words.date_time(newcomer.opened_at, zone)],
        [words.plain("data-language"), words.language_name(newcomer.language)],
    ]
    return [*rows, [words.plain("data-centre"), centre.name]] if centre else rows


def list_registration(colleague: StaffChat, words: Words) -> list[list[str]]:
    """List since when a colleague is registered, and when something was recorded last."""
    rows = [[words.plain("data-staff"), words.date_time(colleague.registered_at, ZONE)]]
    if colleague.recorded_at:
        recorded = words.date_time(colleague.recorded_at, ZONE)
        rows.append([words.plain("data-recorded"), recorded])
    return rows


def list_rhythm(row: Guardian | GuardianSetting, words: Words) -> list[list[str]]:
    """List days, hour and quiet hours."""
    quiet = f"{words.hour(row.quiet_from)} – {words.hour(row.quiet_until)}"
    return [
        [words.plain("data-days"), ", ".join(words.weekday(day) for day in row.days)],
        [words.plain("data-hour"), words.hour(row.hour)],
        [words.plain("data-quiet"), quiet],
    ]


def list_children(ties: Sequence[Tie], words: Words) -> list[list[str]]:
    """List the children that a guardian is tied to."""
    rows = []
    for tie in ties:
        rows += [
            [words.plain("data-code"), tie.child.study_code],
            [words.plain("data-centre"), tie.centre.name],
            [words.plain("data-level"), words.plain(f"level-{tie.child.level}")],
            [words.plain("data-joined"), words.date_time(tie.pair.joined_at, tie.centre.zone)],
        ]
        if tie.child.birth_month:
            born = f"{tie.child.birth_month:%Y-%m}"
            rows.append([words.plain("data-born"), born])
        if tie.child.left_at:
            left = words.date_time(tie.child.left_at, tie.centre.zone)
            rows.append([words.plain("data-left"), left])
    return rows


def list_consents(dossier: Dossier, words: Words, *, zone: str) -> Section:
    """List what was answered to each purpose, to which text."""
    return Section(
        words.plain("data-consents"),
        [
            [
                words.date_time(each.answered_at, zone),
                words.plain(f"purpose-{each.purpose}"),
                words.plain(f"consent-{each.answer}"),
                f"{each.version}, {words.language_name(each.language)}",
            ]
            for each in dossier.consents
        ],
        heads_of(words, "data-when", "data-what", "data-answer", "data-version"),
    )


def list_sent(dossier: Dossier, catalogue: Catalogue, words: Words, *, zone: str) -> Section:
    """List what was sent."""
    return Section(
        words.plain("data-sent"),
        [
            [
                words.date_time(each.ended_at, zone),
                words.plain(f"kind-{each.kind}"),
                title_of(each, catalogue, words.language),
            ]
            for each in dossier.deliveries
            if each.status is DeliveryStatus.SENT and each.ended_at
        ],
        heads_of(words, "data-when", "data-what"),
    )


def list_done(dossier: Dossier, catalogue: Catalogue, words: Words, *, zone: str) -> Section:
    """List what was tapped and what came of it."""
    about = {each.id: title_of(each, catalogue, words.language) for each in dossier.deliveries}
    return Section(
        words.plain("data-taps"),
        [
            [
                words.date_time(each.happened_at, zone),
                words.plain(f"event-{each.kind}"),
                about.get(each.delivery_id, "")
                or name_material(catalogue, each.material, words.language),
            ]
            for each in dossier.events
        ],
        heads_of(words, "data-when", "data-what"),
    )


def list_questions(dossier: Dossier, sealer: Sealer, words: Words, *, zone: str) -> Section:
    """List what was asked, and what staff answered."""
    return Section(
        words.plain("data-questions"),
        [
            [
                words.date_time(each.asked_at, zone),
                show_asked(each, open_asked(each, sealer), words),
                "\n".join(open_answers(each, sealer)),
            ]
            for each in dossier.questions
        ],
        heads_of(words, "data-when", "data-what", "data-answer"),
    )


def list_times(dossier: Dossier, words: Words, *, zone: str) -> Section:
    """List how days, hours and state were set, one after another."""
    return Section(
        words.plain("data-history"),
        [
            [
                words.date_time(each.from_at, zone),
                *(value for _name, value in list_rhythm(each, words)),
                words.plain(f"state-{each.state}"),
            ]
            for each in dossier.history
        ],
        heads_of(words, "data-when", "data-days", "data-hour", "data-quiet", "data-state"),
    )


def heads_of(words: Words, *keys: str) -> list[str]:
    """Give the heads of a table's columns."""
    return [words.plain(key) for key in keys]


def title_of(delivery: Delivery, catalogue: Catalogue, language: str) -> str:
    """Give the title of the activity that a message was about, where the catalogue has it still."""
    activity = catalogue.activities.get(delivery.activity_id or "")
    return activity.text_in(language, catalogue.programme.language).title if activity else ""


def show_asked(question: Question, asked: Asked, words: Words) -> str:
    """Show what was asked: how, where it was not written, and every wording, the last one first."""
    is_written = question.kind is QuestionKind.TEXT
    kind = [] if is_written else [words.plain(f"question-{question.kind}")]
    earlier = [words.label("question-before", text=text) for text in reversed(asked.earlier)]
    return "\n".join(line for line in (*kind, asked.text, *earlier) if line)


def open_asked(question: Question, sealer: Sealer) -> Asked:
    """Open a question, for the one who asked."""
    return parse_asked(sealer.unseal(question.body_sealed, bound_to=QUESTION))


def open_answers(question: Question, sealer: Sealer) -> list[str]:
    """Open the answers to a question, the first one first."""
    return [each.text for each in list_answers(sealer, question.answer_sealed)]


# The file for a computer


def format_dossier(dossier: Dossier, sealer: Sealer, *, address: str, now: datetime) -> str:
    """Write everything that is kept as JSON, column by column."""
    kept: dict[str, Any] = {"as_of": now, "chat": address}
    if dossier.opening:
        opening = dossier.opening
        kept["opened"] = {**show(opening.newcomer), "centre": name_of(opening.centre)}
    if dossier.guardian:
        kept |= {
            "guardian": show(dossier.guardian),
            "settings": [show(each) for each in dossier.history],
            "children": [show_tie(each) for each in dossier.ties],
            "consents": [show(each) for each in dossier.consents],
            "messages": [show(each) for each in dossier.deliveries],
            "events": [show(each) for each in dossier.events],
            "questions": [show_question(each, sealer) for each in dossier.questions],
        }
    if dossier.colleague:
        kept["staff"] = show(dossier.colleague)
    if dossier.attempts:
        kept["codes_that_opened_nothing"] = [show(each) for each in dossier.attempts]
    return json.dumps(kept, default=write_moment, ensure_ascii=False, indent=1)


def show(row: Dumpable) -> dict[str, Any]:
    """Show a row, without what is sealed and without what names other rows and machines."""
    return row.model_dump(exclude=SEALED | OF_OTHERS)


def show_tie(tie: Tie) -> dict[str, Any]:
    """Show a child that a guardian is tied to: what the programme knows, never what it scored."""
    child = tie.child
    return {
        "study_code": child.study_code,
        "centre": tie.centre.name,
        "birth_month": child.birth_month,
        "level": child.level,
        "level_source": child.level_source,
        "joined_at": tie.pair.joined_at,
        "finished_at": tie.pair.finished_at,
        "left_at": child.left_at,
        "left_reason": child.left_reason,
    }


def show_question(question: Question, sealer: Sealer) -> dict[str, Any]:
    """Show a question and its answer."""
    asked = open_asked(question, sealer)
    return {
        **show(question),
        "text": asked.text,
        "earlier": asked.earlier,
        "is_forwarded": asked.is_forwarded,
        "answers": open_answers(question, sealer),
    }


def name_of(centre: Centre | None) -> str | None:
    """Give a centre's name."""
    return centre.name if centre else None


def write_moment(value: object) -> str:
    """Write a date or a moment."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a file.")
