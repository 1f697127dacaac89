"""What is not asked for is not loaded: SciPy and Numba would cost every command of the platform a second."""

from __future__ import annotations

import subprocess
import sys

import pytest

import anlan.analysis

pytestmark = pytest.mark.pure


def test_every_public_name_is_there() -> None:
    """Each can be imported, is listed, and what is no name says so."""
    assert set(anlan.analysis.__all__) == set(dir(anlan.analysis))
    assert all(getattr(anlan.analysis, name) is not None for name in anlan.analysis.__all__)
    assert callable(anlan.analysis.near_repeat)
    with pytest.raises(AttributeError, match="person_score"):
        anlan.analysis.person_score  # noqa: B018


@pytest.mark.slow
def test_the_platform_starts_without_the_statistics() -> None:
    """Setting up every stage loads neither."""
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'anlan.settings'\n"
        "import django; django.setup(); import anlan.urls\n"
        "print([name for name in ('scipy', 'numba', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
