"""Measures thumbnails as samples of PyTorch's `DataLoader`, beside those of pyvips and Pillow.

    python benches/loader.py FOLDER [--size 224] [--runs 5] [--workers 2] [--copies 10]

All decode files, crop the middle to a square, and give arrays of 8 bits in red, green and blue. Runs alternate; the table has medians.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset

import thumbs

SUFFIXES = {".jpg", ".jpeg"}

Reader = Callable[[str, int], Any]


def with_thumbs(path: str, size: int) -> Any:
    return thumbs.open(path, size=(size, size), crop="center", blur=0).array()


def with_pillow(path: str, size: int) -> Any:
    from PIL import Image, ImageOps

    opened = Image.open(path)
    opened.draft("RGB", (size * 2, size * 2))
    return np.array(ImageOps.fit(ImageOps.exif_transpose(opened).convert("RGB"), (size, size)))


def with_pyvips(path: str, size: int) -> Any:
    import pyvips

    return pyvips.Image.thumbnail(path, size, height=size, crop="centre").colourspace("srgb").numpy()[:, :, :3]


class Folder(Dataset[Any]):
    """The images of a folder as tensors."""

    def __init__(self, paths: list[str], size: int, read: Reader) -> None:
        self.paths, self.size, self.read = paths, size, read

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> Any:
        return torch.from_numpy(np.array(self.read(self.paths[index], self.size)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--copies", type=int, default=10)
    given = parser.parse_args()
    paths = [str(path) for path in sorted(given.folder.iterdir()) if path.suffix.lower() in SUFFIXES] * given.copies
    # libvips has threads of its own, which processes of PyTorch do not need.
    os.environ.setdefault("VIPS_CONCURRENCY", "1")
    readers: dict[str, Reader] = {"thumbs": with_thumbs, "pyvips": with_pyvips, "pillow": with_pillow}
    taken: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(given.runs):
        for name, read in readers.items():
            loader = DataLoader(Folder(paths, given.size, read), batch_size=16, num_workers=given.workers)
            started = time.perf_counter()
            count = sum(len(batch) for batch in loader)
            taken[name].append(time.perf_counter() - started)
            assert count == len(paths)
    print(f"{len(paths)} images, {given.size} px, {given.workers} workers")
    ours = statistics.median(taken["thumbs"])
    for name, times in taken.items():
        middle = statistics.median(times)
        print(f"{name:8} {len(paths) / middle:7.1f} images per second  {middle / ours:5.2f} times as long")


if __name__ == "__main__":
    main()
