"""The rehearsal: the whole programme played for a persona, through the real bot, in seconds."""
