"""A real list of seven years goes in whole, and once."""

from __future__ import annotations

import datetime as dt
import re
import shutil

import pytest

from anlan.core.people.actors import system
from anlan.intake.files.chunks import import_file
from anlan.intake.models import Report
from tests import make

AT = dt.datetime(2017, 1, 1, tzinfo=dt.UTC)
NAME = "norfolk-flood-reports/STORM_data_flooded_streets_2010-2016.csv"


@pytest.fixture
def norfolk(tmp_path):
    """A town with Norfolk's zone and bounds."""
    folder = shutil.copytree(make.CITIES / "small", tmp_path / "norfolk")
    toml = (folder / "city.toml").read_text(encoding="utf-8")
    toml = toml.replace("Asia/Shanghai", "America/New_York")
    (folder / "city.toml").write_text(re.sub(r"bounds = .*", "bounds = [-76.4, 36.8, -76.1, 37.0]", toml), "utf-8")
    return make.city(folder, at=AT)


@pytest.mark.django_db
def test_the_streets_of_norfolk_go_in_whole_and_once(norfolk, real_data):
    """Columns are guessed past a byte order mark inside the header; the same file again adds nothing."""
    path = real_data(NAME)
    given = {"default_category": "waterlogging", "tz": norfolk.zone, "crs": norfolk.default_crs}
    seen, counts = import_file(path, name=path.name, given=given, actor=system("import"), at=AT)
    assert seen.layout.columns() == {"lon": "lon", "lat": "lat", "time": "dt", "id": "recid", "place_words": "location"}
    assert (seen.records, counts.accepted, counts.refused) == (1072, 1072, 0)
    first = Report.objects.get(source_id="468")
    assert first.number.startswith("R-100930-")
    assert first.received_at == dt.datetime(2010, 9, 30, 11, 32, 47, tzinfo=dt.UTC)
    _, again = import_file(path, name=path.name, given=given, actor=system("import"), at=AT)
    assert (again.accepted, again.repeated) == (0, 1072)
