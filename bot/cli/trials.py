"""The commands for a trial: how large it must be, and who is drawn into which arm."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.app import assigning
from bot.cli.options import OnDemo, clock_for, settings_for
from bot.core.power import Design, find_smallest_effect
from bot.errors import BotError
from bot.report.drawing import Wish
from bot.store.states import AllocationUnit

trials_app = typer.Typer()


@trials_app.command()
def assign(
    arms: Annotated[str | None, typer.Option(help="The arms' names: now,later.")] = None,
    control: Annotated[str | None, typer.Option(help="Which arm is the control group.")] = None,
    unit: Annotated[AllocationUnit, typer.Option(help="What is drawn.")] = AllocationUnit.CENTRE,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="Draw within each: language, zone; of children also centre, disadvantage, level."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Drawn, and told, where it is left out.")] = None,
    starts: Annotated[
        list[str] | None, typer.Option(help="A waiting list's first day: later=2027-02-01.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write the frozen list too.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Only say what was drawn.")] = False,
    demo: OnDemo = False,
) -> None:
    """Draw centres or children into arms, once and for all; the same seed gives the same arms."""
    settings = settings_for(demo=demo)
    if show:
        lines = asyncio.run(assigning.show(settings, out=out))
    else:
        wish = Wish(
            arms=split(arms or ""),
            control=control,
            unit=unit,
            by=tuple(column for each in by or () for column in split(each)),
            seed=seed,
            starts=dict(parse_start(each) for each in starts or ()),
        )
        lines = asyncio.run(
            assigning.assign(settings, wish, out=out, now=clock_for(demo=demo).now())
        )
    for line in lines:
        typer.echo(line)


def split(text: str) -> tuple[str, ...]:
    """Read names that commas part."""
    return tuple(each.strip() for each in text.split(",") if each.strip())


def parse_start(text: str) -> tuple[str, date]:
    """Read an arm's first day; raise BotError for anything else."""
    name, _, day = text.partition("=")
    try:
        return name.strip(), date.fromisoformat(day.strip())
    except ValueError:
        raise BotError(f'"{text}" is no first day. Write arm=date: later=2027-02-01.') from None


@trials_app.command()
def power(
    clusters: Annotated[int, typer.Option(help="How many centres, both arms together.")],
    size: Annotated[float, typer.Option(help="How many children a centre.")],
    icc: Annotated[float, typer.Option(help="The share of variance that lies between centres.")],
    r2_between: Annotated[
        float, typer.Option(help="What a baseline explains of it between centres.")
    ] = 0.0,
    r2_within: Annotated[float, typer.Option(help="And within centres.")] = 0.0,
    alpha: Annotated[float, typer.Option(help="The level of the two-sided test.")] = 0.05,
    power: Annotated[float, typer.Option(help="The chance to find the effect.")] = 0.8,
    share: Annotated[float, typer.Option(help="The share of centres that are treated.")] = 0.5,
    covariates: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Degrees of freedom that covariates of centres take; 1 with --r2-between.",
        ),
    ] = None,
) -> None:
    """Print the smallest effect that a trial which draws whole centres would find."""
    taken = int(r2_between > 0) if covariates is None else covariates
    design = Design(
        clusters, size, icc, r2_between, r2_within, alpha, power, share, covariates=taken
    )
    effect = find_smallest_effect(design)
    typer.echo(f"minimum detectable effect: {effect:.2f} SD (two-sided {alpha:g}, power {power:g})")
    typer.echo(f"t with {design.degrees_of_freedom} degrees of freedom")
    typer.echo(
        f"design effect: {design.design_effect:.2f}; {clusters * size:g} children tell as much as "
        f"{design.effective_size:.0f} drawn one by one"
    )
