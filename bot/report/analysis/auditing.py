"""Whoever adds and subtracts all that a report shows must learn of no few children.

Each table is suppressed by its own rules. What several of them tell together no single rule can
see, so the whole report is looked at as linear equations over all kinds of children: a number that
lies in the space of those that are shown is known, and where it is of few, one that it follows from
is taken out as well, until nothing few is known.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from bot.report.analysis.cells import Cell, list_cells, list_untold, withhold
from bot.report.analysis.kinds import Kinds, Mask
from bot.report.disclosure import is_small
from bot.report.estimates.trial import Numbers
from bot.report.findings import Findings

BESIDE = 6  # how many of the cells after one may be parts of it
ROUNDING = 1e-4


def audit(findings: Findings, kinds: Kinds, *, smallest: int) -> Findings:
    """Take out of a report what tells of fewer than `smallest` children; nobody is not a few."""
    while True:
        cells = list_cells(findings, kinds)
        secrets = list_secrets(cells, list_untold(findings, kinds))
        chosen = choose(cells, secrets, kinds.truth, smallest=smallest)
        if not chosen:
            return findings
        for cell in chosen:
            findings = withhold(findings, cell)


def choose(
    cells: Sequence[Cell], secrets: Sequence[Mask], truth: Numbers, *, smallest: int
) -> list[Cell]:
    """Choose what to take out next: one of the cells that each small, known number follows from.

    The same number goes from wherever it stands.
    """
    shown = [cell for cell in cells if cell.count is not None]
    if not shown or not secrets:
        return []
    numbers: list[int] = []
    for support in find_supports(shown, secrets, truth, smallest=smallest):
        if not set(support) & set(numbers):
            numbers.append(min(support, key=lambda each: (shown[each].table, shown[each].count)))
    return [
        cell
        for cell in shown
        if any(np.array_equal(cell.mask, shown[number].mask) for number in numbers)
    ]


def list_secrets(cells: Sequence[Cell], untold: Sequence[Mask]) -> list[Mask]:
    """List what nobody may learn where it is few: every group, and who is of one and no other."""
    masks = [*(cell.mask for cell in cells), *untold]
    for place, cell in enumerate(cells):
        masks += [cell.mask & ~other.mask for other in cells[place + 1 : place + 1 + BESIDE]]
    return list({mask.tobytes(): mask for mask in masks if mask.any()}.values())


def stack(masks: Sequence[Mask]) -> sparse.csr_array:
    """Put masks below each other."""
    rows = [np.flatnonzero(mask) for mask in masks]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    places = np.concatenate(rows)
    shape = (len(rows), len(masks[0]))
    return sparse.csr_array((np.ones(len(places)), places, ends), shape=shape)


def find_supports(
    cells: Sequence[Cell], masks: Sequence[Mask], truth: Numbers, *, smallest: int
) -> list[list[int]]:
    """Find for each small number that is known the cells, by place, that it follows from.

    A number that is known to be 0 says that its kinds do not exist, and more may follow then.
    """
    shown, secrets = stack([cell.mask for cell in cells]), stack(masks)
    while True:
        counts = secrets @ truth
        basis = find_basis(shown)
        crossed = (secrets @ shown.T).toarray()
        sizes = np.asarray(secrets.multiply(secrets).sum(axis=1)).ravel()
        rest = sizes - ((crossed @ basis) ** 2).sum(axis=1)
        is_known = (rest < ROUNDING) & (sizes > 0)
        empty = np.asarray(secrets[is_known & (counts == 0)].sum(axis=0)).ravel() > 0
        if not empty.any():
            break
        shown, secrets, truth = shown[:, ~empty], secrets[:, ~empty], truth[~empty]
    supports = []
    for row in np.flatnonzero(is_known):
        if is_small(round(counts[row]), smallest=smallest):
            weights = basis @ (basis.T @ crossed[row])
            supports.append(np.flatnonzero(np.abs(weights) > ROUNDING).tolist())
    return supports


def find_basis(shown: sparse.csr_array) -> Numbers:
    """Find weights that make orthonormal sums of the rows."""
    values, vectors = np.linalg.eigh((shown @ shown.T).toarray())
    is_used = values > 1e-9 * max(float(values.max(initial=0.0)), 1.0)
    basis: Numbers = vectors[:, is_used] / np.sqrt(values[is_used])
    return basis
