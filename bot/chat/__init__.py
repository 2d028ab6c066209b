"""Everything that knows Telegram: transport, polling, the inbox, what taps and commands do."""

import os

os.environ.setdefault("PTB_TIMEDELTA", "true")  # its waits are timedeltas; numbers are deprecated
