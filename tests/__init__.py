"""What Kuffert promises, each promise a test."""

import os
from tempfile import mkdtemp

os.environ["XDG_RUNTIME_DIR"] = mkdtemp(prefix="kuffert-tests-")  # the wheel's server wants one
for name in [each for each in os.environ if each.startswith("KUFFERT_")]:
    del os.environ[name]
