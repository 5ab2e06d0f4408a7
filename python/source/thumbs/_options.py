"""Names the options that calls take, and turns them into words of the command line."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Union

from . import _thumbs

Size = Union[int, str, "tuple[int, int]"]


class ImageOptions(TypedDict, total=False):
    """Options for each image: those of the command, with underscores for hyphens."""

    fit: str
    gravity: str
    crop: Union[bool, str]
    enlarge: bool
    blur: float
    filter: str
    quality: int
    effort: str
    progressive: bool
    lossless: bool
    background: str
    keep: Union[str, Sequence[str]]
    keep_profile: bool
    linear: bool
    exposure: str
    exact: bool
    previews: bool
    damaged: str
    animated: bool
    hdr: str
    max_pixels: Union[int, str]
    max_file_size: Union[int, str]


class RunOptions(ImageOptions, total=False):
    """Options for a run over files and folders."""

    name: str
    flat: bool
    tar: bool
    keep_parents: bool
    include: Union[str, Sequence[str]]
    exclude: Union[str, Sequence[str]]
    ext: Union[str, Sequence[str]]
    max_depth: int
    newer_than: str
    hidden: bool
    follow: bool
    freedesktop: Union[bool, str]
    update: bool
    force: bool
    prune: bool
    dry_run: bool
    gallery: bool
    placeholder: str
    contact_sheet: Union[str, "os.PathLike[str]"]
    report: Union[str, "os.PathLike[str]"]
    max_memory: Union[int, str]
    timeout: Union[int, str]
    shard: str


# Options that the command line takes once for each value.
_REPEATED = {"include", "exclude"}

# Options whose value stands behind an equals sign, since it may be left out.
_OPTIONAL_VALUE = {"crop", "freedesktop"}


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{value[0]}x{value[1]}"
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def words_of(
    size: Size | Sequence[Size] | None,
    format: str | Sequence[str] | None,
    options: Mapping[str, Any],
    known: type,
) -> list[str]:
    """Returns the words that a command with these options has."""
    names: set[str] = set()
    for base in known.__mro__:
        names.update(getattr(base, "__annotations__", {}))
    # A TypedDict forgets its bases.
    names.update(getattr(known, "__required_keys__", ()), getattr(known, "__optional_keys__", ()))
    words: list[str] = []
    sizes = [] if size is None else [size] if isinstance(size, (int, str, tuple)) else size
    for one in sizes:
        words += ["--size", _text(one)]
    if format is not None:
        words += ["--format", format if isinstance(format, str) else ",".join(format)]
    for name, value in options.items():
        if name not in names:
            raise TypeError(f"there is no option {name!r}")
        flag = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            words.append(flag)
        elif name in _OPTIONAL_VALUE:
            words.append(f"{flag}={_text(value)}")
        elif isinstance(value, (list, set, frozenset)) or isinstance(value, tuple):
            texts = [_text(one) for one in value]
            for text in texts if name in _REPEATED else [",".join(texts)]:
                words.append(f"{flag}={text}")
        else:
            words.append(f"{flag}={_text(value)}")
    return words


def renderer() -> str | None:
    """Returns the program whose processes render drawings: the command of this environment."""
    name = "thumbs.exe" if sys.platform == "win32" else "thumbs"
    beside = os.path.join(sysconfig.get_path("scripts"), name)
    return beside if os.access(beside, os.X_OK) else shutil.which(name)


def image_options(
    size: Size | Sequence[Size], format: str | Sequence[str] | None, options: Mapping[str, Any]
) -> _thumbs.Options:
    """Returns the options of calls that make thumbnails of given images."""
    # The command takes no call without words for one that asks for help.
    words = words_of(size, format, options, ImageOptions)
    return _thumbs.Options([*words, "--", "image"], renderer())
