"""Tests the engines on clusters of this machine. Each test is skipped where its engine is not installed."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import encode

import thumbs

COUNT = 400


def images() -> list[dict[str, Any]]:
    """Returns rows of distinct images, one of which is broken."""
    rows = [{"name": f"{index:04}", "bytes": encode(64 + index % 50, 48, "PNG")} for index in range(COUNT)]
    rows[7]["bytes"] = b"nothing"
    return rows


def assert_right(rows: list[dict[str, Any]], source: list[dict[str, Any]]) -> None:
    """Asserts that every image is there once, with the bytes that the library makes."""
    by_name = {row["name"]: row for row in rows}
    assert len(rows) == len(by_name) == COUNT
    for one in source:
        row = by_name[one["name"]]
        if one["bytes"] == b"nothing":
            assert (row["thumbnail"], row["outcome"], row["reason"]) == (None, "failed", "not an image")
        else:
            assert (row["outcome"], row["reason"]) == ("written", None)
            assert bytes(row["thumbnail"]) == thumbs.thumbnail(one["bytes"], 32, format="jpeg")
        assert "bytes" not in row


def workers_of(name: str) -> list[int]:
    """Returns the processes of this user whose command line contains `name`."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if name.encode() in words:
                found.append(int(entry.name))
    return found


def kill_one(name: str, killed: list[int], stop: threading.Event) -> None:
    """Kills one of the processes of this name soon after there are any."""
    while not stop.is_set() and not killed:
        for worker in workers_of(name):
            time.sleep(0.3)
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                continue
            killed.append(worker)
            return
        time.sleep(0.02)


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    ray = pytest.importorskip("ray")
    pytest.importorskip("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray
    ray.shutdown()


def test_a_ray_dataset_gets_the_bytes_of_the_library(ray: Any) -> None:
    import thumbs.ray

    source = images()
    made = thumbs.ray.thumbnail(ray.data.from_items(source), size=32, format="jpeg")
    assert_right(made.take_all(), source)


def test_a_column_of_paths_is_read_by_the_workers(ray: Any, photos: Path) -> None:
    import thumbs.ray

    paths = [str(photos / "a.jpg"), str(photos / "missing.jpg")]
    made = thumbs.ray.thumbnail(ray.data.from_items([{"path": path} for path in paths]), "path", 32, keep_images=True)
    rows = {row["path"]: row for row in made.take_all()}
    assert rows[paths[0]]["thumbnail"] == thumbs.thumbnail(paths[0], 32)
    assert rows[paths[1]]["outcome"] == "failed" and "missing.jpg" in rows[paths[1]]["reason"]


def test_a_killed_worker_of_ray_loses_and_doubles_nothing(ray: Any) -> None:
    import thumbs.ray

    source = images()
    slow = ray.data.from_items(source, override_num_blocks=40)
    made = thumbs.ray.thumbnail(slow, size=32, format="jpeg", batch_size=10, exact=True)
    killed: list[int] = []
    stop = threading.Event()
    killer = threading.Thread(target=kill_one, args=("MapBatches", killed, stop))
    killer.start()
    rows = made.take_all()
    stop.set()
    killer.join()
    assert killed
    assert len({row["name"] for row in rows}) == len(rows) == COUNT


def test_wrong_options_are_refused_before_work_is_sent(ray: Any) -> None:
    import thumbs.ray

    with pytest.raises(ValueError, match="quality"):
        thumbs.ray.thumbnail(ray.data.from_items(images()), quality=0)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    # Two cores, and four attempts for each task.
    builder = sql.SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", "16")
    try:
        session = builder.getOrCreate()
    except Exception as error:
        pytest.skip(f"Spark does not start: {error}")
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def test_a_spark_frame_gets_the_bytes_of_the_library(spark: Any) -> None:
    import thumbs.spark

    source = images()
    made = thumbs.spark.thumbnail(spark.createDataFrame(source), "bytes", 32, format="jpeg")
    assert_right([row.asDict() for row in made.collect()], source)


def test_a_killed_worker_of_spark_loses_and_doubles_nothing(spark: Any) -> None:
    import thumbs.spark

    source = images()
    frame = spark.createDataFrame(source).repartition(8)
    made = thumbs.spark.thumbnail(frame, "bytes", 32, format="jpeg", exact=True)
    killed: list[int] = []
    stop = threading.Event()
    killer = threading.Thread(target=kill_one, args=("pyspark.daemon", killed, stop))
    killer.start()
    rows = [row.asDict() for row in made.collect()]
    stop.set()
    killer.join()
    assert killed
    assert len({row["name"] for row in rows}) == len(rows) == COUNT


def test_a_dask_frame_gets_the_bytes_of_the_library() -> None:
    dataframe = pytest.importorskip("dask.dataframe")
    import pandas as pd

    import thumbs.dask

    source = images()
    rows = pd.DataFrame(source).astype({"bytes": "binary[pyarrow]"})
    made = thumbs.dask.thumbnail(dataframe.from_pandas(rows, npartitions=4), size=32, format="jpeg")
    found = made.compute()
    assert list(made.columns) == list(found.columns) == ["name", "thumbnail", "outcome", "reason"]
    assert_right(found.astype(object).where(found.notna(), None).to_dict("records"), source)
    with pytest.raises(ValueError, match="quality"):
        thumbs.dask.thumbnail(dataframe.from_pandas(rows, npartitions=1), quality=0)


def test_a_daft_frame_gets_the_bytes_of_the_library() -> None:
    daft = pytest.importorskip("daft")
    import thumbs.daft

    source = images()
    assert_right(thumbs.daft.thumbnail(daft.from_pylist(source), size=32, format="jpeg").to_pylist(), source)
    with pytest.raises(ValueError, match="quality"):
        thumbs.daft.thumbnail(daft.from_pylist(source), quality=0)
