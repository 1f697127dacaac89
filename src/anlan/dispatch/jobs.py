"""How a file of another system's calls is read where it was uploaded with its mapping."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING

from anlan.core.people.actors import system
from anlan.intake.files.mappings import Preview, reads_mappings

if TYPE_CHECKING:
    from anlan.intake.files.counts import Counts

NAME = "import"  # by whom the entries are, as at the terminal


class CallsReader:
    """Reads calls with what came of them; the same as `anlan import FILE --mapping map.toml`."""

    def preview(self, path: Path, *, name: str, mapping: str, at: dt.datetime, watch: Callable[[int], None]) -> Preview:
        """Try the first batch, and store nothing."""
        from anlan.dispatch.callfiles.batches import CHUNK, import_calls
        from anlan.dispatch.callfiles.faults import MappingError
        from anlan.dispatch.callfiles.mapping_file import parse_mapping

        try:
            parsed = parse_mapping(mapping)
            seen, counts = import_calls(
                path, name=name, mapping=parsed, actor=system(NAME), at=at, dry_run=True, most=CHUNK, watch=watch
            )
        except MappingError as error:
            return Preview(problem=error.words, limits=error.limits)
        columns = {key: " + ".join(names) for key, names in parsed.columns().items()}
        tried = counts.accepted + counts.repeated + counts.refused
        return Preview(records=seen.records, tried=tried, columns=columns, counts=counts)

    def run(
        self, path: Path, *, name: str, mapping: str, at: dt.datetime, key: str, refused_to: IO[str],
        progress: Callable[[int, int], None],
    ) -> Counts:  # fmt: skip
        """Import the file; each batch is stored once under the key."""
        from anlan.dispatch.callfiles.batches import import_calls
        from anlan.dispatch.callfiles.mapping_file import parse_mapping

        return import_calls(
            path, name=name, mapping=parse_mapping(mapping), actor=system(NAME), at=at, key=key,
            refused_to=refused_to, progress=progress,
        )[1]  # fmt: skip


reads_mappings(CallsReader())
