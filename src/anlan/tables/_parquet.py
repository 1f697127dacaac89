"""Parquet, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from anlan.tables._errors import Note, TableError
from anlan.tables._source import Source

Row = tuple[int | None, Sequence[Any]]
BATCH = 20_000


class ParquetRows:
    """Rows of a Parquet file."""

    kind = "parquet"

    def __init__(self, source: Source) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._arrow = pa
        try:
            self._file = pq.ParquetFile(source.file)
        except (pa.ArrowException, OSError) as error:
            raise TableError(
                f"{source.name} cannot be read as Parquet: {str(error)[:120]}", code="broken_parquet"
            ) from None
        self.header: Sequence[Any] = self._file.schema_arrow.names
        self.notes: tuple[Note, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield no line, for there is none, and the cells."""
        for batch in self._file.iter_batches(batch_size=BATCH):
            columns = [self._plain(column) for column in batch.columns]
            for cells in zip(*columns, strict=True):
                yield None, cells

    def _plain(self, column: Any) -> list[Any]:
        kind = column.type
        if self._arrow.types.is_timestamp(kind) and kind.unit == "ns":
            column = column.cast(self._arrow.timestamp("us", tz=kind.tz), safe=False)
        return list(column.to_pylist())
