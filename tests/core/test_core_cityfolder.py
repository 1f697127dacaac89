"""A city's folder: loaded once, loaded again when it changed, refused with the line that is wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import anlan
from anlan.core.city import folder as cityfolder
from anlan.core.city.options import OPTIONS
from anlan.core.models import AreaVersion, City, Holiday, LedgerEntry, Organisation
from anlan.core.people.actors import system
from tests import make
from tests.make import AT, CITIES

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A copy of the small city's folder, free to be changed."""
    return shutil.copytree(CITIES / "small", tmp_path / "small")


def load(folder):
    return cityfolder.load(folder, actor=system("test"), at=AT)


def test_a_folder_makes_city_areas_organisations_and_holidays():
    """Everything of the folder is there, and one entry says so."""
    city = make.city()
    assert (city.name, city.bounds, city.option("emergency_numbers")[0]) == ("小城", (119.9, 31.7, 120.1, 31.8), "110")
    assert AreaVersion.objects.count() == 5
    assert Organisation.objects.get(code="drains").parent.code == "control"
    assert Holiday.objects.count() == 3
    assert LedgerEntry.objects.filter(kind="core.city_loaded").count() == 1


def test_the_same_folder_again_changes_nothing(folder):
    """Loading is idempotent."""
    assert load(folder) is True
    assert load(folder) is False
    assert LedgerEntry.objects.filter(kind="core.city_loaded").count() == 1


def test_a_changed_folder_is_loaded_again(folder):
    """A new name and a new holiday come in beside what is there."""
    load(folder)
    city = folder / "city.toml"
    city.write_text(city.read_text().replace("Small Town", "Smaller Town"))
    (folder / "holidays.csv").write_text("date,kind,name\n2016-10-01,holiday,国庆节\n")
    assert load(folder) is True
    assert City.objects.get().name_en == "Smaller Town"
    assert Holiday.objects.count() == 4


def test_another_city_is_refused(folder):
    """One city per data directory."""
    load(folder)
    city = folder / "city.toml"
    city.write_text(city.read_text().replace('code = "small"', 'code = "other"'))
    with pytest.raises(cityfolder.CityFolderError, match="holds small"):
        load(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("city.toml", 'zone = "Asia/Shanghai"', 'zone = "Asia/Nowhere"', "no time zone"),
        ("city.toml", 'zone = "Asia/Shanghai"', "zone = 8", "in quotes, not 8"),
        ("city.toml", "bounds = [119.90,", "bounds = [121.90,", "west, south, east, north"),
        ("city.toml", "bounds = [119.90,", 'bounds = ["119.90",', "west, south, east, north"),
        ("city.toml", 'name = "小城"', "", "'name' is missing"),
        ("city.toml", "code =", "code", "city.toml"),
        ("areas.geojson", '"kind": "zone"', '"kind": "planet"', "planet"),
        ("areas.geojson", '"parent": "small"', '"parent": "nobody"', "nobody"),
        ("areas.geojson", '"1990-01-01"', '"long ago"', "feature 1"),
        ("organisations.csv", ",control,small", ",nobody,small", "organisations.csv:3"),
        ("holidays.csv", "2016-06-10", "10/6/2016", "holidays.csv:3"),
        ("holidays.csv", "holiday,端午节", "feast,端午节", "holidays.csv:2"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(folder, file, old, new, said):
    """A wrong line is refused with its place and what to write; nothing of the folder is kept."""
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(cityfolder.CityFolderError, match=said):
        load(folder)
    assert not City.objects.exists()
    assert not AreaVersion.objects.exists()


def test_a_city_without_organisations_is_refused(folder):
    """Nobody could sign in: whoever does belongs to an organisation."""
    (folder / "organisations.csv").unlink()
    with pytest.raises(cityfolder.CityFolderError, match="at least one organisation"):
        load(folder)
    assert not City.objects.exists()


def test_a_file_in_another_encoding_says_to_save_it_as_utf8(folder):
    """GB 18030 in the city's own tables is refused with the remedy."""
    (folder / "organisations.csv").write_bytes("code,name,kind\na,排水处,works\n".encode("gb18030"))
    with pytest.raises(cityfolder.CityFolderError, match="UTF-8"):
        load(folder)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('emergency_names = [["Police"]]', "names in both languages"),
        ('emergency_names = ["Police"]', "names in both languages"),
        ('emergency_names = [["a", "a"], ["b", "b"], ["c", "c"], ["d", "d"]]', "more names"),
        ('hotline = ["12345"]', "hotline as words"),
        ("bulletin_contact = true", "bulletin_contact as words"),
        ('objection_days = "x"', "objection_days as a whole number"),
        ("objection_days = 99999999999", "objection_days as a whole number"),
        ("satisfaction_one_in = 2.5", "satisfaction_one_in as a whole number"),
        ("first_look_minutes = [5]", "first_look_minutes as a whole number"),
        ("opened = 2016-01-01", "opened cannot be kept"),
        ("ladder = 5", "as a table"),
        ("[ladder]\narticles = 5", "each article as a table"),
        ('[[ladder.articles]]\nact = "emergency"\narticle = "8"\narticle_en = "8"\nsteps = 5', "steps of the ladder"),
    ],
)
def test_an_option_of_another_shape_is_a_fault_of_the_file(folder, line, said):
    """Each reader of city.toml finds what it counts on, or the folder is refused with file, key and what to write."""
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    (folder / "acts.csv").write_text("code,name,name_en,kind,in_force_from\nemergency,a,a,law,2007-11-01\n")
    with pytest.raises(cityfolder.CityFolderError, match=said) as refused:
        load(folder)
    assert [fault.column for fault in refused.value.faults] == [re.split(r"\W+", line.strip("["))[0]]
    assert not City.objects.exists()


def test_all_options_that_are_wrong_are_told_at_once(folder):
    """Whoever corrects them need not try again for each."""
    with (folder / "city.toml").open("a", encoding="utf-8") as file:
        file.write('\nobjection_days = "x"\nhotline = []\n')
    with pytest.raises(cityfolder.CityFolderError) as refused:
        load(folder)
    assert {fault.column for fault in refused.value.faults} == {"objection_days", "hotline"}


def test_a_name_too_long_for_its_column_is_a_fault(folder):
    """On every database, not on PostgreSQL alone."""
    city = folder / "city.toml"
    city.write_text(city.read_text(encoding="utf-8").replace("Small Town", "Small Town" * 9), encoding="utf-8")
    with pytest.raises(cityfolder.CityFolderError) as refused:
        load(folder)
    assert [fault.column for fault in refused.value.faults] == ["name_en"]


def test_every_option_that_is_read_has_its_check():
    """Whoever reads another value of city.toml says in the table what it may be."""
    sources = [path.read_text(encoding="utf-8") for path in Path(anlan.__file__).parent.rglob("*.py")]
    read = {name for text in sources for name in re.findall(r"""\.option\(\s*"(\w+)\"""", text)}
    assert "objection_days" in read
    assert read <= set(OPTIONS)
