"""Measures thumbnails through Ray, Spark, Dask and Daft on this machine beside the command, on the same images.

    python benches/engines.py FOLDER [--size 256] [--images 400,2000] [--runs 3] [--only ray,command]

The images of the folder are taken several times. The command reads files and writes thumbnails; the engines read a Parquet table
with a column of bytes, or one of paths, and write one with a column of thumbnails. The start of an engine is not counted, that of its workers
is. Two numbers of images tell apart the fixed cost of a job and the cost of each further image, in time, and in processor time of all
processes that take part (on Linux). Prints medians, and the share of the command's images for each second of a core.
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


def write_inputs(folder: Path, count: int, work: Path) -> int:
    """Writes about this many images as files and as Parquet tables of `ROWS` rows, and returns their number.

    Files and tables with the same images are hard links, so that all of them fit the memory that the system reads files from.
    """
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    for name in ("files", "bytes", "paths", "once"):
        (work / name).mkdir(parents=True)
    once = [Path(shutil.copy(path, work / "once")) for path in paths]
    taken = [once[row % len(once)] for row in range(ROWS)]
    table = pa.table({"bytes": [path.read_bytes() for path in taken]})
    pq.write_table(table, work / "once" / "bytes.parquet", row_group_size=20, compression="none")
    tables = max(1, count // ROWS)
    for number in range(tables):
        os.link(work / "once" / "bytes.parquet", work / "bytes" / f"{number:04}.parquet")
        files = [work / "files" / f"{number:04}-{row:03}{path.suffix}" for row, path in enumerate(taken)]
        for path, file in zip(taken, files):
            os.link(path, file)
        pq.write_table(pa.table({"path": [str(file) for file in files]}), work / "paths" / f"{number:04}.parquet")
    return tables * ROWS


def processor_time() -> float:
    """Returns the processor time of this process and of all that descend from it, in seconds; 0 where nothing tells."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:
            continue
        # The name of the program, in parentheses, may contain spaces.
        fields = text[text.rindex(")") + 2 :].split()
        process = int(entry.parent.name)
        children.setdefault(int(fields[1]), []).append(process)
        ticks[process] = sum(int(field) for field in fields[11:15])
    found, total = [os.getpid()], 0
    while found:
        process = found.pop()
        total += ticks.get(process, 0)
        found += children.get(process, [])
    return total / os.sysconf("SC_CLK_TCK")


def with_command(work: Path, size: int) -> None:
    command = os.path.join(sysconfig.get_path("scripts"), "thumbs")
    options = ["-s", str(size), "--format", "jpeg", "--blur", "0", "--quiet"]
    subprocess.run([command, work / "files", "-o", work / "out", *options], check=True)


def with_ray(ray: Any, kind: str, work: Path, size: int) -> None:
    import thumbs.ray

    table = ray.data.read_parquet(str(work / kind)).select_columns([column_of(kind)])
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


def start_engines(cores: int, wanted: tuple[str, ...]) -> dict[str, Callable[[Path, int], None]]:
    """Starts the engines that are installed and asked for."""
    def is_wanted(name: str) -> bool:
        return any(name.startswith(one) or one.startswith(name) for one in wanted)

    found: dict[str, Callable[[Path, int], None]] = {"command": with_command}
    try:
        if not is_wanted("ray"):
            raise ImportError
        import ray

        ray.init(num_cpus=cores, include_dashboard=False, log_to_driver=False)
        ray.data.DataContext.get_current().enable_progress_bars = False
        for kind in KINDS:
            found[f"ray, {kind}"] = partial(with_ray, ray, kind)
    except ImportError:
        pass
    try:
        if not is_wanted("spark"):
            raise ImportError
        from pyspark.sql import SparkSession

        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master(f"local[{cores}]").config("spark.ui.enabled", "false")
        builder = builder.config("spark.ui.showConsoleProgress", "false")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "20").config("spark.driver.memory", "4g")
        spark = builder.config("spark.sql.files.maxPartitionBytes", "64m").getOrCreate()
        spark.sparkContext.setLogLevel("OFF")
        for kind in KINDS:
            found[f"spark, {kind}"] = partial(with_spark, spark, kind)
    except ImportError:
        pass
    try:
        if not is_wanted("dask"):
            raise ImportError
        import dask.dataframe

        for kind in KINDS:
            found[f"dask, {kind}"] = partial(with_dask, dask.dataframe, kind)
    except ImportError:
        pass
    try:
        if not is_wanted("daft"):
            raise ImportError
        import daft

        for kind in KINDS:
            found[f"daft, {kind}"] = partial(with_daft, daft, kind)
    except ImportError:
        pass
    return found


def measure(run: Callable[[Path, int], None], work: Path, size: int) -> tuple[float, float]:
    """Returns the time and the processor time of a run."""
    shutil.rmtree(work / "out", ignore_errors=True)
    started, used = time.perf_counter(), processor_time()
    run(work, size)
    return time.perf_counter() - started, processor_time() - used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--images", default="400,2000", help="two numbers of images")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help="names, or starts of names, of ways")
    given = parser.parse_args()
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as temporary:
        few, many = (Path(temporary) / name for name in ("few", "many"))
        counts = [write_inputs(given.folder, int(count), work) for count, work in zip(given.images.split(","), (few, many))]
        wanted = tuple(given.only.split(",")) if given.only else ("",)
        engines = {name: run for name, run in start_engines(cores, wanted).items() if name.startswith(wanted)}
        taken: dict[str, list[list[tuple[float, float]]]] = {name: [[], []] for name in engines}
        # The first run warms up, and is not counted.
        for number in range(given.runs + 1):
            for name, run in engines.items():
                for at, work in enumerate((few, many)):
                    if number > 0 or at == 0:
                        found = measure(run, work, given.size)
                        if number > 0:
                            taken[name][at].append(found)
        print(f"{counts[0]} and {counts[1]} images, {given.size} px, {cores} cores")
        base = 0.0
        for name, (short, long) in taken.items():
            wall = [statistics.median(one[0] for one in runs) for runs in (short, long)]
            work_done = [statistics.median(one[1] for one in runs) for runs in (short, long)]
            each = (work_done[1] - work_done[0]) / (counts[1] - counts[0])
            rate = (counts[1] - counts[0]) / (wall[1] - wall[0]) / cores
            base = base or each
            print(
                f"{name:12} {counts[1] / wall[1] / cores:6.1f} images per second and core, {rate:6.1f} of further ones;"
                f" processor: {1000 * each:6.2f} ms for a further one, {work_done[0] - each * counts[0]:5.1f} s for the job,"
                f" share of the command {base / each:5.2f}"
            )


if __name__ == "__main__":
    main()
