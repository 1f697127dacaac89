"""Did a measure work? Failures in later storms, beside places with the same history."""

from __future__ import annotations

from anlan.analysis.effect.estimate import EffectEstimate, Far, before_after

__all__ = ["EffectEstimate", "Far", "before_after"]
