"""``python -m gdl_core.cli`` is `gdl`."""

import sys

from gdl_core.cli import main

sys.exit(main())
