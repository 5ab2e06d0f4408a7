from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from test_images import COMMAND

import thumbs


def test_a_run_writes_what_the_command_writes_and_says_so(photos: Path, tmp_path: Path) -> None:
    subprocess.run([COMMAND, photos, "-o", tmp_path / "command", "-s", "64"], capture_output=True)
    records: list[dict[str, Any]] = []
    totals = thumbs.run(photos, tmp_path / "python", size=64, on_record=records.append)
    assert (totals["found"], totals["written"], totals["failed"], totals["skipped"]) == (5, 3, 1, 1)
    outcomes = {Path(record["source"]).name: record["outcome"] for record in records}
    assert outcomes["a.jpg"] == "written" and outcomes["broken.png"] == "failed" and outcomes["notes.txt"] == "skipped"
    for name in ("a.jpg", "b.png", "trip/c.webp"):
        assert (tmp_path / "python" / name).read_bytes() == (tmp_path / "command" / name).read_bytes()
    again = thumbs.run(str(photos), tmp_path / "python", size=64, update=True)
    assert (again["up_to_date"], again["written"]) == (3, 0)


def test_options_of_a_run_are_those_of_the_command(photos: Path, tmp_path: Path) -> None:
    totals = thumbs.run(
        [photos], tmp_path, [64, "32x"], format=["webp", "jpeg"], name="{stem}-{width}w.{ext}", ext=["jpg", "png"]
    )
    assert totals["written"] == 2
    assert sorted(path.name for path in tmp_path.glob("a-*")) == ["a-32w.jpg", "a-32w.webp", "a-64w.jpg", "a-64w.webp"]
    assert thumbs.run(photos, tmp_path, dry_run=True, workers=1)["effect"] == "dry-run"


def test_a_file_that_is_not_a_thumbnail_is_never_replaced(photos: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "a.jpg"
    mine.parent.mkdir()
    mine.write_text("mine")
    assert thumbs.run(photos, mine.parent)["failed"] == 2
    assert mine.read_text() == "mine"


def test_an_exception_in_the_callback_ends_the_run(photos: Path, tmp_path: Path) -> None:
    def stop(_: dict[str, Any]) -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        thumbs.run(photos, tmp_path, on_record=stop)


def test_a_run_that_can_not_start_says_why(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        thumbs.run(tmp_path / "missing", tmp_path)
    with pytest.raises(ValueError, match="also an input"):
        thumbs.run(photos, photos)


def test_the_command_comes_with_the_package(photos: Path, tmp_path: Path) -> None:
    run = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("thumbs ")
    run = subprocess.run([COMMAND, photos, "-o", tmp_path], capture_output=True, text=True)
    assert run.returncode == 1 and "broken.png" in run.stderr
