"""What a forked process finds done: the code, the migrations and the shipped content are read."""

import gc

import bot.cli  # noqa: F401  # the code of every command
from bot.printing.printables import check_printables
from bot.store.migrating import read_migrations
from tests.shipped import shipped_catalogue

read_migrations()
catalogue = shipped_catalogue()
check_printables(catalogue, catalogue.languages)
gc.collect()
gc.freeze()  # a collection would write to what the forked ones share
