"""Check a programme against itself and against the activities that it calls for."""

import itertools
from collections.abc import Iterable

from babel import Locale, UnknownLocaleError

from bot.catalogue.parsing import Findings
from bot.catalogue.records import Activity, Programme
from bot.core.choosing import REPEAT

SOUND = frozenset({"RHY", "PAL", "SYL", "INI", "BLE"})


def check_programme(programme: Programme, path: str, findings: Findings) -> bool:
    """Check what a programme says of itself; say whether it can be used."""
    before = len(findings.errors)
    for language in programme.languages:
        if not is_language(language):
            findings.refuse(
                path, 0, f'unknown language "{language}"', "Write a language code, such as da."
            )
    if programme.language not in programme.languages:
        findings.refuse(
            path,
            0,
            f'the source language "{programme.language}" is not among the languages',
            "Add it to languages.",
        )
    if programme.default_band not in programme.bands:
        findings.refuse(
            path,
            0,
            f'unknown default_band "{programme.default_band}"',
            f"Use one of: {', '.join(programme.bands)}.",
        )
    for week in range(1, programme.weeks + 1):
        for band in programme.bands:
            if not programme.skill_for(week, band):
                findings.refuse(
                    path, 0, f'week {week} has no skill for band "{band}"', "Add it, or a default."
                )
    check_answerable(programme, path, findings)
    return len(findings.errors) == before


def check_answerable(programme: Programme, path: str, findings: Findings) -> None:
    """See that every family can read who answers for its data, and that an end has two parts."""
    for name, told in (
        ("legal_basis", programme.legal_basis),
        ("controller", programme.controller),
    ):
        if isinstance(told, str) or not told:
            continue
        for language in programme.languages:
            if not told.get(language):
                findings.refuse(
                    path, 0, f'"{name}" is missing in "{language}"', "Write it in every language."
                )
    if (programme.study_end is None) is not (programme.retention_days is None):
        findings.refuse(
            path, 0, "study_end and retention_days stand alone", "Write both of them, or neither."
        )


def is_language(code: str) -> bool:
    """Say whether a code stands for a language that dates and plurals are known of."""
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def check_order(
    programme: Programme, activities: Iterable[Activity], path: str, findings: Findings
) -> None:
    """Refuse a band without activities; warn of skills that nothing teaches, and of sound weeks."""
    offered = {(each.card.band, each.card.skill) for each in activities}
    if not offered:
        findings.refuse(path, 0, "there are no activities", "Add a folder to content/activities.")
        return
    for band in programme.bands:
        if band not in {each for each, _skill in offered}:
            findings.refuse(
                path, 0, f'band "{band}" has no activity', "Add one, or remove the band."
            )
        skills = [programme.skill_for(week, band) for week in range(1, programme.weeks + 1)]
        for skill in sorted(set(skills) - {REPEAT}):
            if (band, skill) not in offered:
                findings.warn(
                    path, 0, f'band "{band}" has no activity for {skill}', "Others take its place."
                )
        for week, (skill, following) in enumerate(itertools.pairwise(skills), start=1):
            if skill in SOUND and following in SOUND:
                findings.warn(
                    path,
                    0,
                    f'weeks {week} and {week + 1} are both sound weeks in "{band}"',
                    "Part them.",
                )
