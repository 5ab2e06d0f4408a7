"""Runs the command."""

from __future__ import annotations

import os
import sys

from . import _thumbs
from ._options import renderer


def main() -> int:
    """Runs the command with the words of this process, and returns its exit status."""
    name = os.path.basename(sys.argv[0])
    words = ["thumbs" if name == "__main__.py" else name, *sys.argv[1:]]
    return _thumbs.command(words, renderer())


if __name__ == "__main__":
    sys.exit(main())
