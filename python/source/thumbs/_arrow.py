"""Adds thumbnails to Arrow tables, for the engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    """Makes the thumbnails of the images in a column, with one thread by default.

    An instance is sent to the processes of a cluster, where its options are read once.
    """

    column: str
    output: str
    size: Size
    format: str | None
    options: Mapping[str, Any]
    keeps_images: bool = False
    workers: int | None = 1
    _read: _thumbs.Options | None = field(default=None, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_read": None}

    def check(self) -> None:
        """Raises an exception if an option is wrong, before any work is sent anywhere."""
        image_options(self.size, self.format, self.options)

    def make(self, images: Sequence[bytes | str | None]) -> tuple[list[bytes | None], list[str], list[str | None]]:
        """Returns the thumbnails of images, files or paths, and for each the outcome and the reason of a failure."""
        if self._read is None:
            self._read = image_options(self.size, self.format, self.options)
        there = [image for image in images if image is not None]
        made = iter(_thumbs.thumbnail_many(there, self._read, self.workers))
        thumbnails: list[bytes | None] = []
        outcomes: list[str] = []
        reasons: list[str | None] = []
        for image in images:
            one = next(made) if image is not None else ValueError("no image")
            failed = isinstance(one, Exception)
            thumbnails.append(None if isinstance(one, Exception) else one[0])
            outcomes.append("failed" if failed else "written")
            reasons.append(str(one) if failed else None)
        return thumbnails, outcomes, reasons

    def extend(self, columns: Mapping[str, pa.Array], names: Sequence[str]) -> pa.RecordBatch:
        """Returns a batch of these columns and the added ones."""
        thumbnails, outcomes, reasons = self.make(columns[self.column].to_pylist())
        arrays = [columns[name] for name in names]
        arrays += [pa.array(thumbnails, pa.binary()), pa.array(outcomes, pa.string()), pa.array(reasons, pa.string())]
        return pa.RecordBatch.from_arrays(arrays, names=[*names, self.output, OUTCOME, REASON])
