"""Thumbnails of a column of images in a Ray dataset.

>>> import ray, thumbs.ray
>>> photos = ray.data.read_binary_files("s3://bucket/photos")
>>> small = thumbs.ray.thumbnail(photos, column="bytes", size=256, format="webp")
>>> small.write_parquet("s3://bucket/small")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from ._arrow import Maker
from ._options import ImageOptions, Size

if TYPE_CHECKING:
    from ray.data import Dataset
    from typing_extensions import Unpack


def thumbnail(
    dataset: Dataset,
    column: str = "bytes",
    size: Size = 256,
    *,
    format: str | None = None,
    output: str = "thumbnail",
    keep_images: bool = False,
    batch_size: int | None = None,
    concurrency: int | None = None,
    **options: Unpack[ImageOptions],
) -> Dataset:
    """Returns the dataset with a column of thumbnails, and the columns `outcome` and `reason`.

    The images are the bytes of files in `column`, which is dropped unless `keep_images`, or the paths of files, which
    saves sending the bytes. An image without a thumbnail has none, "failed" as its outcome, and a reason. Each task has one
    core and one thread, and does what reads the column in the same step; `concurrency` limits their number. Options are
    those of `thumbs.thumbnail`.
    """
    maker = Maker(column, output, size, format, options)
    maker.check()

    def work(table: pa.Table) -> pa.Table:
        names = [name for name in table.column_names if name != column or keep_images]
        columns = dict(zip(table.column_names, table.columns))
        return pa.Table.from_arrays(maker.extend(columns, names), names=maker.names(names))

    result: Any = dataset.map_batches(
        work,
        batch_format="pyarrow",
        batch_size=batch_size,
        concurrency=concurrency,
        num_cpus=1,
        zero_copy_batch=True,
    )
    return result
