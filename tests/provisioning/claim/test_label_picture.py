"""The QR of a label is read from a picture such as a phone takes in the rain."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from provisioning.__main__ import main
from provisioning.claim.errors import PictureError
from provisioning.claim.label_picture import label_in
from provisioning.identity.claim_code import new_code
from provisioning.identity.claim_text import ClaimText
from provisioning.identity.errors import ClaimTextError
from provisioning.labels.symbol import QUIET_MODULES, symbol_of
from tests.support.new_hubs import NewBox, NewHub

LABEL = ClaimText(code=new_code(), fingerprint="64c4e78d92740f5b" * 4, address="192.168.10.2:8443")
MODULE_PX = 8


def drawn(text: str) -> Image.Image:
    symbol = symbol_of(text)
    picture = Image.new("L", (symbol.modules_with_quiet,) * 2, 255)
    for row, modules in enumerate(symbol.rows):
        for column, is_dark in enumerate(modules):
            if is_dark:
                picture.putpixel((column + QUIET_MODULES, row + QUIET_MODULES), 0)
    return picture.resize((picture.width * MODULE_PX,) * 2, Image.Resampling.NEAREST)


def on_a_wet_box(picture: Image.Image, *, seed: int) -> Image.Image:
    """Return it askew on grey, out of focus, with drops and noise."""
    chance = random.Random(seed)
    scene = Image.new("L", (1600, 1200), 150)
    turned = picture.rotate(chance.uniform(-25, 25), expand=True, fillcolor=150, resample=Image.Resampling.BICUBIC)
    scene.paste(turned, (chance.randrange(300, 700), chance.randrange(100, 400)))
    for _ in range(6):
        at = (chance.randrange(400, 1100), chance.randrange(200, 800))
        scene.paste(chance.randrange(60, 220), (*at, at[0] + 12, at[1] + 12))
    noisy = Image.effect_noise(scene.size, 30)
    return Image.blend(scene.filter(ImageFilter.GaussianBlur(1.5)), noisy, 0.25)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_clean_picture_gives_the_label(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"label.{suffix}"
    drawn(LABEL.encoded()).save(path)
    assert label_in(path) == LABEL


@pytest.mark.parametrize("seed", range(5))
def test_a_bad_picture_gives_the_same_label(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "label.jpg"
    on_a_wet_box(drawn(LABEL.encoded()), seed=seed).save(path, quality=70)
    assert label_in(path) == LABEL


def test_a_picture_of_two_labels_is_not_guessed_at(tmp_path: Path) -> None:
    other = ClaimText(code=new_code(), fingerprint=LABEL.fingerprint, address=LABEL.address)
    pictures = [drawn(one.encoded()) for one in (LABEL, other)]
    both = Image.new("L", (pictures[0].width * 2 + 40, pictures[0].height), 255)
    both.paste(pictures[0], (0, 0))
    both.paste(pictures[1], (pictures[0].width + 40, 0))
    both.save(tmp_path / "two.png")
    with pytest.raises(PictureError, match="2 label"):
        label_in(tmp_path / "two.png")


def test_what_shows_no_label_says_what_to_do(tmp_path: Path) -> None:
    Image.new("L", (300, 300), 200).save(tmp_path / "empty.png")
    with pytest.raises(PictureError, match="--code"):
        label_in(tmp_path / "empty.png")
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    with pytest.raises(PictureError, match="no picture that can be read"):
        label_in(tmp_path / "text.png")
    with pytest.raises(PictureError, match="no picture"):
        label_in(tmp_path / "missing.png")
    drawn("HTTPS://EXAMPLE.ORG").save(tmp_path / "other.png")
    with pytest.raises(ClaimTextError, match="Bukan label klaim"):
        label_in(tmp_path / "other.png")


def test_a_picture_of_too_many_pixels_is_not_unpacked(tmp_path: Path) -> None:
    Image.new("1", (9_000, 9_000)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 200_000
    with pytest.raises(PictureError, match=r"too many|no picture"):
        label_in(tmp_path / "bomb.png")


def test_a_box_is_claimed_by_a_picture(hub: NewHub, box: NewBox, tmp_path: Path) -> None:
    path = tmp_path / "label.png"
    drawn(hub.label().encoded()).save(path)
    assert main(box.claiming("--qr-image", path, hub=hub)) == 0
