"""Adds thumbnails to Arrow tables, for the engines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from . import _thumbs
from ._options import Size, image_options

# The columns that are added, behind that of the thumbnail.
OUTCOME = "outcome"
REASON = "reason"


@dataclass
class Maker:
    """Makes the thumbnails of the images in a column, each on the thread that asks for it.

    An instance is sent to the processes of a cluster, where its options are read once, and buffers are kept from image to image.
    """

    column: str
    output: str
    size: Size
    format: str | None
    options: Mapping[str, Any]
    _thumbnailer: _thumbs.Thumbnailer | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_thumbnailer": None}

    def check(self) -> None:
        """Raises an exception if an option is wrong, before any work is sent anywhere."""
        image_options(self.size, self.format, self.options)

    def make(self, images: Iterable[bytes | str | None]) -> tuple[list[bytes | None], list[str], list[str | None]]:
        """Returns the thumbnails of images, files or paths, and for each the outcome and the reason of a failure."""
        if self._thumbnailer is None:
            self._thumbnailer = _thumbs.Thumbnailer(image_options(self.size, self.format, self.options))
        thumbnails: list[bytes | None] = []
        outcomes: list[str] = []
        reasons: list[str | None] = []
        for image in images:
            try:
                if image is None:
                    raise ValueError("no image")
                thumbnails.append(self._thumbnailer.thumbnail(image)[0])
                outcomes.append("written")
                reasons.append(None)
            except (ValueError, OSError) as error:
                thumbnails.append(None)
                outcomes.append("failed")
                reasons.append(str(error))
        return thumbnails, outcomes, reasons

    def extend(self, columns: Mapping[str, pa.ChunkedArray | pa.Array], names: Sequence[str]) -> list[pa.Array]:
        """Returns these columns and the added ones.

        Images become objects of Python one by one: each is still in the processor's caches when it is decoded, and in the
        memory of the one before it.
        """
        thumbnails, outcomes, reasons = self.make(image.as_py() for image in columns[self.column])
        added = [pa.array(thumbnails, pa.binary()), pa.array(outcomes, pa.string()), pa.array(reasons, pa.string())]
        return [*(columns[name] for name in names), *added]

    def names(self, kept: Sequence[str]) -> list[str]:
        """Returns the names of the columns that `extend` returns."""
        return [*kept, self.output, OUTCOME, REASON]
