"""``python -m gpu_keepalive``: the command line of GPU Keepalive."""

from __future__ import annotations

import sys

from ._engine import replace_process

if __name__ == "__main__":
    sys.exit(replace_process(sys.argv[1:]))
