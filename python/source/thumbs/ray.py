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


class _Actor:
    """Keeps a maker from batch to batch."""

    def __init__(self, maker: Maker) -> None:
        self.maker = maker

    def __call__(self, table: pa.Table) -> pa.Table:
        names = [name for name in table.column_names if name != self.maker.column or self.maker.keeps_images]
        columns = {name: table.column(name).combine_chunks() for name in table.column_names}
        return pa.Table.from_batches([self.maker.extend(columns, names)])


def thumbnail(
    dataset: Dataset,
    column: str = "bytes",
    size: Size = 256,
    *,
    format: str | None = None,
    output: str = "thumbnail",
    keep_images: bool = False,
    batch_size: int = 16,
    concurrency: int | tuple[int, int] | None = None,
    **options: Unpack[ImageOptions],
) -> Dataset:
    """Returns the dataset with a column of thumbnails, and the columns `outcome` and `reason`.

    The images are the bytes of files in `column`, which is dropped unless `keep_images`. An image without a thumbnail
    has none, "failed" as its outcome, and a reason. Each actor has one core and one thread; `concurrency` is their number,
    or the least and the largest, from one to all cores by default. Options are those of `thumbs.thumbnail`.
    """
    import ray

    maker = Maker(column, output, size, format, options, keeps_images=keep_images)
    maker.check()
    if concurrency is None:
        cores = int(ray.cluster_resources().get("CPU", 1))
        concurrency = (1, max(cores, 1))
    result: Any = dataset.map_batches(
        _Actor,
        fn_constructor_args=(maker,),
        batch_format="pyarrow",
        batch_size=batch_size,
        concurrency=concurrency,
        num_cpus=1,
        zero_copy_batch=True,
    )
    return result
