"""The skills that activities train, by their codes; which of them are games with sounds."""

SOUND = frozenset({"RHY", "PAL", "SYL", "INI", "BLE"})
SKILLS = SOUND | {"BIL", "EWR", "LIS", "LKN", "LKS", "NAR", "PRC", "PRE", "VOC"}
REPEAT = "repeat"  # in a programme's order: the latest activity once more
