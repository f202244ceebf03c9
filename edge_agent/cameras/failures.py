"""The errors of FFmpeg as ours, without the address that they repeat: it holds the password.

Raise what comes from here `from None`: a chained error would carry that address into a log.
"""

from av import error

from edge_agent.cameras.errors import (
    CameraAwayError,
    CameraBrokenError,
    CameraCodecError,
    CameraError,
    CameraMissingError,
    CameraRefusedError,
    CameraStalledError,
)

_NOT_LET_IN = (
    error.HTTPUnauthorizedError,
    error.HTTPForbiddenError,
    error.HTTPNotFoundError,
    error.HTTPOtherClientError,
    error.HTTPBadRequestError,
)
_NO_DECODER = (error.DecoderNotFoundError, error.DemuxerNotFoundError, error.PatchWelcomeError)


def why(exc: Exception) -> str:
    """Return an error's own reason in one line, without the address."""
    reason = getattr(exc, "strerror", None) or type(exc).__name__
    return " ".join(str(reason).split())


def of_stream(exc: Exception, *, shown: str, is_open: bool, waited_s: float, patience_s: float) -> CameraError:
    """Return what an error of FFmpeg means for a camera on the network.

    Args:
        exc: the error.
        shown: the address, without a password.
        is_open: whether pictures were being read; otherwise it was being opened.
        waited_s: how long the call took, real s.
        patience_s: its time-out. FFmpeg has no one error for "timed out", so a call that took this long was.
    """
    if isinstance(exc, error.HTTPNotFoundError):
        return CameraRefusedError(
            f"{shown}: kamera tidak mengenal jalur ini (404). Periksa bagian sesudah alamat di `url`. / "
            "the camera does not know this path (404). Check what follows the address in `url`."
        )
    if isinstance(exc, _NOT_LET_IN):
        return CameraRefusedError(
            f"{shown}: kamera menolak ({why(exc)}). Periksa `user` dan berkas `password_file`. / "
            "the camera refuses us. Check `user` and the file `password_file`."
        )
    if isinstance(exc, _NO_DECODER):
        return CameraCodecError(
            f"{shown}: bentuk aliran tidak dikenal ({why(exc)}). Pilih H.264 di kamera. / "
            "unknown form of stream. Choose H.264 in the camera."
        )
    if waited_s >= patience_s or isinstance(exc, error.ExitError):
        return _timed_out(shown=shown, is_open=is_open, patience_s=patience_s)
    if isinstance(exc, error.InvalidDataError):
        return _senseless(shown=shown, is_open=is_open)
    return CameraAwayError(
        f"{shown}: tidak tersambung ({why(exc)}). Periksa listrik, kabel dan alamat kamera. / "
        "no connection. Check the camera's power, cable and address."
    )


def of_file(exc: Exception, *, shown: str) -> CameraError:
    """Return what an error of FFmpeg means for a clip or a device that is a file."""
    if isinstance(exc, FileNotFoundError | PermissionError | IsADirectoryError):
        return CameraMissingError(
            f"{shown}: tidak dapat dibuka ({why(exc)}). Periksa nama dan izinnya. / "
            "cannot be opened. Check its name and rights."
        )
    return CameraBrokenError(
        f"{shown}: bukan video yang utuh ({why(exc)}). Salin lagi berkasnya. / not a whole video. Copy the file again."
    )


def _senseless(*, shown: str, is_open: bool) -> CameraError:
    if is_open:
        return CameraBrokenError(
            f"{shown}: aliran rusak. Periksa kabel dan sinyal; nyalakan ulang kamera. / "
            "the stream is damaged. Check cable and signal; restart the camera."
        )
    return CameraBrokenError(
        f"{shown}: yang menjawab di sini bukan kamera RTSP, atau alirannya rusak. Periksa alamat dan port; nyalakan "
        "ulang kamera. / what answers here is no RTSP camera, or its stream is damaged. Check address and port; "
        "restart the camera."
    )


def _timed_out(*, shown: str, is_open: bool, patience_s: float) -> CameraError:
    if is_open:
        return CameraStalledError(
            f"{shown}: tersambung, tetapi {patience_s:g} s tanpa gambar. Nyalakan ulang kamera bila tetap begini. / "
            f"connected, but {patience_s:g} s without a picture. Restart the camera if it stays so."
        )
    return CameraAwayError(
        f"{shown}: tidak ada jawaban dalam {patience_s:g} s. Periksa listrik, kabel dan alamat kamera. / "
        f"no answer within {patience_s:g} s. Check the camera's power, cable and address."
    )
