"""What is kept: tables, migrations, and every query; nobody else writes SQL.

A function here changes rows within the caller's transaction (`Database.writing`), so that what
belongs together is written together: a tap's event, its stored update and the replies to it.
"""

from bot.store.database import Database, Session, open_database

__all__ = ["Database", "Session", "open_database"]
