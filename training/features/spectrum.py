"""Sound by how strong each pitch is, how much that varies, and how fast it changes."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from training.features.featurizer import Featurizer, ReadBytes, Row, empty

BANDS = 40
LOWEST_HZ = 50.0
WINDOW_SECONDS = 0.025
STEP_SECONDS = 0.010
MOST_SECONDS = 60.0
"""Of a longer recording its first minute is heard."""
_QUIET = 1e-8
_WIDTH = 3 * BANDS + 2


class Spectrum(Featurizer):
    """Mean, deviation and mean change of 40 mel bands, loudness and length: 122 numbers a field.

    Reads WAV files through scipy, any rate, channels averaged; there is nothing to learn, so that
    features of one recording never depend on another. An item without a recording is all zero.

    References
    ----------
    Davis and Mermelstein, "Comparison of parametric representations for monosyllabic word
    recognition", IEEE TASSP 1980.
    """

    name: ClassVar[str] = "spectrum"
    memory: ClassVar[str] = "122 numbers"
    speed: ClassVar[str] = "10 ms a second of sound"

    def fit(self, rows: Sequence[Row], read_bytes: ReadBytes | None = None) -> Self:
        """Make sure that there is something to hear.

        Raises
        ------
        ValueError
            No row has a recording, or the first one cannot be read.
        """
        for place, row in enumerate(rows):
            for field in self.fields:
                if _hear(row, field, place, read_bytes) is not None:
                    self._state = {"bands": BANDS}
                    return self
        msg = f"rows: no recording in field {self.fields[0]!r}"
        raise ValueError(msg)

    def transform(
        self, rows: Sequence[Row], read_bytes: ReadBytes | None = None
    ) -> NDArray[np.float32]:
        """Return (n_rows, 122 · n_fields) float32.

        Raises
        ------
        ValueError
            A recording cannot be read (names row and field), or `fit` has not been called.
        """
        self.state()
        result = empty(_WIDTH * len(self.fields))
        if rows:
            result = np.zeros((len(rows), _WIDTH * len(self.fields)), dtype=np.float32)
        for place, row in enumerate(rows):
            for column, field in enumerate(self.fields):
                heard = _hear(row, field, place, read_bytes)
                if heard is not None:
                    result[place, column * _WIDTH : (column + 1) * _WIDTH] = describe(*heard)
        return result

    def restore(self, state: Mapping[str, Any]) -> Self:
        """Take up what `state` returned.

        Raises
        ------
        ValueError
            It was made with another number of bands.
        """
        if state["bands"] != BANDS:
            msg = f"state: {state['bands']} bands, but this version has {BANDS}"
            raise ValueError(msg)
        return super().restore(state)


def describe(rate: int, sound: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return (122,): mean, deviation and mean absolute change of each band, loudness, log length.

    Parameters
    ----------
    rate : samples a second.
    sound : (n_samples,) between -1 and 1.
    """
    window, step = max(int(rate * WINDOW_SECONDS), 2), max(int(rate * STEP_SECONDS), 1)
    padded = np.pad(sound, (0, max(window - len(sound), 0)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::step]
    power = np.abs(np.fft.rfft(frames * np.hanning(window), axis=1)) ** 2
    bands = np.log(power @ _mel_bands(rate, window).T + _QUIET)
    change = np.abs(np.diff(bands, axis=0)).mean(axis=0) if len(bands) > 1 else np.zeros(BANDS)
    loudness = np.log(float(np.mean(sound**2)) + _QUIET)
    parts = (bands.mean(axis=0), bands.std(axis=0), change, [loudness, np.log1p(len(sound) / rate)])
    described: NDArray[np.float32] = np.concatenate(parts).astype(np.float32)
    return described


def _mel_bands(rate: int, window: int) -> NDArray[np.float64]:
    """Return (n_bands, n_frequencies): triangles evenly spaced as the ear hears pitch."""
    lowest, highest = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, rate / 2))
    corners = 700 * (10 ** (np.linspace(lowest, highest, BANDS + 2) / 2595) - 1)
    frequencies = np.fft.rfftfreq(window, 1 / rate)
    left, middle, right = (corners[i : i + BANDS, np.newaxis] for i in range(3))
    rising = (frequencies - left) / np.maximum(middle - left, _QUIET)
    falling = (right - frequencies) / np.maximum(right - middle, _QUIET)
    bands: NDArray[np.float64] = np.clip(np.minimum(rising, falling), 0, None)
    return bands


def _hear(
    row: Row, field: str, place: int, read_bytes: ReadBytes | None
) -> tuple[int, NDArray[np.float64]] | None:
    """Return a row's rate and samples; None where the field is empty."""
    from scipy.io import wavfile

    name = row.get(field)
    if name is None or name == "":
        return None
    if read_bytes is None:
        msg = "read_bytes: recordings need a way to read them"
        raise ValueError(msg)
    try:
        rate, samples = wavfile.read(io.BytesIO(read_bytes(str(name))))
        if rate <= 0 or samples.size == 0:
            msg = "it holds no sound"
            raise ValueError(msg)  # noqa: TRY301 - told with row and field below
    except (OSError, ValueError, EOFError) as error:
        msg = f"rows: row {place}, field {field!r}: the recording cannot be read: {error}"
        raise ValueError(msg) from error
    samples = samples[: int(MOST_SECONDS * rate)]
    sound = samples.astype(np.float64)
    if samples.dtype.kind in "iu":
        limits = np.iinfo(samples.dtype)
        middle = (limits.max + limits.min + 1) / 2
        sound = (sound - middle) / (limits.max - middle)
    sound = np.nan_to_num(sound.reshape(len(sound), -1).mean(axis=1))
    return int(rate), sound
