"""Thumbnails of images in memory, of lists of them, and of whole folders, on every core.

>>> import thumbs
>>> small = thumbs.thumbnail(data, size=256, format="webp")
>>> many = thumbs.thumbnail_many(list_of_bytes, size=256, blur=0)
>>> totals = thumbs.run(["photos"], "thumbs", size=256)

Options are those of the command, with underscores for hyphens: `thumbs --help` describes them. All work is done without
Python's lock.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Union

from . import _thumbs
from ._options import ImageOptions, RunOptions, Size, image_options, renderer, words_of
from ._thumbs import DamagedImageError, ImageError, LimitError, Pixels, UnsupportedImageError

if TYPE_CHECKING:
    from PIL import Image as PilImage
    from typing_extensions import Unpack

__all__ = [
    "DamagedImageError",
    "ImageError",
    "LimitError",
    "Pixels",
    "UnsupportedImageError",
    "from_pil",
    "open",
    "run",
    "thumbnail",
    "thumbnail_many",
]

Image = Union[bytes, bytearray, str, "os.PathLike[str]"]


def thumbnail(
    image: Image, size: Size = 256, *, format: str | None = None, **options: Unpack[ImageOptions]
) -> bytes:
    """Returns the thumbnail of an image as the bytes of a file.

    `image` is the bytes of a file, or a path. `size` is the longest side in px, `(width, height)`, or text such as
    "800x". `format` is that of the image by default.

    Raises `ImageError` if it has none, and `OSError` if the file can't be read.
    """
    return _thumbs.thumbnail(image, image_options(size, format, options))[0]


def open(image: Image, size: Size = 256, **options: Unpack[ImageOptions]) -> Pixels:
    """Returns the thumbnail of an image as pixels, without encoding it.

    `.array()` is a NumPy array in place, `.pil()` a `PIL.Image`. Errors are those of `thumbnail`. Drawings are rendered
    in this process, without its limits on time and memory.
    """
    return _thumbs.pixels(image, image_options(size, None, options))


def from_pil(
    image: PilImage.Image, size: Size = 256, *, format: str = "png", **options: Unpack[ImageOptions]
) -> bytes:
    """Returns the thumbnail of a `PIL.Image` as the bytes of a file."""
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    return _thumbs.thumbnail_of_pixels(image.tobytes(), image.size, image_options(size, format, options))


def thumbnail_many(
    images: Iterable[Image],
    size: Size = 256,
    *,
    format: str | None = None,
    workers: int | None = None,
    errors: str = "return",
    **options: Unpack[ImageOptions],
) -> list[Any]:
    """Returns the thumbnails of many images, in their order, made on all cores.

    In place of a thumbnail that could not be made stands the exception that says why, or, with `errors="raise"`, the
    first one is raised. `workers` is the number of threads, that of the cores by default.
    """
    if errors not in ("return", "raise"):
        raise ValueError("errors is 'return' or 'raise'")
    made = _thumbs.thumbnail_many(list(images), image_options(size, format, options), workers)
    results = [one if isinstance(one, Exception) else one[0] for one in made]
    if errors == "raise":
        for one in results:
            if isinstance(one, Exception):
                raise one
    return results


def run(
    inputs: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    output: str | os.PathLike[str] | None = None,
    size: Size | Sequence[Size] | None = None,
    *,
    format: str | Sequence[str] | None = None,
    workers: int | None = None,
    on_record: Callable[[dict[str, Any]], object] | None = None,
    **options: Unpack[RunOptions],
) -> dict[str, Any]:
    """Makes the thumbnails of all images in files and folders, as the command does, and returns the totals.

    `on_record` is called with a dictionary for each file, in the order in which they are done; its fields are those
    of the NDJSON report. Problems that are no file's failure become warnings. An exception in `on_record`, or
    Ctrl-C, ends the run, and leaves it in a state that `update=True` continues.
    """
    words = words_of(size, format, options, RunOptions)
    if output is not None:
        words += ["--output", os.fspath(output)]
    given = [inputs] if isinstance(inputs, (str, os.PathLike)) else inputs
    words += ["--", *(os.fspath(one) for one in given)]
    totals: dict[str, Any] = {}

    def take(line: str) -> None:
        record = json.loads(line)
        if record.pop("record") == "totals":
            totals.update(record)
        elif on_record is not None:
            on_record(record)

    def warn(text: str) -> None:
        warnings.warn(text, RuntimeWarning, stacklevel=3)

    _thumbs.run(_thumbs.Options(words, renderer()), take, warn, workers)
    return totals
