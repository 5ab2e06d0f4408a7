from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import encode
from PIL import Image

import thumbs

COMMAND = os.path.join(sysconfig.get_path("scripts"), "thumbs")


def test_a_thumbnail_has_the_bytes_that_the_command_writes(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    subprocess.run([COMMAND, photos / "a.jpg", "-o", out, "-s", "100x80", "--crop=smart", "-q", "70"], check=True)
    options: dict[str, Any] = {"crop": "smart", "quality": 70}
    expected = (out / "a.jpg").read_bytes()
    assert thumbs.thumbnail((photos / "a.jpg").read_bytes(), (100, 80), **options) == expected
    assert thumbs.thumbnail(photos / "a.jpg", "100x80", **options) == expected
    assert thumbs.thumbnail(bytearray((photos / "a.jpg").read_bytes()), (100, 80), **options) == expected


def test_size_and_format_decide_what_is_made() -> None:
    made = Image.open(io.BytesIO(thumbs.thumbnail(encode(640, 480, "JPEG"), size=64, format="webp")))
    assert (made.format, made.size) == ("WEBP", (64, 48))
    made = Image.open(io.BytesIO(thumbs.thumbnail(encode(640, 480, "PNG"), "200x", background="#eee", fit="contain")))
    assert (made.format, made.size) == ("PNG", (200, 150))


def test_each_kind_of_failure_has_its_exception(tmp_path: Path) -> None:
    jpeg = encode(640, 480, "JPEG")
    cases: list[tuple[bytes | Path, type[Exception]]] = [
        (b"nothing", thumbs.ImageError),
        (b"", thumbs.ImageError),
        (jpeg[:700], thumbs.DamagedImageError),
        (tmp_path / "missing.jpg", OSError),
    ]
    for image, kind in cases:
        with pytest.raises(kind):
            thumbs.thumbnail(image)
    with pytest.raises(thumbs.LimitError, match="pixels"):
        thumbs.thumbnail(jpeg, max_pixels=1000)
    with pytest.raises(TypeError):
        thumbs.thumbnail(1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"size": 0}, "size"),
        ({"quality": 200}, "quality=200"),
        ({"blur": -1}, "blur=-1"),
        ({"fit": "round"}, "contain"),
        ({"format": "zip"}, "format=zip"),
        ({"max_pixels": "many"}, "max_pixels"),
    ],
)
def test_a_wrong_value_is_refused_with_its_reason(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word) as raised:
        thumbs.thumbnail(b"", **options)
    assert "--" not in str(raised.value)
    assert not isinstance(raised.value, thumbs.ImageError)


def test_an_option_that_does_not_exist_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="sise"):
        thumbs.thumbnail(b"", sise=3)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="force"):
        thumbs.thumbnail(b"", force=True)  # type: ignore[call-arg]


def test_many_thumbnails_come_in_the_order_of_their_images_with_failures_in_place(photos: Path) -> None:
    sizes = [(60 + index, 40) for index in range(40)]
    images: list[bytes | Path] = [encode(width, height, "PNG") for width, height in sizes]
    images[7] = b"nothing"
    images.append(photos / "a.jpg")
    made = thumbs.thumbnail_many(images, size=500)
    assert [type(one) for one in made[:8]] == [bytes] * 7 + [thumbs.ImageError]
    assert [Image.open(io.BytesIO(one)).size for one in made[8:40]] == sizes[8:]
    assert made[40] == thumbs.thumbnail(photos / "a.jpg", 500)
    alone = thumbs.thumbnail_many(images, size=500, workers=1)
    assert alone[:7] + alone[8:] == made[:7] + made[8:]
    with pytest.raises(thumbs.ImageError, match="not an image"):
        thumbs.thumbnail_many(images, errors="raise")
    assert thumbs.thumbnail_many([]) == []


def test_calls_from_many_threads_give_the_same_bytes() -> None:
    image = encode(640, 480, "JPEG")
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: thumbs.thumbnail(image, 100), range(64)))
    assert len(made) == 1


def test_drawings_are_rendered_apart() -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="red"/></svg>'
    made = Image.open(io.BytesIO(thumbs.thumbnail(drawing, 32, format="png")))
    assert made.size == (32, 32)
    assert made.convert("RGB").getpixel((16, 16)) == (255, 0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_ctrl_c_ends_a_long_call() -> None:
    script = """
        import signal, sys, thumbs
        # A shell ignores it for what runs in its background.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        image = open(sys.argv[1], "rb").read()
        print("started", flush=True)
        thumbs.thumbnail_many([image] * 200_000, 300)
    """
    image = Path(__file__).with_name("large.jpg")
    image.write_bytes(encode(3000, 2000, "JPEG"))
    try:
        words = [sys.executable, "-c", textwrap.dedent(script), str(image)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None and process.stdout.readline() == "started\n"
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        image.unlink()
    assert "KeyboardInterrupt" in errors


def test_pixels_are_read_in_place_and_are_those_of_the_thumbnail() -> None:
    image = encode(640, 480, "PNG")
    pixels = thumbs.open(image, 64, blur=0)
    assert (pixels.size, pixels.channels) == ((64, 48), 3)
    array = pixels.array()
    assert (array.shape, str(array.dtype), array.flags.writeable) == ((48, 64, 3), "uint8", False)
    assert array.ctypes.data == pixels.__array_interface__["data"][0]
    file = Image.open(io.BytesIO(thumbs.thumbnail(image, 64, format="png", blur=0)))
    del pixels
    assert array.tobytes() == file.convert("RGB").tobytes() == thumbs.open(image, 64, blur=0).pil().tobytes()
    grey = io.BytesIO()
    Image.new("L", (30, 20), 77).save(grey, "PNG")
    assert thumbs.open(grey.getvalue()).array().tolist() == [[77] * 30] * 20
    with pytest.raises(thumbs.ImageError):
        thumbs.open(b"nothing")
    with pytest.raises(OSError):
        thumbs.open("missing.jpg")


def test_an_image_of_pillow_has_the_thumbnail_of_its_file() -> None:
    image = encode(640, 480, "PNG")
    opened = Image.open(io.BytesIO(image))
    assert thumbs.from_pil(opened, 64) == thumbs.thumbnail(image, 64, format="png")
    see_through = opened.convert("P")
    see_through.info["transparency"] = 0
    assert Image.open(io.BytesIO(thumbs.from_pil(see_through, 64))).mode in ("RGBA", "P")
    assert Image.open(io.BytesIO(thumbs.from_pil(opened.convert("CMYK"), 64, format="jpeg"))).size == (64, 48)
