"""The console, put together: every door, who may go through it, and what lies behind."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.store.states import StaffRole
from bot.web.console import (
    beginnings,
    bundles,
    cards,
    centres,
    content,
    drawing,
    evaluation,
    funnels,
    inbox,
    measures,
    people,
    power,
    quarantine,
    readers,
    rehearsals,
    reports,
    results,
    reviews,
    signing_in,
    silent,
    today,
    tokens,
    translations,
)
from bot.web.console.doors import (
    ADMIN,
    ANYBODY,
    EVALUATOR,
    EVERYBODY,
    SIGN_IN,
    STAFF,
    Answer,
    Door,
)
from bot.web.console.guarding import HEADERS, PDF_HEADERS
from bot.web.console.offices import Office
from bot.web.console.previews import Previews
from bot.web.console.remembering import Memory
from bot.web.console.visits import Visit
from bot.web.console.working import Worker
from bot.web.guarding import Guarded

STATIC = Path(__file__).parent / "page" / "static"
RUNS_IT = (STAFF, ADMIN)
EVALUATES = (EVALUATOR, ADMIN)
SETS_UP = (STAFF, EVALUATOR, ADMIN)
ALONE = (ADMIN,)
Hang = Callable[..., Door]  # a path, an answer and who may see it make a door
REVIEW_FIELDS = 2_000  # one for each text of a language
MAPPING_FIELDS = 5_000  # six for each column of a school's file, two for each quarantined line


def make_console(office: Office, worker: Worker, more: Sequence[BaseRoute] = ()) -> Starlette:
    """Make the pages; `more` are routes that need no account: health, metrics."""
    memory = Memory()

    async def not_found(request: Request, _error: Exception) -> Response:
        visit = Visit(office, request)
        return visit.refuse(visit.words.say("There is no such page."), status=404)

    async def give_export(request: Request) -> Response:
        return await tokens.give_export(request, office)

    return Starlette(
        routes=[
            *more,
            *list_doors(office, memory, worker),
            Route("/api/v1/exports/{name}", give_export, methods=["GET"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guarded, headers=HEADERS, pdf_headers=PDF_HEADERS)],
        exception_handlers={404: not_found},
    )


def list_doors(office: Office, memory: Memory, worker: Worker) -> list[Door]:
    """List every page and who may see it."""
    see: Hang = partial(hang, office)
    do: Hang = partial(hang, office, method="POST")
    return [
        *lead_to_oneself(see, do),
        *lead_to_sending(see, do, memory),
        *lead_to_centres(see, do, memory),
        *lead_to_workshop(see, do, memory, worker),
        *lead_to_content(see, do, memory, office),
        *lead_to_readers(see, do),
        *lead_to_questions(see, do),
        *lead_to_evaluation(see, do, memory, worker),
        *lead_to_trials(see, do, memory),
        *lead_to_results(see, do, memory, worker),
        *lead_to_work(see, do, worker),
        *lead_to_accounts(see, do),
    ]


def hang(
    office: Office, path: str, answer: Answer, allowed: Iterable[StaffRole] | None, **more: Any
) -> Door:
    """Hang one door."""
    return Door(path, answer, office, allowed=allowed, **more)


def lead_to_oneself(see: Hang, do: Hang) -> list[Door]:
    """List the doors to signing in, and to what is one's own."""
    return [
        see(SIGN_IN, signing_in.show, ANYBODY),
        do(SIGN_IN, signing_in.sign_in, ANYBODY),
        do("/sign-out", signing_in.sign_out, EVERYBODY),
        see("/", today.go_in, EVERYBODY),
        see("/account", signing_in.show_account, EVERYBODY),
        do("/account/browsers", signing_in.end_sign_in, EVERYBODY),
        do("/account/language", signing_in.change_reading, EVERYBODY),
        do("/account/passphrase", signing_in.change_passphrase, EVERYBODY),
    ]


def lead_to_sending(see: Hang, do: Hang, memory: Memory) -> list[Door]:
    """List the doors to what is sent, and to whom nothing is."""
    return [
        see("/today", partial(today.show, memory=memory), RUNS_IT),
        do("/today/sending", today.switch, RUNS_IT),
        see("/silent", partial(silent.show, memory=memory), RUNS_IT),
        do("/silent", partial(silent.send_again, memory=memory), RUNS_IT),
    ]


def lead_to_centres(see: Hang, do: Hang, memory: Memory) -> list[Door]:
    """List the doors to the centres, their rosters and their cards."""
    return [
        see("/centres", partial(centres.show_all, memory=memory), EVERYBODY),
        see("/centres/{code}", partial(centres.show, memory=memory), EVERYBODY),
        do("/centres/{code}/theme", centres.change_theme, RUNS_IT),
        do("/centres/{code}/zone", centres.change_zone, RUNS_IT),
        do(
            "/centres/{code}/roster",
            partial(centres.take_in_roster, memory=memory),
            SETS_UP,
            takes_file=True,
        ),
        see("/funnel", partial(funnels.show, memory=memory), SETS_UP),
        see("/funnel/file", partial(funnels.give_file, memory=memory), SETS_UP),
        do("/centres", partial(centres.add, memory=memory), RUNS_IT),
        *lead_to_cards(see, do, memory),
    ]


def lead_to_cards(see: Hang, do: Hang, memory: Memory) -> list[Door]:
    """List the doors to what a centre hands out."""
    return [
        see("/centres/{code}/cards", cards.show, RUNS_IT),
        do("/centres/{code}/cards", cards.print_all, RUNS_IT),
        do("/centres/{code}/cards/new", partial(cards.issue, memory=memory), RUNS_IT),
        do("/centres/{code}/cards/list", cards.give_list, RUNS_IT),
        do("/centres/{code}/cards/again", cards.renew, RUNS_IT),
        do("/centres/{code}/cards/revoke", cards.revoke, RUNS_IT),
        do("/centres/{code}/poster", cards.print_poster, RUNS_IT),
        do("/centres/{code}/poster/revoke", cards.revoke_poster, RUNS_IT),
        do("/centres/{code}/pack", cards.print_pack, RUNS_IT),
    ]


def lead_to_readers(see: Hang, do: Hang) -> list[Door]:
    """List the doors to who reads texts aloud."""
    return [
        see("/readers", readers.show, RUNS_IT),
        do("/readers", readers.invite, RUNS_IT),
        do("/readers/remove", readers.remove, RUNS_IT),
    ]


def lead_to_workshop(see: Hang, do: Hang, memory: Memory, worker: Worker) -> list[Door]:
    """List the doors to the work on content: they stand before the versions, as `new` does."""
    takes: Hang = partial(do, takes_file=True)
    return [
        see("/content/works", bundles.show_works, RUNS_IT),
        see("/content/translations", partial(translations.show, memory=memory), RUNS_IT),
        takes("/content/translations/out", translations.hand_out, RUNS_IT),
        takes("/content/translations/in", translations.receive, RUNS_IT),
        see("/content/review", partial(reviews.show, memory=memory), RUNS_IT),
        do(
            "/content/review",
            partial(reviews.sign_off, memory=memory),
            RUNS_IT,
            most_fields=REVIEW_FIELDS,
        ),
        see("/content/rehearsal", rehearsals.show, RUNS_IT),
        takes("/content/rehearsal", partial(rehearsals.begin, worker=worker), RUNS_IT),
        see("/content/rehearsal/{number:int}", rehearsals.show_one, RUNS_IT),
        see("/content/rehearsal/{number:int}/page", rehearsals.give_page, RUNS_IT),
        see("/content/new", beginnings.show, RUNS_IT),
        do("/content/new", beginnings.start, RUNS_IT),
        takes("/content/new/story", beginnings.take_story, RUNS_IT),
        see("/content/measures", partial(measures.show, memory=memory), RUNS_IT),
    ]


def lead_to_content(see: Hang, do: Hang, memory: Memory, office: Office) -> list[Door]:
    """List the doors to what families are told."""
    return [
        see("/content", partial(content.show, memory=memory), RUNS_IT),
        see("/content/standing", partial(content.show_standing, memory=memory), RUNS_IT),
        see("/content/{version}", content.show_version, RUNS_IT),
        do("/content/{version}/use", content.use, RUNS_IT),
        see("/content/{version}/preview/{rest:path}", Previews(office).show, RUNS_IT),
    ]


def lead_to_questions(see: Hang, do: Hang) -> list[Door]:
    """List the doors to what parents ask."""
    return [
        see("/inbox", inbox.show_all, RUNS_IT),
        see("/inbox/{number:int}", inbox.show, RUNS_IT),
        see("/inbox/{number:int}/file", inbox.give_file, RUNS_IT),
        do("/inbox/{number:int}/answer", inbox.answer, RUNS_IT),
        do("/inbox/{number:int}/close", inbox.close, RUNS_IT),
        do("/inbox/{number:int}/hand-over", inbox.hand_over, RUNS_IT),
    ]


def lead_to_evaluation(see: Hang, do: Hang, memory: Memory, worker: Worker) -> list[Door]:
    """List the doors to exports, reports and what programs fetch."""
    return [
        see("/evaluation", partial(evaluation.show, memory=memory), EVALUATES),
        see("/evaluation/works", evaluation.show_works, EVALUATES),
        do("/evaluation/export", partial(evaluation.begin_export, worker=worker), EVALUATES),
        do(
            "/evaluation/report",
            partial(reports.begin_report, worker=worker),
            EVALUATES,
            takes_file=True,
        ),
        see("/evaluation/report/{number:int}", reports.show, EVALUATES),
        see("/work/{number:int}/page", reports.give_page, EVALUATES),
        see("/tokens", tokens.show, EVALUATES),
        do("/tokens", tokens.add, EVALUATES),
        do("/tokens/revoke", tokens.revoke, EVALUATES),
    ]


def lead_to_trials(see: Hang, do: Hang, memory: Memory) -> list[Door]:
    """List the doors to how large a trial must be, and who is drawn into which arm."""
    return [
        see("/evaluation/power", power.show, EVALUATES),
        see("/evaluation/arms", partial(drawing.show, memory=memory), EVALUATES),
        do("/evaluation/arms", partial(drawing.draw, memory=memory), EVALUATES),
        see("/evaluation/arms/file", drawing.give_list, EVALUATES),
    ]


def lead_to_results(see: Hang, do: Hang, memory: Memory, worker: Worker) -> list[Door]:
    """List the doors to what schools send."""
    takes = partial(do, allowed=EVALUATES, takes_file=True, most_fields=MAPPING_FIELDS)
    return [
        takes("/evaluation/results", partial(results.receive, memory=memory, worker=worker)),
        see("/evaluation/results/{number:int}", quarantine.show, EVALUATES),
        see("/evaluation/results/{number:int}/form", quarantine.give_form, EVALUATES),
        see("/evaluation/results/{number:int}/quarantined", quarantine.give_quarantined, EVALUATES),
        takes(
            "/evaluation/results/{number:int}",
            partial(quarantine.take_in, memory=memory, worker=worker),
        ),
        see("/evaluation/files/{digest}", quarantine.show_file, EVALUATES),
        do("/evaluation/undo", partial(results.undo, memory=memory), EVALUATES),
    ]


def lead_to_work(see: Hang, do: Hang, worker: Worker) -> list[Door]:
    """List the doors to what is made behind the pages."""
    return [
        do("/work/{number:int}/cancel", partial(evaluation.cancel, worker=worker), SETS_UP),
        see("/work/{number:int}/file", evaluation.give_file, SETS_UP),
    ]


def lead_to_accounts(see: Hang, do: Hang) -> list[Door]:
    """List the doors to who may come in, and to what was done."""
    return [
        see("/people", people.show, ALONE),
        do("/people", people.add, ALONE),
        do("/people/end", people.end, ALONE),
        do("/people/renew", people.renew, ALONE),
        see("/audit", people.show_audit, ALONE),
    ]
