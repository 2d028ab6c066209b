"""Buttons as Telegram draws them."""

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.core.messages import ButtonRows


def keyboard_of(rows: ButtonRows) -> InlineKeyboardMarkup | None:
    """Draw rows of buttons under a message; None without any."""
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(button.label, callback_data=button.action) for button in row]
            for row in rows
            if row
        ]
    )
