"""The transcript of a rehearsal: what the family saw and did, week by week, as text and HTML."""

import base64
import html
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.app.rehearsing.playing import Entry, Played
from bot.catalogue.records import Activity
from bot.core.cadence import DAYS_A_WEEK
from bot.core.choosing import MONTHS_A_YEAR
from bot.sandbox.records import StoredFile
from bot.store.states import DeliveryKind, DeliveryStatus
from bot.store.tables import Delivery

FOLDER = Path(__file__).parent / "page"
LONG_SILENCE = timedelta(days=5)
MARGIN = "            "
REASONS = {
    "sibling's week": "this week is the other child's",
    "weekly cap": "the week has had all its messages",
    "one a week": "two weeks went unanswered, so one message a week comes",
    "too late": "its time was over before it could go out",
    "snoozed": "the family takes a break",
    "paused": "the family has paused",
    "quiet": "the family has not answered for weeks",
    "stopped": "the family has stopped",
    "programme is over": "the programme is over",
    "answered already": "the question was answered before it came",
}


@dataclass(frozen=True)
class WeekLine:
    """One week in the summary: how many messages, and what they were about."""

    week: int
    unasked: int
    asked: int
    taps: int
    met: Sequence[str]


class Telling:
    """Tells what was played, in the order in which it happened."""

    def __init__(self, name: str, played: Played) -> None:
        """Keep what was played under the persona's name."""
        self.name, self.played = name, played
        self.zone = ZoneInfo(played.persona.home_zone)
        self.cap = played.catalogue.programme.weekly_cap
        self.pictured: dict[str, list[Activity]] = {}
        for activity in played.catalogue.activities.values():
            self.pictured.setdefault(activity.picture.digest, []).append(activity)

    def header(self) -> list[str]:
        """Say who is played."""
        persona = self.played.persona
        joined = persona.joined_at.astimezone(self.zone)
        ages = [show_age(each.months) for each in persona.children]
        lines = [
            f"Language: {persona.language}, kindergarten: {persona.centre_language or 'as usual'}",
            f"Children: {', '.join(ages)}",
            f"Clock: {persona.home_zone}",
            f"The kindergarten begins on {show_date(persona.starts)} {persona.starts.year}",
            f"The card is opened on {show_date(joined.date())}, {joined:%H:%M}",
        ]
        return [*lines, *(f"Fault: {each}" for each in self.played.breaches)]

    def list_entries(self) -> list[Entry]:
        """List what happened, and what was not sent, in order."""
        skipped = [
            Entry(each.slot_at, "skipped", self.explain(each))
            for each in self.played.deliveries
            if each.status in (DeliveryStatus.SKIPPED, DeliveryStatus.FAILED)
            and each.slot_at is not None
            and each.slot_at < self.played.until
        ]
        return sorted([*self.played.entries, *skipped], key=lambda each: each.at)

    def explain(self, delivery: Delivery) -> str:
        """Say in plain words what was not sent, and why."""
        what = str(delivery.touch or delivery.kind)
        if delivery.kind is DeliveryKind.CHECK:
            what = "the question how it went"
        places = [tie.child.id for tie in self.played.ties]
        if len(places) > 1 and delivery.child_id in places:
            what += f", child {places.index(delivery.child_id) + 1}"
        reason = delivery.reason or "unknown"
        return f"not sent ({what}): {REASONS.get(reason, reason)}"

    def weeks(self) -> Iterator[tuple[int, str, list[Entry]]]:
        """Go through the weeks: (number, dates, what happened), empty ones included."""
        by_week: dict[int, list[Entry]] = {}
        for entry in self.list_entries():
            by_week.setdefault(self.week_of(entry.at), []).append(entry)
        for week in range(1, self.played.weeks + 1):
            monday = self.played.persona.first_monday + timedelta(days=DAYS_A_WEEK * (week - 1))
            sunday = monday + timedelta(days=DAYS_A_WEEK - 1)
            yield week, f"{show_date(monday)} – {show_date(sunday)}", by_week.get(week, [])

    def week_of(self, moment: datetime) -> int:
        """Give the family's own week of a moment."""
        return self.played.persona.week_of(self.local(moment).date())

    def local(self, moment: datetime) -> datetime:
        """Give a moment on the family's clock."""
        return moment.astimezone(self.zone)

    def picture(self, media: StoredFile, beside: str) -> str:
        """Say what a picture shows, in the language of the words beside it, or what a file is."""
        catalogue, language = self.played.catalogue, self.played.persona.language
        activities = self.pictured.get(media.digest, [])  # several may share a picture
        usual = [each.text_in(language, catalogue.programme.language) for each in activities]
        if usual:
            texts = (*usual, *(text for each in activities for text in each.texts.values()))
            text = next((each for each in texts if each.title in beside), usual[0])
            return f"picture: {text.alt}"
        if media.name.startswith("together-"):
            return "picture: what was done together this week"
        return f"file: {media.name}" if media.kind == "document" else f"{media.kind}: {media.name}"

    def summary(self) -> list[WeekLine]:
        """Sum up each week."""
        lines = []
        for week, _dates, entries in self.weeks():
            sent = [
                each
                for each in self.played.deliveries
                if each.status is DeliveryStatus.SENT
                and each.ended_at
                and self.week_of(each.ended_at) == week
            ]
            unasked = sum(each.kind is DeliveryKind.PROGRAMME and not each.asked for each in sent)
            met = dict.fromkeys(self.show_met(each) for each in sent if each.activity_id)
            taps = sum(each.what == "tapped" for each in entries)
            lines.append(WeekLine(week, unasked, len(sent) - unasked, taps, list(met)))
        return lines

    def show_met(self, delivery: Delivery) -> str:
        """Name an activity, its skill and its variant."""
        activity = self.played.catalogue.activities.get(delivery.activity_id or "")
        if activity is None:
            return str(delivery.activity_id)
        source = self.played.catalogue.programme.language
        title = activity.text_in(source, source).title
        return f"{activity.card.skill} {activity.card.id} {title} ({delivery.variant})"

    def skills(self) -> dict[str, int]:
        """Count the child's weeks of each skill that was met."""
        found = {
            (each.child_id, each.week, activity.card.skill)
            for each in self.played.deliveries
            if each.status is DeliveryStatus.SENT and each.kind is DeliveryKind.PROGRAMME
            for activity in [self.played.catalogue.activities.get(each.activity_id or "")]
            if activity
        }
        return dict(sorted(Counter(skill for _child, _week, skill in found).items()))


def render_text(name: str, played: Played) -> str:
    """Write a transcript as text."""
    telling = Telling(name, played)
    title = played.persona.title
    lines = [title, "=" * len(title), "", *telling.header()]
    last: datetime | None = None
    for week, dates, entries in telling.weeks():
        heading = f"Week {week} ({dates})"
        lines += ["", heading, "-" * len(heading)]
        if not entries:
            lines += ["", "(nothing comes)"]
        for day_on, group in groupby(entries, key=lambda each: telling.local(each.at).date()):
            lines += ["", f"{day_on:%A} {show_date(day_on)}"]
            for entry in group:
                if last and entry.at - last >= LONG_SILENCE and entry.what == "sent":
                    lines.append(f"  (nothing for {(entry.at - last).days} days)")
                lines += write_entry(telling, entry)
                last = entry.at if entry.what == "sent" else last
    lines += ["", "Summary", "-------", ""]
    for line in telling.summary():
        count = f"{line.unasked} of at most {telling.cap} messages, {line.asked} asked for"
        lines.append(f"Week {line.week}: {count}, {line.taps} taps")
        lines += [f"    {each}" for each in line.met]
    skills = ", ".join(f"{skill} {count}" for skill, count in telling.skills().items())
    lines.append(f"Skills, in children's weeks: {skills or 'none'}")
    return "\n".join(lines) + "\n"


def write_entry(telling: Telling, entry: Entry) -> list[str]:
    """Write one thing that happened."""
    clock = f"  {telling.local(entry.at):%H:%M}"
    match entry.what:
        case "tapped":
            note = f"   (for a moment: “{entry.note}”)" if entry.note else ""
            return [f"{clock}  Family  → {entry.text}{note}"]
        case "wrote":
            return [f"{clock}  Family  {entry.text}"]
        case "skipped":
            return [f"{clock}  – {entry.text}"]
        case "edited":
            at = telling.local(entry.sent_at or entry.at)
            place = "" if entry.sent_at == entry.at else f" of {show_date(at.date())}, {at:%H:%M}"
            body = list_changed(entry)
            lines = [f"{clock}  Kuffert changes its message{place}"]
        case _:
            body, lines = entry.text.split("\n"), [f"{clock}  Kuffert"]
    lines += [f"{MARGIN}{each}".rstrip() for each in body]
    if entry.media and entry.what == "sent":
        lines.append(f"{MARGIN}[{telling.picture(entry.media, entry.text)}]")
    lines += [MARGIN + " ".join(f"[{label}]" for label in row) for row in entry.buttons]
    return lines


def list_changed(entry: Entry) -> list[str]:
    """List the lines that an edit brought, and mark those that it took away."""
    before, after = entry.before.split("\n"), entry.text.split("\n")
    if not set(before) & set(after) - {""}:
        return after
    gone = [f"- {each}" for each in before if each and each not in after]
    new = [f"+ {each}" for each in after if each and each not in before]
    return [*gone, *new] or ["(the words stay)"]


def render_html(name: str, played: Played) -> str:
    """Write a transcript as one page that needs nothing else; each picture stands in it once."""
    telling = Telling(name, played)
    pictures = {
        entry.media.digest: entry.media
        for entry in played.entries
        if entry.media and entry.media.kind == "photo"
    }
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["paragraphs"] = lambda text: text.split("\n")
    return environment.get_template("transcript.html.jinja").render(
        telling=telling,
        title=played.persona.title,
        weeks=list(telling.weeks()),
        pictures=[(digest, embed(played, file), file) for digest, file in pictures.items()],
        is_right_to_left=is_right_to_left,
        changed=list_changed,
        show_date=show_date,
        skills=telling.skills(),
    )


def embed(played: Played, file: StoredFile) -> str:
    """Give a picture as an address that holds it."""
    content = played.contents[file.digest]
    kind = "png" if content.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def is_right_to_left(text: str) -> bool:
    """Say whether a text reads from right to left: by its first letter that says so."""
    for letter in html.unescape(text):
        if "\u0590" <= letter <= "\u08ff":
            return True
        if letter.isalpha():
            return False
    return False


def show_date(day_on: date) -> str:
    """Write a date for staff: 7 September."""
    return f"{day_on.day} {day_on:%B}"


def show_age(months: int) -> str:
    """Write an age for staff: 4 years 2 months."""
    years, rest = divmod(months, MONTHS_A_YEAR)
    return f"{years} years {rest} months" if rest else f"{years} years"
