"""What readers of tables guessed, and what stood in their way, in words that name the page's own choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_noop as noop

NOTES: Final[Mapping[str, str]] = {
    "encoding_guessed": noop("The text is no UTF-8: it is read as %(encoding)s."),
    "encoding_western": noop("The text is neither UTF-8 nor Chinese: it is read as %(encoding)s."),
    "head_found": noop("The heads of the columns were found in row %(row)s; what stands above is left out."),
    "head_of_two_rows": noop("The heads of the columns were put together from rows %(row)s and %(second)s."),
    "sheet_read": noop("The sheet '%(sheet)s' is read. The workbook also has: %(others)s."),
    "layer_read": noop("The layer '%(sheet)s' is read. The map also has: %(others)s."),
    "list_read": noop("The list '%(sheet)s' inside the file is read."),
    "refused_rows": noop("These are refused rows of an earlier import: what was said of them is left out."),
    "shapes_without_point": noop("Lines and areas have no coordinates of their own: %(count)s here have no place."),
    "shapes_by_point": noop("%(count)s lines and areas stand for a point on each."),
    "latitude_first": noop(
        "'%(column)s' is read as latitude before longitude; neither its name nor its cells prove it."
    ),
    "time_of_end": noop("The time of receipt is read from '%(column)s', which looks like the end of each matter."),
    "time_of_several": noop("The time of receipt is read from '%(column)s'; it could also be: %(others)s."),
    "time_of_day_joined": noop("Times of day are read from '%(column)s'."),
    "time_of_day_unused": noop("'%(column)s' holds days only; the times of day in %(others)s are not used."),
    "crs_of_file": noop("The coordinate system is the one that the file names: %(crs)s."),
    "clocks_skipped": noop(
        "%(count)s times in '%(column)s' lie in an hour that clocks skipped in %(tz)s: they are read an hour later."
    ),
    "clocks_twice": noop(
        "%(count)s times in '%(column)s' lie in an hour that came twice in %(tz)s: the first is taken."
    ),
}
NUMBER_TWICE: Final = noop(
    "'%(column)s' holds '%(number)s' twice (again in row %(row)s): it is not used as the number in the list. Mend that "
    "row in the file and upload it anew, or choose the column all the same: then a second row under one number that "
    "says something else comes back with the refused ones."
)
PROBLEMS: Final[Mapping[str, str]] = {
    "headless": noop(
        "line %(line)s looks like data, not heads (%(shown)s). Say below in which row the heads stand, or name the "
        "%(count)s columns."
    ),
    "heads_twice": noop("say either the row of the heads or the names of the columns, not both."),
    "no_head_row": noop("among its first %(most)s rows there is none on line %(row)s, or it is empty."),
    "column_count": noop("%(named)s columns are named below, and the file has %(count)s."),
    "encoding": noop("line %(line)s is no %(encoding)s. Choose another encoding below, or save the file as UTF-8."),
    "no_encoding": noop("choose another encoding below."),
    "several_lists": noop("it holds several lists. Choose one below."),
    "no_sheet": noop("it has no sheet, list or layer '%(sheet)s'. Choose another below."),
    "empty_sheet": noop("the sheet '%(sheet)s' is empty. Where there is another, choose it below."),
    "empty": noop("it holds no row."),
    "old_excel": noop("it is an old Excel file (.xls). Save it as .xlsx or CSV."),
    "gzip": noop("it is packed (gzip). Unpack it first."),
    "pdf": noop("it is a PDF. Export the table itself as CSV or Excel."),
    "nul": noop("it holds NUL characters, so it is no table of text. Save it as CSV in UTF-8."),
    "broken_quotes": noop("on line %(line)s a quotation mark is opened and not closed, or closed too early."),
    "line_too_long": noop("line %(line)s is too long."),
    "too_large": noop("it unpacks to more than 1 GB. Save the list as CSV."),
    "packed": noop("it is a .zip archive with neither a workbook nor a map in it. Unpack it first."),
    "broken_workbook": noop("the workbook is damaged. Save it anew, or as CSV."),
    "broken_parquet": noop("the Parquet file is damaged. Export it anew, or as CSV."),
    "broken_map": noop("it is damaged, or no %(kind)s. Export it anew, or as GeoJSON."),
    "needs_gis": noop("it is %(kind)s, which this server cannot read. Save it as GeoJSON or CSV."),
    "computed_layer": noop("'%(sheet)s' in it is computed while it is read. Save the layer anew, as a table."),
    "map_too_large": noop(
        "it is %(kind)s of more than %(most)s MB, which is held in memory whole. "
        "Save it as GeoPackage, Shapefile or CSV."
    ),
    "map_too_heavy": noop("it takes too much time or memory. Save it as GeoPackage or CSV, or part it."),
    "markup": noop("it is HTML or XML and no table. Open it in a spreadsheet and save it as .xlsx or CSV."),
    "not_json": noop("it is no JSON that holds a list of objects."),
    "no_object": noop("line %(line)s is no JSON object."),
}
