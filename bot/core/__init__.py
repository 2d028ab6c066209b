"""Rules with no I/O and no async: cadence, choosing, consent, codes, sealing."""
