"""Golden intervals for paired shares, with their sources."""

from __future__ import annotations

TANGO = [
    # Airway hyper-responsiveness before and after stem cell transplantation: n 21, 1 against 7.
    # Fagerland, Lydersen and Laake, "Recommended tests and confidence intervals for paired
    # binomial proportions", Statistics in Medicine 33, 2014: Tango's interval.
    ((21, 1, 7), (-0.517, -0.026)),
    # Without any differing pair the bounds are ±z²/(n + z²), from the statistic itself.
    ((100, 0, 0), (-0.0370, 0.0370)),
]
