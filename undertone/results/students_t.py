"""Student's t, with which every interval is made."""

from __future__ import annotations

from math import inf
from statistics import NormalDist

_T_975 = (inf, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
_Z_975 = NormalDist().inv_cdf(0.975)


def students_t_975(df: int) -> float:
    """The 97.5 % quantile of Student's t, good to three decimals.

    Tabulated up to 10 degrees of freedom, then the Cornish-Fisher expansion about the normal
    quantile (Abramowitz and Stegun, 26.7.5).
    """
    if df < len(_T_975):
        return _T_975[df]
    z = _Z_975
    g1 = (z**3 + z) / 4
    g2 = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    g3 = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + g1 / df + g2 / df**2 + g3 / df**3
