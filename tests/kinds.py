"""On which kind of database a test runs that takes long; `--long` runs it on both."""

import pytest

LONG = pytest.mark.long
on_sqlite = pytest.mark.parametrize(
    "database_url", ["sqlite", pytest.param("postgresql", marks=LONG)], indirect=True
)
on_postgresql = pytest.mark.parametrize(
    "database_url", ["postgresql", pytest.param("sqlite", marks=LONG)], indirect=True
)
