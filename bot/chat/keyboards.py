"""Buttons as Telegram draws them."""

import json

from bot.core.messages import ButtonRows


def format_keyboard(rows: ButtonRows) -> str:
    """Write rows of buttons as the Bot API reads them."""
    drawn = [
        [{"text": button.label, "callback_data": button.action} for button in row]
        for row in rows
        if row
    ]
    return json.dumps({"inline_keyboard": drawn})


def markup_of(rows: ButtonRows) -> dict[str, str]:
    """Give the field that draws buttons under a message; none without any."""
    return {"reply_markup": format_keyboard(rows)} if rows else {}
