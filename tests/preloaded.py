"""What a forked process finds done: the code, the migrations and the shipped content are read."""

import gc

import bot.cli  # noqa: F401  # the code of every command
from bot.catalogue.records import Catalogue
from bot.printing.printables import lay_printable, list_settings, note_sound
from bot.store.migrating import read_migrations
from tests.shipped import shipped_catalogue


def note_pages(catalogue: Catalogue) -> None:
    """Note that every shipped page can be set, as other tests see.

    Typst is not to run here: it would leave locks behind that no forked process ever gets.
    """
    for name in catalogue.printables:
        for language in catalogue.languages:
            for languages in list_settings(catalogue, name, language):
                note_sound(lay_printable(catalogue, name, *languages).digest)


read_migrations()
note_pages(shipped_catalogue())
gc.collect()
gc.freeze()  # a collection would write to what the forked ones share
