"""Measures `thumbs.thumbnail_many` beside pyvips and Pillow in pools of threads, and beside the command.

    python benches/peers.py FOLDER [--size 256] [--runs 5] [--threads 2]

All make JPEG thumbnails of quality 80, without blur, of files in memory. Runs alternate; the table has medians of the clock
and of the processors' time, in ms.
"""

from __future__ import annotations

import argparse
import io
import os
import resource
import statistics
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import thumbs

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}


def processor_time() -> float:
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def tools(paths: list[Path], images: list[bytes], size: int, threads: int) -> dict[str, Callable[[], object]]:
    def with_thumbs() -> object:
        return thumbs.thumbnail_many(images, size, format="jpeg", blur=0, workers=threads, errors="raise")

    def with_command() -> object:
        command = os.path.join(sysconfig.get_path("scripts"), "thumbs")
        with tempfile.TemporaryDirectory() as out:
            options = ["-s", str(size), "--format", "jpeg", "--blur", "0", "-j", str(threads), "--quiet", "--flat"]
            return subprocess.run([command, *paths, "-o", out, *options], check=True)

    found: dict[str, Callable[[], object]] = {"thumbs": with_thumbs, "command": with_command}
    pool = ThreadPoolExecutor(threads)
    try:
        import pyvips

        def one_of_vips(image: bytes) -> bytes:
            made = pyvips.Image.thumbnail_buffer(image, size, height=size, size="down")
            return bytes(made.jpegsave_buffer(Q=80))

        found["pyvips"] = lambda: list(pool.map(one_of_vips, images))
    except ImportError:
        pass
    try:
        from PIL import Image, ImageOps

        def one_of_pillow(image: bytes) -> bytes:
            opened = Image.open(io.BytesIO(image))
            opened.draft("RGB", (size * 2, size * 2))
            opened.thumbnail((size, size))
            file = io.BytesIO()
            ImageOps.exif_transpose(opened).convert("RGB").save(file, "JPEG", quality=80)
            return file.getvalue()

        found["pillow"] = lambda: list(pool.map(one_of_pillow, images))
    except ImportError:
        pass
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    paths = sorted(path for path in given.folder.iterdir() if path.suffix.lower() in SUFFIXES)
    images = [path.read_bytes() for path in paths]
    measured: dict[str, list[tuple[float, float]]] = {}
    for _ in range(given.runs + 1):
        for name, make in tools(paths, images, given.size, given.threads).items():
            clock, processors = time.perf_counter(), processor_time()
            make()
            taken = (time.perf_counter() - clock, processor_time() - processors)
            measured.setdefault(name, []).append(taken)
    print(f"{len(images)} images, {given.size} px, {given.threads} threads")
    # The first run of each warms up.
    medians = {name: [statistics.median(column) for column in zip(*runs[1:])] for name, runs in measured.items()}
    for name, (clock, processors) in medians.items():
        times = f"{clock * 1000:8.1f} {processors * 1000:8.1f}"
        print(f"{name:8} {times} ms  {clock / medians['thumbs'][0]:5.2f} {processors / medians['thumbs'][1]:5.2f}")


if __name__ == "__main__":
    main()
