"""Estimate what the programme did, from columns alone; needs the extra `kuffert[evaluation]`."""

from importlib.util import find_spec

from bot.errors import BotError

LIBRARIES = ("numpy", "scipy", "statsmodels")


def check_extra() -> None:
    """Say in one line what to install, where a library that estimates need is not there."""
    absent = [each for each in LIBRARIES if find_spec(each) is None]
    if absent:
        raise BotError(
            f"Estimates need {', '.join(absent)}, not installed here. "
            "Install the extra: pip install 'kuffert[evaluation]'."
        )
