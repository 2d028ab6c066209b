"""Pages for machines and staff; for now, whether the bot is alive and ready."""
