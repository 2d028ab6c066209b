"""What Kuffert promises, each promise a test."""

import atexit
import os
from shutil import rmtree
from tempfile import mkdtemp

os.environ["XDG_RUNTIME_DIR"] = mkdtemp(prefix="kuffert-tests-")  # the wheel's server wants one
atexit.register(rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)
for name in [each for each in os.environ if each.startswith("KUFFERT_")]:
    del os.environ[name]
