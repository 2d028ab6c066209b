"""What can be wrong with `programme.yaml`, beside its plain values."""

from breaking import CARD, NOTHING_LEFT, PROGRAMME, Broken, both, edit

FALLBACKS = "fallbacks: {NAR: [VOC]}"
BANDS = 'bands:\n  "3-4": {from: 36, until: 48}\n'
SKILLS = (
    "BIL, BLE, EWR, INI, LIS, LKN, LKS, NAR, PAL, PRC, PRE, RHY, SYL, VOC"  # in the order shown
)
LEGAL = "legal_basis: The school keeps the roster as part of its teaching."

BROKEN_PROGRAMMES = (
    Broken(
        "an activity of a skill that does not exist",
        edit(CARD, "skill: VOC", "skill: VOX"),
        (
            f'{CARD}, line 2: "skill": there is no skill "VOX". Use: {SKILLS}.',
            NOTHING_LEFT,
        ),
    ),
    Broken(
        "a language twice",
        edit(PROGRAMME, "[en, ar]", "[en, ar, en]"),
        (f'{PROGRAMME}, line 3: "en" stands twice. Keep one of the two.',),
    ),
    Broken(
        "a language that may fall back and is not spoken",
        edit(PROGRAMME, FALLBACKS, f"{FALLBACKS}\nfallback: [so]"),
        (
            f'{PROGRAMME}, line 16: "fallback" names "so", which is not among the languages. '
            "Use: en, ar.",
        ),
    ),
    Broken(
        "a language that may go out unreviewed and is not spoken",
        edit(PROGRAMME, "send_unreviewed: true", "send_unreviewed: [ar, so]"),
        (
            f'{PROGRAMME}, line 11: "send_unreviewed" names "so", which is not among the '
            "languages. Use: en, ar.",
        ),
    ),
    Broken(
        "an age band turned about",
        edit(PROGRAMME, "{from: 36, until: 48}", "{from: 48, until: 36}"),
        (
            f'{PROGRAMME}, line 9: band "3-4" ends before it begins. '
            "Write ages in months: {from: 36, until: 48}.",
        ),
    ),
    Broken(
        "age bands with a gap between them",
        edit(PROGRAMME, BANDS, f'{BANDS}  "5-6": {{from: 60, until: 84}}\n'),
        (
            f'{PROGRAMME}, line 10: bands "3-4" and "5-6" do not meet. '
            "Let the second begin at 48 months, or end the first later.",
        ),
    ),
    Broken(
        "a value wrong deep inside",
        edit(PROGRAMME, "{from: 36, until: 48}", "{from: 36, until: soon}"),
        (
            f'{PROGRAMME}, line 9: "bands": input should be a valid integer, unable to parse '
            'string as an integer. Write ages in months: {"3-4": {from: 36, until: 48}}.',
        ),
    ),
    Broken(
        "a skill in the order that does not exist",
        edit(PROGRAMME, "[VOC, {", "[VOX, {"),
        (
            f'{PROGRAMME}, line 14: week 1 names skill "VOX", which does not exist. '
            f"Use: {SKILLS}, repeat.",
        ),
    ),
    Broken(
        "a fallback for a skill that does not exist",
        edit(PROGRAMME, FALLBACKS, "fallbacks: {NAX: [VOC]}"),
        (
            f'{PROGRAMME}, line 15: fallbacks name skill "NAX", which does not exist. '
            f"Use: {SKILLS}.",
        ),
    ),
    Broken(
        "a fallback that does not exist",
        edit(PROGRAMME, FALLBACKS, "fallbacks:\n  NAR:\n    - VOC\n    - VOX"),
        (
            f'{PROGRAMME}, line 18: fallbacks name skill "VOX", which does not exist. '
            f"Use: {SKILLS}.",
        ),
    ),
    Broken(
        "a legal basis in a language that is not spoken",
        edit(PROGRAMME, LEGAL, "legal_basis: {en: The law., ar: القانون., da: Loven.}"),
        (
            f'{PROGRAMME}, line 13: "legal_basis" has words in "da". '
            "The programme's languages are: en, ar.",
        ),
    ),
    Broken(
        "a legal basis that nobody reads to its end",
        edit(PROGRAMME, LEGAL, f"legal_basis: {{en: {'x' * 701}, ar: القانون.}}"),
        (f'{PROGRAMME}, line 13: "legal_basis" has 701 characters in "en". Write at most 700.',),
    ),
    Broken(
        "an order that is neither a skill nor bands",
        both(edit(PROGRAMME, "[VOC, {", "[7, {"), edit(PROGRAMME, "hour: 17", "hour: 18")),
        (
            f'{PROGRAMME}, line 14: "order": input should be a valid string. '
            'Write a list of skills; {"3-4": RHY, default: INI} where bands differ.',
        ),
    ),
)
