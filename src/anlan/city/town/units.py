"""The units of the reference city: nine mobile teams of 237 people together, patrols, traffic, fire and works crews."""

from __future__ import annotations

from typing import Final

import numpy as np

TEAMS: Final = (28, 27, 27, 26, 26, 26, 26, 26, 25)  # 237 people in nine mobile teams, as counts
CENTRES: Final = {  # where people live and units stand by, hand-set: lon, lat, spread in degrees, share of the calls
    "tianning": (119.985, 31.765, 0.030, 0.20),
    "zhonglou": (119.925, 31.770, 0.028, 0.18),
    "xinbei": (119.970, 31.830, 0.040, 0.18),
    "wujin": (119.945, 31.700, 0.055, 0.26),
    "jintan": (119.575, 31.735, 0.040, 0.08),
    "liyang": (119.485, 31.430, 0.040, 0.10),
}
CREWS: Final = (  # kind, Chinese, English, organisation, how many, people
    ("patrol", "巡组", "Patrol", "police", 96, 4),
    ("traffic", "交警巡组", "Traffic patrol", "traffic_police", 90, 2),
    ("fire", "消防车组", "Fire crew", "fire", 12, 7),
    ("works", "抢修班组", "Works crew", "drainage", 36, 6),
)
NUMERALS: Final = "一二三四五六七八九"


def units_csv() -> str:
    """Return units.csv; the same every time."""
    dice = np.random.default_rng(9237)
    lines = ["code,name,name_en,kind,organisation,people,lon,lat"]
    for n, people in enumerate(TEAMS):
        lon, lat = _spot(dice, n)
        team = f"机动队{NUMERALS[n]}队,Mobile team {n + 1}"
        lines.append(f"mobile-{n + 1},{team},mobile,command,{people},{lon},{lat}")
    for kind, name, name_en, organisation, count, people in CREWS:
        for n in range(count):
            lon, lat = _spot(dice, n)
            columns = f"{name}{n + 1:02d},{name_en} {n + 1},{kind},{organisation},{people},{lon},{lat}"
            lines.append(f"{kind}-{n + 1:02d},{columns}")
    return "\n".join(lines) + "\n"


def _spot(dice: np.random.Generator, n: int) -> tuple[float, float]:
    """Return where a unit stands by: spread over the districts by their share of the calls."""
    names = list(CENTRES)
    shares = np.array([centre[3] for centre in CENTRES.values()])
    lon, lat, spread, _ = CENTRES[names[n % len(names)] if n < len(names) else str(dice.choice(names, p=shares))]
    return round(lon + float(dice.normal(0, spread / 2)), 5), round(lat + float(dice.normal(0, spread / 2)), 5)
