"""Reading what people have: tables, lists of objects, maps; refused rows come back with reasons, and go in again."""

from anlan.tables._cells import as_text, guarded, parse_number, plain_numbers, safe_cell, texts_of
from anlan.tables._columns import Columns, Guess, guess_columns
from anlan.tables._degrees import LAT_LON, LON_LAT, order_of_pairs, parse_degrees, parse_pair
from anlan.tables._errors import NOTES, Note, TableError, note
from anlan.tables._plain_times import plain_iso
from anlan.tables._points import InputSummary, Points, read_points
from anlan.tables._records import Record, Records, column_of, open_records
from anlan.tables._refused import HEADER as REFUSED_HEADER
from anlan.tables._refused import Refusal, write_refused
from anlan.tables._source import Opening
from anlan.tables._times import AmbiguousTime, DayOrder, clock_changes, order_of, parse_time, read_moment

__all__ = [
    "LAT_LON",
    "LON_LAT",
    "NOTES",
    "REFUSED_HEADER",
    "AmbiguousTime",
    "Columns",
    "DayOrder",
    "Guess",
    "InputSummary",
    "Note",
    "Opening",
    "Points",
    "Record",
    "Records",
    "Refusal",
    "TableError",
    "as_text",
    "clock_changes",
    "column_of",
    "guarded",
    "guess_columns",
    "note",
    "open_records",
    "order_of",
    "order_of_pairs",
    "parse_degrees",
    "parse_number",
    "parse_pair",
    "parse_time",
    "plain_iso",
    "plain_numbers",
    "read_moment",
    "read_points",
    "safe_cell",
    "texts_of",
    "write_refused",
]
