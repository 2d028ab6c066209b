"""Short strings are said in a language's own plurals, direction, days and names."""

from datetime import UTC, datetime

import pytest
from conftest import ARABIC_WORDS, ENGLISH_WORDS
from markupsafe import Markup

from bot.catalogue.words import Words, parse_messages
from bot.errors import BotError

MONDAY = datetime(2026, 1, 5, 16, 0, tzinfo=UTC)
JULY_MONDAY = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
DANISH_WORDS = 'msgid "language-en"\nmsgstr "engelsk"\n'


def words_of(language: str, text: str) -> Words:
    return Words(language, parse_messages(text.encode(), language))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "لا دقائق"),
        (1, "دقيقة واحدة"),
        (2, "دقيقتان"),
        (3, "\u20683\u2069 دقائق"),
        (10, "\u206810\u2069 دقائق"),
        (11, "\u206811\u2069 دقيقة"),
        (99, "\u206899\u2069 دقيقة"),
        (100, "\u2068100\u2069 دقيقة تقريبًا"),
        (102, "\u2068102\u2069 دقيقة تقريبًا"),
        (103, "\u2068103\u2069 دقائق"),
    ],
)
def test_arabic_counts_in_six_forms(number: int, said: str) -> None:
    words = words_of("ar", ARABIC_WORDS)

    assert words.count("about-minutes", number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, "0 minutes"), (1, "1 minute"), (2, "2 minutes"), (1200, "1,200 minutes")],
)
def test_english_counts_in_two_forms(number: int, said: str) -> None:
    words = words_of("en", ENGLISH_WORDS)

    assert words.count("about-minutes", number) == said


def test_a_value_is_isolated_where_text_runs_from_right_to_left() -> None:
    arabic = words_of("ar", ARABIC_WORDS).say("things-needed", things="LEGO 3")
    english = words_of("en", ENGLISH_WORDS).say("things-needed", things="LEGO 3")

    assert arabic == "جيد: \u2068LEGO 3\u2069"
    assert english == "Good: LEGO 3"


def test_a_text_without_values_has_no_isolates() -> None:
    assert words_of("ar", ARABIC_WORDS).say("after-did-it") == "جيد"


def test_a_value_is_escaped_unless_it_is_markup_already() -> None:
    words = words_of("en", ENGLISH_WORDS)

    escaped = words.say("things-needed", things="<b>salt & pepper</b>")
    trusted = words.say("easier-way", way=Markup("<b>two</b> &amp; no more"))

    assert escaped == "Good: &lt;b&gt;salt &amp; pepper&lt;/b&gt;"
    assert trusted == "Good: <b>two</b> &amp; no more"


def test_a_value_that_looks_like_a_placeholder_stays_as_it_is() -> None:
    words = words_of("en", ENGLISH_WORDS)

    assert words.say("things-needed", things="{things}") == "Good: {things}"


def test_the_string_itself_is_escaped_when_said_and_not_on_a_button() -> None:
    words = words_of("en", 'msgid "tea"\nmsgstr "Tea & <milk>"\n')

    assert words.say("tea") == "Tea &amp; &lt;milk&gt;"
    assert words.plain("tea") == "Tea & <milk>"


def test_an_unknown_key_is_named_with_its_language() -> None:
    words = words_of("ar", ARABIC_WORDS)

    with pytest.raises(BotError) as said:
        words.say("nonsense")
    with pytest.raises(BotError) as plain:
        words.plain("nonsense")

    assert str(said.value) == str(plain.value) == 'There is no string "nonsense" in ar.'


def test_counting_what_has_no_plural_is_refused() -> None:
    words = words_of("en", ENGLISH_WORDS)

    with pytest.raises(BotError) as refused:
        words.count("after-did-it", 2)

    assert str(refused.value) == '"after-did-it" has no plural forms in en.'


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Monday 17:00"), ("da", "mandag 17:00"), ("ar", "الاثنين 17:00")],
)
def test_a_moment_is_a_weekday_and_a_time_in_the_zone_winter_and_summer(
    language: str, said: str
) -> None:
    words = words_of(language, DANISH_WORDS)

    assert words.moment(MONDAY, "Europe/Copenhagen") == said
    assert words.moment(JULY_MONDAY, "Europe/Copenhagen") == said


def test_a_moment_is_of_the_zones_day_not_of_utcs() -> None:
    words = words_of("en", ENGLISH_WORDS)

    assert words.moment(MONDAY, "Asia/Tokyo") == "Tuesday 01:00"


def test_a_language_is_named_by_the_strings_and_otherwise_by_babel() -> None:
    words = words_of("da", DANISH_WORDS)

    assert words.language_name("en") == "engelsk"
    assert words.language_name("ar") == "arabisk"
    assert words.language_name("zz") == "zz"


def test_each_language_knows_its_direction_and_its_keys() -> None:
    arabic, danish = words_of("ar", ARABIC_WORDS), words_of("da", DANISH_WORDS)

    assert (arabic.direction, danish.direction) == ("rtl", "ltr")
    assert danish.keys == {"language-en"}
