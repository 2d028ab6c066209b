"""Where a button leads in the preview: to what a parent would see after the tap."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from bot.catalogue.shown.storybook import Reader
from bot.core.actions import (
    AbleTapped,
    Action,
    AgeTapped,
    AnotherPersonTapped,
    AnswerTapped,
    AskTapped,
    BookTapped,
    CertificateTapped,
    ChildGoneTapped,
    ConsentChangeTapped,
    ConsentTapped,
    DossierTapped,
    ForgetSurelyTapped,
    ForgetTapped,
    GoneTapped,
    InviteTapped,
    JoinTapped,
    KeepTapped,
    LanguageTapped,
    LeavingTapped,
    MenuBelowTapped,
    MenuTapped,
    NewcomerLanguageTapped,
    NewPhoneTapped,
    OldPhoneTapped,
    OtherStoriesTapped,
    PageTapped,
    PrintTapped,
    Purpose,
    RegionTapped,
    RenewTapped,
    ResumeTapped,
    Screen,
    SnoozeTapped,
    StopReasonTapped,
    StopTapped,
    StoryTapped,
    Tongues,
    TryTapped,
    WeekTapped,
    WishTapped,
)
from bot.web.preview.tellings import STATES, View, state_after

AFTER: Mapping[type[Action], str] = {  # the screen that follows a tap which is always the same
    JoinTapped: "joined",
    AgeTapped: "age-saved",
    AnotherPersonTapped: "another-person",
    NewPhoneTapped: "new-phone-saved",
    OldPhoneTapped: "new-phone-saved",
    ConsentChangeTapped: "linking",
    RenewTapped: "renewed",
    StopTapped: "stopped",
    StopReasonTapped: "stop-reason-saved",
    ResumeTapped: "resumed",
    SnoozeTapped: "break-until",
    AskTapped: "ask",
    GoneTapped: "why-gone",
    MenuBelowTapped: "home",
    WeekTapped: "week",
    CertificateTapped: "certificate",
    OtherStoriesTapped: "other-stories",
    DossierTapped: "my-data-page",
    ForgetTapped: "forget",
    ForgetSurelyTapped: "forgotten",
    KeepTapped: "kept",
}
SCREEN_OF = {Screen.PRINT: "printables", Screen.NOBODY: "invite-nobody"}


@dataclass(frozen=True)
class Place:
    """Where a button stands: the languages and, under an activity, its page and view."""

    language: str
    school: str
    path: str = ""
    view: View | None = None

    def lead(self, action: Action) -> str:
        """Give the address of what follows a tap; "" where nothing else is to be seen."""
        if self.view:
            following = self._lead_in_activity(action, self.view)
            if following:
                return following
        match action:
            case StoryTapped(story_id):
                return self.story(story_id)
            case PageTapped(story_id, page, tongues):
                return self.story(story_id, page, tongues)
            case PrintTapped(printable_id, tongues):
                return self.to(f"/printable/{quote(printable_id)}", tongues=tongues)
            case BookTapped(story_id, form, tongues):
                return self.to(f"/book/{quote(story_id)}", form=form, tongues=tongues)
            case LanguageTapped(language):
                return Place(language, self.school).screen("language-chosen")
            case NewcomerLanguageTapped(language):
                return Place(language, self.school).screen("welcome")
        return self._lead_to_screen(action)

    def _lead_in_activity(self, action: Action, view: View) -> str:
        """Give the address of the view after a tap under a touch."""
        match action:
            case AnswerTapped(_, answer):
                return view.address(self.path, state=state_after(answer))
            case WishTapped(_, wish):
                given = STATES[view.state].answer
                return view.address(self.path, state=state_after(given, wish))
            case TryTapped():
                return view.address(self.path, state="will-try")
            case AbleTapped(_, able):
                return view.address(self.path, able=able)
        return ""

    def _lead_to_screen(self, action: Action) -> str:
        """Give the address of the screen after a tap."""
        match action:
            case MenuTapped(screen):
                return self.screen(SCREEN_OF.get(screen, str(screen)))
            case ConsentTapped(_, _, purpose, is_given):
                follows = "research" if purpose is Purpose.LINKING else ""
                return self.screen(follows or ("agreed" if is_given else "refused"))
            case LeavingTapped(reason):
                return self.screen(f"gone-{reason}")
            case ChildGoneTapped(_, reason):
                return self.screen(f"goodbye-{reason}")
            case InviteTapped(relative):
                return self.screen(f"invite-{relative}")
            case RegionTapped(region):
                return self.screen(f"zone-{region}")
        known = AFTER.get(type(action))
        return self.screen(known) if known else ""

    def screen(self, name: str) -> str:
        """Give the address of a screen."""
        return self.to(f"/screen/{name}")

    def story(self, story_id: str, page: int = 1, tongues: Tongues = Tongues.HOME) -> str:
        """Give the address of a story's page."""
        return self.to(f"/story/{quote(story_id)}", page=str(page), tongues=tongues)

    def to(self, path: str, **values: str) -> str:
        """Give an address in these languages."""
        return f"{path}?{urlencode({'language': self.language, 'school': self.school, **values})}"

    @property
    def reader(self) -> Reader:
        """The languages that stories can be read in."""
        return Reader(self.language, self.school if self.school != self.language else "")
