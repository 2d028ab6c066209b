"""Decide what deliveries say, at the moment when they are sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.catalogue.records import Catalogue
from bot.catalogue.shown.asking import STAFF_ANSWER, render_answer
from bot.catalogue.shown.notices import Notice, render_notice
from bot.catalogue.shown.touches import Telling, find_note, render_check, render_touch
from bot.core.cadence import TOUCHES, Touch, monday_of
from bot.core.choosing import Pass, Variant, age_in_months, choose_activity, harder_than
from bot.core.levels import FIRST_CHECK, Said, find_check, is_asked, pick_said
from bot.core.messages import Media, OutgoingMessage
from bot.core.sealing import Sealer
from bot.core.siblings import Label, Sibling, label_child
from bot.delivery.shelf import Shelf
from bot.delivery.staff_answers import open_answer
from bot.errors import BotError
from bot.printing.keepsakes import picture_week
from bot.store import Session, centres, child_weeks, deliveries, events, levels, questions
from bot.store.centres import Pupil
from bot.store.child_weeks import Week
from bot.store.columns import id_of
from bot.store.events import Done
from bot.store.questions import Sealed
from bot.store.states import DeliveryKind
from bot.store.tables import Child, ChildWeek, Delivery, Guardian, Pair

ONE_DAY = timedelta(days=1)  # no zone is further from UTC


@dataclass(frozen=True)
class Composed:
    """A message and what it was made from."""

    message: OutgoingMessage
    language: str
    version: str  # of the catalogue
    activity_id: str | None = None
    variant: Variant | None = None
    week: int | None = None
    notice: str | None = None
    begins_week: bool = False


class Composer:
    """Composes a batch of deliveries within one transaction."""

    def __init__(
        self,
        session: Session,
        catalogue: Catalogue,
        *,
        shelf: Shelf,
        sealer: Sealer,
        now: datetime,
    ) -> None:
        """Begin knowing no child; the sealer opens what staff wrote.

        What is said is in the words of `catalogue`. An activity that is gone from it is finished
        from an earlier one on the shelf, where a child is in the middle of it.
        """
        self.session = session
        self.catalogue = catalogue
        self.shelf = shelf
        self.kept: dict[tuple[int, str], Catalogue] = {}
        self.sealer = sealer
        self.now = now
        self.pupils: dict[int, Pupil] = {}
        self.themes: dict[tuple[int, date], str] = {}
        self.weeks: dict[int, Week] = {}
        self.said: dict[int, list[Said]] = {}
        self.passes: dict[int, Pass] = {}
        self.favourites: dict[int, str] = {}
        self.done: dict[int, list[Done]] = {}
        self.answers: dict[int, Sealed] = {}
        self.families: Mapping[int, Sequence[Pair]] = {}
        self.days: Mapping[int, Sequence[int]] = {}

    async def read(
        self,
        batch: Sequence[Delivery],
        families: Mapping[int, Sequence[Pair]],
        days: Mapping[int, Sequence[int]],
    ) -> None:
        """Read all that the batch's children have, and choose for whom a new week begins.

        `families` holds the pairs of guardians of several children, in the order of joining, and
        `days` the days of each guardian.
        """
        asked = sorted({each.question_id for each in batch if each.question_id is not None})
        self.answers = await questions.list_answers(self.session, asked)
        numbers = sorted({each.child_id for each in batch if each.child_id is not None})
        if not numbers:
            return
        self.families, self.days = families, days
        siblings = {pair.child_id for pairs in families.values() for pair in pairs}
        self.pupils = await centres.list_pupils(self.session, sorted({*numbers, *siblings}))
        places = sorted({self.pupils[number].centre_id for number in numbers})
        mondays = sorted({monday_of(each.slot_on) for each in batch if each.slot_on})
        self.themes = await centres.list_themes(self.session, places, mondays=mondays)
        self.weeks = await child_weeks.list_latest_weeks(self.session, numbers)
        await self._read_kept(batch)
        await self._begin_weeks(batch)
        new = [each.id for each in self.pupils.values() if self._may_be_asked(each)]
        self.said = await levels.list_said(self.session, sorted(new))
        self.passes = await child_weeks.list_passes(self.session, numbers)
        await self._read_done(batch)

    async def _read_done(self, batch: Sequence[Delivery]) -> None:
        """Read what was done together in the weeks that this batch shows a picture of."""
        showing = [each for each in batch if self._weeks_back(each) is not None]
        numbers = sorted({each.child_id for each in showing if each.child_id})
        mondays = [
            monday_of(each.slot_on) - timedelta(weeks=self._weeks_back(each) or 0)
            for each in showing
            if each.slot_on
        ]
        if numbers and mondays:
            since = datetime.combine(min(mondays), time(), UTC) - ONE_DAY
            self.done = await events.list_done_together(self.session, numbers, since=since)

    async def _read_kept(self, batch: Sequence[Delivery]) -> None:
        """Find the earlier catalogues of activities that are gone, for children amid them."""
        known = self.catalogue.activities
        amid = {each.child_id for each in self.weeks.values() if each.activity_id not in known}
        told = {
            each.child_id
            for each in batch
            if each.child_id and each.activity_id and each.activity_id not in known
        }
        if not amid | told:
            return
        for child_id, name, version in await deliveries.list_made_from(
            self.session, sorted(amid | told)
        ):
            earlier = None if name in known else await self.shelf.get(self.session, version)
            if earlier and name in earlier.activities:
                self.kept[child_id, name] = earlier

    def _find_catalogue(self, child_id: int | None, activity_id: str | None) -> Catalogue | None:
        """Find where an activity stands: in the catalogue or, if gone, where a child had it."""
        if activity_id in self.catalogue.activities:
            return self.catalogue
        return self.kept.get((child_id or 0, activity_id or ""))

    def _is_kept(self, week: Week) -> bool:
        """Say whether a week goes on with its activity: one that is gone, only if it was begun."""
        if week.activity_id in self.catalogue.activities:
            return True
        return week.sent_at is not None and (week.child_id, week.activity_id) in self.kept

    def _may_be_asked(self, pupil: Pupil) -> bool:
        """Say whether a child is new, and nothing is known of its level."""
        check = self._find_check(pupil)
        return check is not None and (check != FIRST_CHECK or pupil.level_source is None)

    def _find_check(self, pupil: Pupil) -> int | None:
        """Give the level check that a child's week belongs to."""
        week = self.weeks.get(pupil.id)
        return find_check(week.week, self.catalogue.programme.level_checks) if week else None

    async def _begin_weeks(self, batch: Sequence[Delivery]) -> None:
        """Choose an activity for every child whose calendar week is new."""
        wanted = {
            each.child_id: monday_of(each.slot_on)
            for each in batch
            if each.kind is DeliveryKind.PROGRAMME and each.child_id and each.slot_on
        }
        new = sorted(child for child, monday in wanted.items() if self._lacks(child, monday))
        if not new:
            return
        await centres.lock_children(self.session, new)
        # another may have chosen meanwhile
        had = await child_weeks.list_weeks_of(self.session, new)
        self.weeks |= {child: weeks[-1] for child, weeks in had.items()}
        lacking = [child for child in new if self._lacks(child, wanted[child])]
        self.favourites = await self._list_favourites(lacking)
        found = [self._next_week(each, wanted[each], had.get(each, [])) for each in lacking]
        await self._record([each for each in found if each])

    async def _list_favourites(self, children: Sequence[int]) -> dict[int, str]:
        """Give what children did most often; it is looked up only where a week is a repeat."""
        programme = self.catalogue.programme
        known = [each for each in children if each in self.weeks]
        repeating = [each for each in known if programme.repeats_near(self.weeks[each].week)]
        return await child_weeks.list_favourites(self.session, repeating) if repeating else {}

    async def _record(self, weeks: Sequence[Week]) -> None:
        """Write down weeks that begin, and those that are taken up again."""
        known = self.weeks
        taken_up = [
            each
            for each in weeks
            if each.child_id in known and known[each.child_id].week == each.week
        ]
        begun = [each for each in weeks if each not in taken_up]
        await child_weeks.take_up_weeks(self.session, taken_up)
        await child_weeks.begin_weeks(self.session, begun)
        self.weeks |= {each.child_id: each for each in weeks}

    def _lacks(self, child_id: int, monday: date) -> bool:
        """Say whether a child has no activity yet for a calendar week, or one that is gone."""
        latest = self.weeks.get(child_id)
        if latest is None or latest.monday < monday:
            return True
        return not self._is_kept(latest)

    def _next_week(self, child_id: int, monday: date, had: Sequence[Week]) -> Week | None:
        """Give a child's next week, or again one of which nothing was sent; None after the last."""
        latest = had[-1] if had else None
        if latest and (latest.sent_at is None or latest.monday >= monday):
            return self._take_up(latest, monday, had)
        number = latest.week + 1 if latest else 1
        if number > self.catalogue.programme.weeks:
            return None
        activity_id = self._choose(child_id, number, had)
        return Week(child_id, number, monday, activity_id, None, self.now, None)

    def _take_up(self, latest: Week, monday: date, had: Sequence[Week]) -> Week:
        """Move a week to a calendar week; what is gone and not begun gives way to another."""
        moved = latest._replace(monday=max(latest.monday, monday))
        if self._is_kept(latest):
            return moved
        return moved._replace(activity_id=self._choose(latest.child_id, latest.week, had))

    def _choose(self, child_id: int, week: int, had: Sequence[Week]) -> str:
        """Choose the activity of a week by its skill, the child's age, and what it had."""
        return choose(
            self.catalogue,
            self.pupils[child_id],
            had,
            week=week,
            now=self.now,
            favourite=self.favourites.get(child_id),
        )

    def compose(
        self, delivery: Delivery, guardian: Guardian, *, asks: Notice | None
    ) -> Composed | None:
        """Compose a delivery in the guardian's language, as it is now; `asks` takes its place.

        None where the child has been through the whole programme.
        """
        language, version = guardian.language, self.catalogue.version
        is_touch = delivery.kind is DeliveryKind.PROGRAMME
        if delivery.question_id is not None:
            message = self.compose_answer(delivery, delivery.question_id, language)
            return Composed(message, language, version, notice=STAFF_ANSWER)
        if asks or (delivery.notice is not None and not is_touch):
            notice = asks or Notice(delivery.notice or "")
            child_id = delivery.child_id or 0
            message = render_notice(self.catalogue, notice, language=language, child_id=child_id)
            return Composed(message, language, version, notice=notice)
        telling = self.tell(delivery, language)
        if telling is None:
            return None
        is_check = delivery.kind is DeliveryKind.CHECK
        found = self._find_catalogue(delivery.child_id, telling.activity_id) or self.catalogue
        message = (render_check if is_check else render_touch)(found, telling)
        week = self.weeks.get(delivery.child_id or 0)
        return Composed(
            message,
            language,
            found.version,
            telling.activity_id,
            telling.variant,
            week=self._week_of(delivery),
            begins_week=is_touch and week is not None and week.sent_at is None,
        )

    def compose_answer(
        self, delivery: Delivery, question_id: int, language: str
    ) -> OutgoingMessage:
        """Compose what staff answered, in the frame of the guardian's language."""
        sealed = self.answers[question_id].answer_sealed
        text = open_answer(self.sealer, sealed, delivery_id=id_of(delivery))
        return render_answer(self.catalogue, text, language=language)

    def tell(self, delivery: Delivery, language: str) -> Telling | None:
        """Say what is told: what the child's week holds, unless that is settled already."""
        pupil = self.pupils[delivery.child_id or 0]
        week = self.weeks.get(pupil.id)
        activity_id, variant = delivery.activity_id, delivery.variant
        if activity_id is None or variant is None or not self._is_settled(delivery):
            if week is None or self._is_behind(week, delivery):
                return None
            activity_id = week.activity_id
            variant = pupil.level
            if self._time_of(delivery) is Pass.HARDER:
                variant = harder_than(variant)
        monday = monday_of(delivery.slot_on) if delivery.slot_on else None
        is_last = self._week_of(delivery) == self.catalogue.programme.weeks
        return Telling(
            delivery_id=id_of(delivery),
            touch=delivery.touch or Touch.DO,
            activity_id=activity_id,
            variant=variant,
            language=language,
            school_language=pupil.centre_language,
            theme=self.themes.get((pupil.centre_id, monday), "") if monday else "",
            asks_able=self._asks_able(delivery, pupil),
            child=self._label(delivery),
            celebrates=pupil.id if is_last else None,
            picture=self._picture(delivery, language),
            time=self._time_of(delivery),
            note=find_note(
                self.catalogue.programme,
                week=self._week_of(delivery),
                touch=delivery.touch,
                is_other_language=language != pupil.centre_language,
            ),
        )

    def _time_of(self, delivery: Delivery) -> Pass:
        """Say which time it is that the child has the activity; the last week is to be easy."""
        is_last = self._week_of(delivery) == self.catalogue.programme.weeks
        if delivery.kind is not DeliveryKind.PROGRAMME or is_last:
            return Pass.FIRST
        return self.passes.get(delivery.child_id or 0, Pass.FIRST)

    def _week_of(self, delivery: Delivery) -> int | None:
        """Give the week of its child's programme that a delivery is of."""
        week = self.weeks.get(delivery.child_id or 0)
        is_touch = delivery.kind is DeliveryKind.PROGRAMME
        return week.week if week and is_touch else delivery.week

    def _picture(self, delivery: Delivery, language: str) -> Media | None:
        """Give the picture of what was done together in a week, where a touch shows it."""
        back, week = self._weeks_back(delivery), self._week_of(delivery)
        if back is None or week is None:
            return None
        done = self.done.get(delivery.child_id or 0, [])
        names = [each.activity_id for each in done if each.week == week - back]
        found = (self.kept.get((delivery.child_id or 0, name)) for name in names)
        catalogue = next(filter(None, found), self.catalogue)
        return picture_week(catalogue, names, language=language)

    def _weeks_back(self, delivery: Delivery) -> int | None:
        """Say how many weeks ago that was which a touch shows a picture of; None where it has none.

        It goes with the week's last touch or, where that is the activity itself, with the first of
        the next week. Who gets the activity alone has its picture, and no other.
        """
        if delivery.kind is not DeliveryKind.PROGRAMME:
            return None
        if delivery.touch is Touch.GROW:
            return 0
        has_fewer = len(self.days[delivery.guardian_id]) < len(TOUCHES)
        return 1 if has_fewer and delivery.touch is Touch.WHY else None

    def _asks_able(self, delivery: Delivery, pupil: Pupil) -> bool:
        """Say whether a touch carries the question what the child can do already."""
        if delivery.kind is not DeliveryKind.PROGRAMME or not self._may_be_asked(pupil):
            return False
        check = self._find_check(pupil)
        return is_asked(
            delivery.touch or Touch.DO,
            check,
            is_level_known=pupil.level_source is not None,
            said=pick_said(self.said.get(pupil.id, ()), check),
        )

    def _label(self, delivery: Delivery) -> Label | None:
        """Say which child a delivery is for, where its guardian has several."""
        pairs = self.families.get(delivery.guardian_id, ())
        family = [Sibling(each.child_id, self.pupils[each.child_id].birth_month) for each in pairs]
        return label_child(delivery.child_id or 0, family, on=self.now.date())

    def _is_settled(self, delivery: Delivery) -> bool:
        """Say whether a delivery says what it said before: it comes back to something, or repeats.

        A message that never left is decided anew, so that a new level and a swap count at once.
        """
        is_told = delivery.kind is not DeliveryKind.PROGRAMME or delivery.in_doubt
        found = self._find_catalogue(delivery.child_id, delivery.activity_id)
        return is_told and found is not None

    def _is_behind(self, week: Week, delivery: Delivery) -> bool:
        """Say whether a child's last week lies before a delivery's."""
        return delivery.slot_on is not None and week.monday < monday_of(delivery.slot_on)


def choose(
    catalogue: Catalogue,
    child: Child | Pupil,
    weeks: Iterable[ChildWeek | Week],
    *,
    week: int,
    now: datetime,
    without: str | None = None,
    favourite: str | None = None,
) -> str:
    """Choose an activity for a week of a child's programme; `without` is not for this family."""
    programme = catalogue.programme
    born = child.birth_month
    band = programme.band_at(age_in_months(born, on=now.date()) if born else None)
    had = [name for each in weeks for name in (each.swapped_id, each.activity_id) if name]
    return choose_activity(
        [each for each in catalogue.outlines if each.activity_id != without],
        [name for name in had if name in catalogue.activities],
        skill=programme.skill_for(week, band),
        band=band,
        fallbacks=programme.fallbacks,
        favourite=None if favourite == without else favourite,
    )


def about(delivery: Delivery) -> int:
    """Give the delivery that a tap is about: what a check asks about, otherwise itself."""
    is_check = delivery.kind is DeliveryKind.CHECK
    if is_check and delivery.about_id is None:
        raise BotError(f"The check {id_of(delivery)} asks about nothing.")
    return delivery.about_id or 0 if is_check else id_of(delivery)
