"""Thumbnails of a column of images in a Daft data frame.

>>> import daft, thumbs.daft
>>> photos = daft.from_glob_path("s3://bucket/photos/**").with_column("bytes", daft.functions.download(daft.col("path")))
>>> small = thumbs.daft.thumbnail(photos, column="bytes", size=256, format="webp")
>>> small.write_parquet("s3://bucket/small")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import daft

from ._arrow import OUTCOME, REASON, Maker
from ._options import ImageOptions, Size

if TYPE_CHECKING:
    from typing_extensions import Unpack


def thumbnail(
    frame: daft.DataFrame,
    column: str = "bytes",
    size: Size = 256,
    *,
    format: str | None = None,
    output: str = "thumbnail",
    keep_images: bool = False,
    batch_size: int = 32,
    **options: Unpack[ImageOptions],
) -> daft.DataFrame:
    """Returns the data frame with a column of thumbnails, and the columns `outcome` and `reason`.

    The images are the bytes of files in `column`, which is dropped unless `keep_images`, or the paths of files, which saves
    sending the bytes. An image without a thumbnail has none, "failed" as its outcome, and a reason. Each batch has one
    thread, without Python's lock. Options are those of `thumbs.thumbnail`.
    """
    maker = Maker(column, output, size, format, options)
    maker.check()
    text = daft.DataType.string()
    made = daft.DataType.struct({output: daft.DataType.binary(), OUTCOME: text, REASON: text})

    def work(images: Any) -> Any:
        rows = zip(*maker.make(images.to_pylist()))
        return [dict(zip((output, OUTCOME, REASON), row)) for row in rows]

    batched: Any = daft.func.batch(return_dtype=made, unnest=True, batch_size=batch_size, use_process=False)(work)
    kept = [daft.col(name) for name in frame.column_names if name != column or keep_images]
    return frame.select(*kept, batched(daft.col(column)))
