"""Measures thumbnails through Ray, Spark, Dask and Daft on this machine beside the command, on the same images.

    python benches/engines.py FOLDER [--size 256] [--copies 20] [--runs 3]

The images of the folder are taken several times. The command reads files and writes thumbnails; the engines read a Parquet table
with a column of bytes, or one of paths, and write one with a column of thumbnails. The start of an engine is not counted, that of its workers
is. Prints images per second and core, medians, and the share of the command's.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

KINDS = ("bytes", "paths")
# Rows of a table, which a task reads as a whole.
ROWS = 100
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


def column_of(kind: str) -> str:
    return {"bytes": "bytes", "paths": "path"}[kind]


def write_inputs(folder: Path, copies: int, work: Path) -> int:
    """Writes the images as files and as Parquet tables of `ROWS` rows or a few more."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    rows: list[dict[str, Any]] = []
    (work / "files").mkdir()
    (work / "bytes").mkdir()
    (work / "paths").mkdir()
    for copy in range(copies):
        for path in paths:
            name = f"{copy:03}-{path.name}"
            shutil.copy(path, work / "files" / name)
            rows.append({"path": str(work / "files" / name), "bytes": path.read_bytes()})
        if len(rows) < ROWS and copy + 1 < copies:
            continue
        table = pa.Table.from_pylist(rows)
        rows = []
        pq.write_table(table, work / "bytes" / f"{copy:03}.parquet", row_group_size=20, compression="none")
        pq.write_table(table.select(["path"]), work / "paths" / f"{copy:03}.parquet")
    return copies * len(paths)


def with_command(work: Path, size: int) -> None:
    command = os.path.join(sysconfig.get_path("scripts"), "thumbs")
    options = ["-s", str(size), "--format", "jpeg", "--blur", "0", "--quiet"]
    subprocess.run([command, work / "files", "-o", work / "out", *options], check=True)


def with_ray(ray: Any, kind: str, work: Path, size: int) -> None:
    import thumbs.ray

    table = ray.data.read_parquet(str(work / kind), columns=[column_of(kind)])
    thumbs.ray.thumbnail(table, column_of(kind), size, format="jpeg", blur=0).write_parquet(str(work / "out"))


def with_spark(spark: Any, kind: str, work: Path, size: int) -> None:
    import thumbs.spark

    table = spark.read.parquet(str(work / kind)).select(column_of(kind))
    if kind == "paths":
        table = table.repartition(16)
    thumbs.spark.thumbnail(table, column_of(kind), size, format="jpeg", blur=0).write.parquet(str(work / "out"))


def with_dask(dataframe: Any, kind: str, work: Path, size: int) -> None:
    import thumbs.dask

    kept = [column_of(kind)]
    table = dataframe.read_parquet(str(work / kind), columns=kept, split_row_groups=True, dtype_backend="pyarrow")
    thumbs.dask.thumbnail(table, column_of(kind), size, format="jpeg", blur=0).to_parquet(str(work / "out"))


def with_daft(daft: Any, kind: str, work: Path, size: int) -> None:
    import thumbs.daft

    table = daft.read_parquet(str(work / kind / "*.parquet")).select(column_of(kind))
    thumbs.daft.thumbnail(table, column_of(kind), size, format="jpeg", blur=0).write_parquet(str(work / "out"))


def start_engines(cores: int) -> dict[str, Callable[[Path, int], None]]:
    """Starts the engines that are installed, with one warm-up each."""
    found: dict[str, Callable[[Path, int], None]] = {"command": with_command}
    try:
        import ray

        ray.init(num_cpus=cores, include_dashboard=False, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        for kind in KINDS:
            found[f"ray, {kind}"] = partial(with_ray, ray, kind)
    except ImportError:
        pass
    try:
        from pyspark.sql import SparkSession

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "20").config("spark.driver.memory", "4g")
        spark = builder.config("spark.sql.files.maxPartitionBytes", "64m").getOrCreate()
        spark.sparkContext.setLogLevel("OFF")
        for kind in KINDS:
            found[f"spark, {kind}"] = partial(with_spark, spark, kind)
    except ImportError:
        pass
    try:
        import dask.dataframe

        for kind in KINDS:
            found[f"dask, {kind}"] = partial(with_dask, dask.dataframe, kind)
    except ImportError:
        pass
    try:
        import daft

        for kind in KINDS:
            found[f"daft, {kind}"] = partial(with_daft, daft, kind)
    except ImportError:
        pass
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        count = write_inputs(given.folder, given.copies, work)
        engines = start_engines(cores)
        taken: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(given.runs + 1):
            for name, run in engines.items():
                shutil.rmtree(work / "out", ignore_errors=True)
                started = time.perf_counter()
                run(work, given.size)
                taken[name].append(time.perf_counter() - started)
        print(f"{count} images, {given.size} px, {cores} cores")
        rates = {name: count / statistics.median(times[1:]) / cores for name, times in taken.items()}
        for name, rate in rates.items():
            print(f"{name:12} {rate:7.1f} images per second and core  {rate / rates['command']:5.2f}")


if __name__ == "__main__":
    main()
