"""Check a programme against itself and against the activities that it calls for."""

import itertools
from collections.abc import Iterable

from babel import Locale, UnknownLocaleError

from bot.catalogue.checks.invisible import check_invisible
from bot.catalogue.files import PROGRAMME
from bot.catalogue.programme import DEFAULT, Programme
from bot.catalogue.reading.parsing import Findings, Lines
from bot.catalogue.records import Activity
from bot.catalogue.words import direction_of
from bot.core.skills import REPEAT, SKILLS, SOUND

TOLD_CHARACTERS = 700  # of what stands in /privacy beside all else


def check_programme(programme: Programme, lines: Lines, findings: Findings) -> bool:
    """Check what a programme says of itself; say whether it can be used."""
    before = len(findings.errors)
    check_languages(programme, lines, findings)
    if len(findings.errors) == before:
        check_answerable(programme, lines, findings)
    check_bands(programme, lines, findings)
    for week in range(1, programme.weeks + 1):
        check_week(programme, week, lines, findings)
    check_fallbacks(programme, lines, findings)
    check_weeks_named(programme, lines, findings)
    if (programme.study_end is None) is not (programme.retention_days is None):
        there = "study_end" if programme.study_end else "retention_days"
        what = "study_end and retention_days stand alone"
        findings.refuse(PROGRAMME, lines.of(there), what, "Write both of them, or neither.")
    return len(findings.errors) == before


def check_languages(programme: Programme, lines: Lines, findings: Findings) -> None:
    """See that all languages are known, and that those named apart are among them."""
    for place, language in enumerate(programme.languages):
        line = lines.of("languages", place)
        if not is_language(language):
            what = f'unknown language "{language}"'
            findings.refuse(PROGRAMME, line, what, "Write a language code, such as da.")
        elif language in programme.languages[:place]:
            findings.refuse(PROGRAMME, line, f'"{language}" stands twice', "Keep one of the two.")
    if programme.language not in programme.languages:
        what = f'the source language "{programme.language}" is not among the languages'
        findings.refuse(PROGRAMME, lines.of("language"), what, "Add it to languages.")
    allowed = programme.send_unreviewed
    for key, named in (
        ("fallback", programme.fallback),
        ("send_unreviewed", () if isinstance(allowed, bool) else allowed),
    ):
        for place, language in enumerate(named):
            if language not in programme.languages:
                what = f'"{key}" names "{language}", which is not among the languages'
                instead = f"Use: {', '.join(programme.languages)}."
                findings.refuse(PROGRAMME, lines.of(key, place), what, instead)


def check_bands(programme: Programme, lines: Lines, findings: Findings) -> None:
    """See that age bands follow each other, and that the default is one of them."""
    bands = ", ".join(programme.bands)
    if programme.default_band not in programme.bands:
        what = f'unknown default_band "{programme.default_band}"'
        findings.refuse(PROGRAMME, lines.of("default_band"), what, f"Use one of: {bands}.")
    in_order = sorted(programme.bands.items(), key=lambda each: each[1].from_months)
    for name, band in in_order:
        if band.from_months >= band.until_months:
            what = f'band "{name}" ends before it begins'
            instead = "Write ages in months: {from: 36, until: 48}."
            findings.refuse(PROGRAMME, lines.of("bands", name), what, instead)
    for (name, band), (following, other) in itertools.pairwise(in_order):
        if band.until_months != other.from_months:
            what = f'bands "{name}" and "{following}" do not meet'
            instead = f"Let the second begin at {band.until_months} months, or end the first later."
            findings.refuse(PROGRAMME, lines.of("bands", following), what, instead)


def check_week(programme: Programme, week: int, lines: Lines, findings: Findings) -> None:
    """See that a week has a skill that exists, in every band."""
    place = ("order", week - 1)
    entry = programme.order[week - 1]
    named = {DEFAULT: entry} if isinstance(entry, str) else entry
    for band, skill in named.items():
        line = lines.of(*place, band)
        if band != DEFAULT and band not in programme.bands:
            what = f'week {week} names band "{band}", which does not exist'
            findings.refuse(PROGRAMME, line, what, f"Use: {', '.join(programme.bands)}.")
        if skill not in SKILLS and skill != REPEAT:
            what = f'week {week} names skill "{skill}", which does not exist'
            findings.refuse(PROGRAMME, line, what, f"Use: {', '.join(sorted(SKILLS))}, {REPEAT}.")
    for band in programme.bands:
        if not programme.skill_for(week, band):
            what = f'week {week} has no skill for band "{band}"'
            findings.refuse(PROGRAMME, lines.of(*place), what, "Add it, or a default.")


def check_weeks_named(programme: Programme, lines: Lines, findings: Findings) -> None:
    """See that weeks named apart are weeks of the programme, each once, in their order."""
    for key in ("level_checks", "home_language_weeks"):
        named: tuple[int, ...] = getattr(programme, key)
        for place, week in enumerate(named):
            if not 1 <= week <= programme.weeks:
                what = f'"{key}" names week {week}, which the order does not have'
                instead = f"Use weeks from 1 to {programme.weeks}."
                findings.refuse(PROGRAMME, lines.of(key, place), what, instead)
            elif place and week <= named[place - 1]:
                what = f'"{key}" names week {week} after week {named[place - 1]}'
                instead = "Write each week once, the earliest first."
                findings.refuse(PROGRAMME, lines.of(key, place), what, instead)


def check_fallbacks(programme: Programme, lines: Lines, findings: Findings) -> None:
    """See that what may stand in for a skill exists."""
    for skill, others in programme.fallbacks.items():
        for place, each in enumerate((skill, *others)):
            if each not in SKILLS:
                way = ("fallbacks", skill, place - 1) if place else ("fallbacks", skill)
                what = f'fallbacks name skill "{each}", which does not exist'
                instead = f"Use: {', '.join(sorted(SKILLS))}."
                findings.refuse(PROGRAMME, lines.of(*way), what, instead)


def check_answerable(programme: Programme, lines: Lines, findings: Findings) -> None:
    """See that every family can read who answers for its data, and on what basis."""
    for name, told in (
        ("legal_basis", programme.legal_basis),
        ("controller", programme.controller),
    ):
        if isinstance(told, str) or not told:
            continue
        for language in programme.languages:
            if not told.get(language):
                what = f'"{name}" is missing in "{language}"'
                findings.refuse(PROGRAMME, lines.of(name), what, "Write it in every language.")
        for language, text in told.items():
            line = lines.of(name, language)
            if language not in programme.languages:
                what = f'"{name}" has words in "{language}"'
                instead = f"The programme's languages are: {', '.join(programme.languages)}."
                findings.refuse(PROGRAMME, line, what, instead)
                continue
            if len(text) > TOLD_CHARACTERS:
                what = f'"{name}" has {len(text)} characters in "{language}"'
                findings.refuse(PROGRAMME, line, what, f"Write at most {TOLD_CHARACTERS}.")
            direction = direction_of(language)
            check_invisible(text, PROGRAMME, line, findings, direction=direction)


def is_language(code: str) -> bool:
    """Say whether a code stands for a language that dates and plurals are known of."""
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def check_order(
    programme: Programme, lines: Lines, activities: Iterable[Activity], findings: Findings
) -> None:
    """Refuse a band without activities and sound weeks in a row; warn of skills nothing teaches."""
    offered = {(each.card.band, each.card.skill) for each in activities}
    if not offered:
        what = "there are no activities"
        findings.refuse(PROGRAMME, 0, what, "Add a folder to content/activities.")
        return
    for band in programme.bands:
        if band not in {each for each, _skill in offered}:
            what, line = f'band "{band}" has no activity', lines.of("bands", band)
            findings.refuse(PROGRAMME, line, what, "Add one, or remove the band.")
        skills = [programme.skill_for(week, band) for week in range(1, programme.weeks + 1)]
        for skill in sorted(set(skills) - {REPEAT}):
            if (band, skill) not in offered:
                what = f'band "{band}" has no activity for {skill}'
                line = lines.of("order", skills.index(skill))
                findings.warn(PROGRAMME, line, what, "Others take its place.")
        check_sound_weeks(band, skills, lines, findings)


def check_sound_weeks(band: str, skills: list[str], lines: Lines, findings: Findings) -> None:
    """Refuse two sound weeks in a row: games with sounds need rest between them."""
    for place, (skill, following) in enumerate(itertools.pairwise(skills)):
        if skill in SOUND and following in SOUND:
            what = f'weeks {place + 1} and {place + 2} are both sound weeks in "{band}"'
            line = lines.of("order", place + 1)
            findings.refuse(PROGRAMME, line, what, "Put another skill between them.")
