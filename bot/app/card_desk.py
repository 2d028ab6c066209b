"""Do for the console's pages what hands out cards, posters and booklets, by what runs."""

from collections.abc import AsyncIterator, Callable
from datetime import date

from bot.app import handing_out
from bot.app.cards import find_link_base, issue_cards
from bot.app.opening import Store
from bot.catalogue.records import Catalogue
from bot.core.clock import Clock
from bot.core.codes import IssuedCard
from bot.settings import Settings
from bot.store import centres
from bot.store.audit import Note
from bot.web.console.offices import Printed


class CardDesk:
    """Hands out at a centre; each of it raises BotError with what to do instead."""

    def __init__(
        self, store: Store, settings: Settings, *, running: Callable[[], Catalogue], clock: Clock
    ) -> None:
        """Keep what is needed; `running` gives the content that runs."""
        self.store = store
        self.settings = settings
        self.running = running
        self.clock = clock

    async def issue(
        self, centre: str, *, count: int, birth_month: date | None, language: str, note: Note
    ) -> list[IssuedCard]:
        """Issue cards for children who are new on a centre's roster."""
        handing_out.check_language(self.running(), language)
        link_base = await find_link_base(self.store, self.settings)
        async with self.store.database.writing() as session:
            await note(session)
            return await issue_cards(
                session,
                await centres.get_centre(session, centre),
                count=count,
                birth_month=birth_month,
                language=language,
                link_base=link_base,
                sealer=self.store.sealer,
                now=self.clock.now(),
            )

    async def lay_out(
        self, centre: str, *, language: str | None, study_code: str | None
    ) -> AsyncIterator[list[Printed]]:
        """Lay out a centre's valid cards, or one child's, a batch at a time."""
        return handing_out.lay_out(
            self.store,
            self.running(),
            centre,
            language=language,
            study_code=study_code,
            link_base=await find_link_base(self.store, self.settings),
            now=self.clock.now(),
        )

    async def list_cards(self, centre: str) -> list[IssuedCard]:
        """List a centre's valid cards."""
        link_base = await find_link_base(self.store, self.settings)
        return await handing_out.list_handed_out(self.store, centre, link_base=link_base)

    async def list_cautions(self, centre: str) -> list[str]:
        """Say which of a centre's cards are on a waiting list, and which are not printed."""
        async with self.store.database.reading() as session:
            found = await centres.get_centre(session, centre)
            return await handing_out.list_cautions(
                session, found, language=None, now=self.clock.now()
            )

    async def reissue(
        self, study_code: str, *, language: str | None, note: Note
    ) -> tuple[IssuedCard, int]:
        """Issue a new card for a child and revoke its others; give it, and how many those were."""
        return await handing_out.reissue(
            self.store,
            self.running(),
            study_code,
            language=language,
            link_base=await find_link_base(self.store, self.settings),
            now=self.clock.now(),
            note=note,
        )

    async def revoke(self, card: str, *, note: Note) -> str:
        """Revoke a card by the code that is printed on it; say what came of it."""
        return await handing_out.revoke_card(self.store, card, now=self.clock.now(), note=note)

    async def draw_poster(self, centre: str) -> Printed:
        """Draw a centre's poster, where the programme lets anybody join."""
        handing_out.check_enrolment(self.running())
        return await handing_out.draw_poster(
            self.store,
            self.running(),
            centre,
            link_base=await find_link_base(self.store, self.settings),
            now=self.clock.now(),
        )

    async def revoke_poster(self, centre: str, *, note: Note) -> str:
        """Revoke a centre's poster; say what came of it."""
        return await handing_out.revoke_poster(self.store, centre, now=self.clock.now(), note=note)

    async def set_pack(self, centre: str, *, language: str) -> Printed:
        """Set the first weeks as a booklet, for families without the app."""
        return await handing_out.set_pack(
            self.store, self.running(), centre, language=language, now=self.clock.now()
        )
