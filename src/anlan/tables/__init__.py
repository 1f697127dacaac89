"""Reading what people have: CSV, GeoJSON, Excel, Parquet, NDJSON; refused rows come back with reasons."""

from anlan.tables._cells import as_text, parse_number, safe_cell
from anlan.tables._columns import Columns, guess_columns
from anlan.tables._errors import TableError
from anlan.tables._points import InputSummary, Points, read_points
from anlan.tables._records import Record, Records, open_records
from anlan.tables._refused import Refusal, write_refused
from anlan.tables._times import AmbiguousTime, order_of, parse_time

__all__ = [
    "AmbiguousTime",
    "Columns",
    "InputSummary",
    "Points",
    "Record",
    "Records",
    "Refusal",
    "TableError",
    "as_text",
    "guess_columns",
    "open_records",
    "order_of",
    "parse_number",
    "parse_time",
    "read_points",
    "safe_cell",
    "write_refused",
]
