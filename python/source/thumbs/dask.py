"""Thumbnails of a column of images in a Dask data frame.

>>> import dask.dataframe, thumbs.dask
>>> photos = dask.dataframe.read_parquet("s3://bucket/photos")
>>> small = thumbs.dask.thumbnail(photos, column="bytes", size=256, format="webp")
>>> small.to_parquet("s3://bucket/small")
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ._arrow import OUTCOME, REASON, Maker
from ._options import ImageOptions, Size

if TYPE_CHECKING:
    from dask.dataframe import DataFrame
    from typing_extensions import Unpack


def thumbnail(
    frame: DataFrame,
    column: str = "bytes",
    size: Size = 256,
    *,
    format: str | None = None,
    output: str = "thumbnail",
    keep_images: bool = False,
    **options: Unpack[ImageOptions],
) -> DataFrame:
    """Returns the data frame with a column of thumbnails, and the columns `outcome` and `reason`.

    The images are the bytes of files in `column`, which is dropped unless `keep_images`, or the paths of files, which saves
    sending the bytes. An image without a thumbnail has none, "failed" as its outcome, and a reason. Each partition has one
    thread, without Python's lock. Options are those of `thumbs.thumbnail`.
    """
    maker = Maker(column, output, size, format, options)
    maker.check()
    names = [name for name in frame.columns if name != column or keep_images]

    # Dask takes columns of objects for texts, so thumbnails are Arrow's bytes.
    kinds = {output: "binary[pyarrow]", OUTCOME: "string[pyarrow]", REASON: "string[pyarrow]"}

    def extend(part: pd.DataFrame, made: Sequence[list[Any]]) -> pd.DataFrame:
        added = {name: pd.Series(made[at], part.index, dtype=kind) for at, (name, kind) in enumerate(kinds.items())}
        return part[names].assign(**added)

    def work(part: pd.DataFrame) -> pd.DataFrame:
        there = zip(part[column], part[column].notna())
        return extend(part, maker.make([image if is_there else None for image, is_there in there]))

    result: Any = frame.map_partitions(work, meta=extend(frame._meta, ([], [], [])))
    return result
