from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image


def encode(width: int, height: int, format: str) -> bytes:
    image = Image.radial_gradient("L").resize((width, height))
    image = Image.merge("RGB", (image, image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), image.rotate(90).resize(image.size)))
    file = io.BytesIO()
    image.save(file, format)
    return file.getvalue()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of three images, one that is truncated, and a text."""
    folder = tmp_path / "photos"
    (folder / "trip").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(encode(640, 480, "JPEG"))
    (folder / "b.png").write_bytes(encode(300, 500, "PNG"))
    (folder / "trip" / "c.webp").write_bytes(encode(400, 400, "WEBP"))
    (folder / "broken.png").write_bytes(encode(300, 500, "PNG")[:60])
    (folder / "notes.txt").write_text("no image")
    return folder
