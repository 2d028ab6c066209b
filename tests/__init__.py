"""What Kuffert promises, each promise a test."""

import atexit
import os
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

OURS = "kuffert-tests-"

# The wheel's server wants a folder for what runs; a process that a test starts has its parent's.
if not Path(os.environ.get("XDG_RUNTIME_DIR", "")).name.startswith(OURS):
    os.environ["XDG_RUNTIME_DIR"] = mkdtemp(prefix=OURS)
    atexit.register(rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)
for name in [each for each in os.environ if each.startswith("KUFFERT_")]:
    del os.environ[name]
