"""What is wrong with a drawing, and what a change comes to, in words of a language."""

from contract.views import CORNERS_MOST, PLACES_MOST, SHORTEST_LINE, Flaw
from hub.drawing.changes import Change, Deed
from hub.drawing.draft import SIDE_LONGEST, FormFlaw, Problem
from hub.wall.language import Language

CORNERS_SHOWN = 4
"""Numbers of corners before one flaw; more are an ellipsis."""


def kind_words(language: Language) -> dict[str, str]:
    """Return kind of a place to word."""
    return {
        "road": language.say("jalan"),
        "bank": language.say("bantaran"),
        "line": language.say("garis"),
        "purpose": language.say("bagian yang boleh jelas"),
    }


def problem_words(problem: Problem, language: Language) -> str:
    """Return why something that is drawn cannot be used, at which corners, and what to do."""
    say = language.say
    words: dict[str, str] = {
        Flaw.SMALL: say("Bidang ini terlalu kecil. Jauhkan sudut-sudutnya, paling sedikit 1 % kali 1 % dari gambar."),
        Flaw.CROSSING: say("Sisinya saling memotong atau bersentuhan. Geser sudutnya sampai tidak bersilang."),
        Flaw.SAME_CORNER: say("Sudut di tempat yang sama. Hapus salah satu; sudut pertama tidak diulang di akhir."),
        Flaw.SPIKE: say("Sisinya pergi ke sudut ini dan kembali di garis yang sama. Hapus atau geser sudut ini."),
        Flaw.SHORT: say("Garis terlalu pendek. Jauhkan kedua ujungnya, paling sedikit {least}.", least=SHORTEST_LINE),
        Flaw.ONE_NAME: say("Kedua arah bernama sama. Beri nama yang berbeda."),
        Flaw.CONTROL: say("Nama arah berisi huruf yang tidak terlihat atau yang membalik tulisan. Ketik ulang."),
        Flaw.MANY: say("Terlalu banyak: paling banyak {n} zona dan garis. Hapus beberapa.", n=PLACES_MOST),
        Flaw.TWICE: say("Nama ini sudah dipakai di gambar ini. Beri nama lain."),
        FormFlaw.NAME: say("Nama: huruf kecil, angka dan tanda hubung, mulai dengan huruf, paling banyak 32."),
        FormFlaw.NAME_USED: say("Nama ini sudah dipakai di gambar ini. Beri nama lain."),
        FormFlaw.NUMBERS: say("Tulis dua angka sebaris, x, spasi, y, misalnya 0,25 0,4."),
        FormFlaw.COMMA: say("Koma tanpa spasi bisa berarti koma desimal. Tulis x, spasi, y: 0,25 0,4 atau 1 0."),
        FormFlaw.OUTSIDE: say("Angka harus 0 sampai 1: bagian dari gambar, bukan piksel. 640 dari 1280 adalah 0,5."),
        FormFlaw.FEW_CORNERS: say("Paling sedikit tiga sudut."),
        FormFlaw.MANY_CORNERS: say("Paling banyak {n} sudut. Hapus beberapa.", n=CORNERS_MOST),
        FormFlaw.TWO_ENDS: say("Garis punya tepat dua ujung."),
        FormFlaw.SIDE: say("Nama arah paling banyak {n} huruf. Pendekkan.", n=SIDE_LONGEST),
        FormFlaw.KIND: say("Pilih jenis: jalan, bantaran, garis atau bagian yang boleh jelas."),
        FormFlaw.SECOND_PURPOSE: say("Hanya ada satu bagian yang boleh jelas. Hapus salah satu."),
    }
    if not problem.corners:
        return words[problem.flaw]
    shown = [str(corner) for corner in problem.corners[:CORNERS_SHOWN]] + ["…"] * (len(problem.corners) > CORNERS_SHOWN)
    return say("Sudut {n}: {what}", n=", ".join(shown), what=words[problem.flaw])


def change_words(change: Change, language: Language) -> str:
    """Return one change as a sentence."""
    say = language.say
    what = kind_words(language)[change.kind]
    what = f"{what} {change.name}".strip()
    words = {
        Deed.ADDED: say("{what}: baru", what=what),
        Deed.REMOVED: say("{what}: dihapus; tidak dihitung lagi", what=what),
        Deed.RENAMED: say("{what}: nama baru; dahulu {was}", what=what, was=change.was),
        Deed.MOVED: say("{what}: sudutnya berubah", what=what),
        Deed.TURNED: say("{what}: arah maju dibalik", what=what),
        Deed.OF_KIND: say("{what}: jenisnya berubah", what=what),
        Deed.SIDES_NAMED: say("{what}: nama arahnya berubah", what=what),
    }
    return words[change.deed]
