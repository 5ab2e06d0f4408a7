"""Thumbnails of a column of images in a Spark data frame.

>>> import thumbs.spark
>>> photos = spark.read.format("binaryFile").load("s3a://bucket/photos")
>>> small = thumbs.spark.thumbnail(photos, column="content", size=256, format="webp")
>>> small.write.parquet("s3a://bucket/small")
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pyarrow as pa

from ._arrow import OUTCOME, REASON, Maker
from ._options import ImageOptions, Size

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from typing_extensions import Unpack


def thumbnail(
    frame: DataFrame,
    column: str = "content",
    size: Size = 256,
    *,
    format: str | None = None,
    output: str = "thumbnail",
    keep_images: bool = False,
    **options: Unpack[ImageOptions],
) -> DataFrame:
    """Returns the data frame with a column of thumbnails, and the columns `outcome` and `reason`.

    The images are the bytes of files in `column`, which is dropped unless `keep_images`, or the paths of files, which
    saves sending the bytes through Spark. An image without a thumbnail
    has none, "failed" as its outcome, and a reason. Each task has one thread. Options are those of `thumbs.thumbnail`.
    Spark sends batches of `spark.sql.execution.arrow.maxRecordsPerBatch` rows: 16 to 64 are enough for photographs. It copies bytes
    several times on their way to Python, which takes as long as a thumbnail of a photograph: paths are twice as fast.
    """
    from pyspark.sql.types import BinaryType, StringType, StructField, StructType

    maker = Maker(column, output, size, format, options)
    maker.check()
    kept = [one for one in frame.schema.fields if one.name != column or keep_images]
    added = [(output, BinaryType()), (OUTCOME, StringType()), (REASON, StringType())]
    schema = StructType([*kept, *(StructField(name, kind) for name, kind in added)])
    names = [one.name for one in kept]

    def work(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            columns = maker.extend(dict(zip(batch.schema.names, batch.columns)), names)
            yield pa.RecordBatch.from_arrays(columns, names=maker.names(names))

    return frame.mapInArrow(work, schema)
