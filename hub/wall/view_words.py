"""What cameras count and suffer, in words: classes, states of a road, faults of a camera by their codes.

A class or a fault that is not named here is shown as the box calls it.
"""

from hub.wall.language import Language


def label_words(language: Language) -> dict[str, str]:
    """Return class to word in a language."""
    return {
        "motorcycle": language.say("sepeda motor"),
        "car": language.say("mobil"),
        "bus": language.say("bus"),
        "truck": language.say("truk"),
        "bicycle": language.say("sepeda"),
        "person": language.say("orang"),
        "boat": language.say("perahu"),
        "other": language.say("lainnya"),
    }


def road_words(language: Language) -> dict[str, str]:
    """Return state of a road to word in a language."""
    return {"lancar": language.say("lancar"), "padat": language.say("padat"), "macet": language.say("macet")}


def fault_words(language: Language) -> dict[str, str]:
    """Return code of a camera's fault to words in a language; the empty code stands for all others."""
    return {
        "": language.say("KAMERA BERMASALAH"),
        "camera_away": language.say("KAMERA TERPUTUS"),
        "camera_stalled": language.say("GAMBAR BEKU"),
        "camera_codec": language.say("VIDEO TIDAK TERBACA"),
        "camera_refused": language.say("KAMERA MENOLAK"),
        "camera_broken": language.say("VIDEO RUSAK"),
        "camera_empty": language.say("GAMBAR KOSONG"),
        "camera_missing": language.say("KAMERA TIDAK ADA"),
        "camera_reshaped": language.say("BENTUK GAMBAR BERUBAH"),
        "camera_ended": language.say("KLIP SELESAI"),
        "view_failed": language.say("GARIS TIDAK TERBACA"),
        "view_refused": language.say("GAMBAR ZONA DITOLAK"),
        "model_failed": language.say("MODEL RUSAK"),
        "inference_failed": language.say("PENGENALAN GAGAL"),
    }
