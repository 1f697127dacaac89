"""What every outcome can: be pickled, copied and compared, become a table, and lie on a map."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from anlan.analysis import _frames, _plots
from anlan.analysis._same import same

if TYPE_CHECKING:
    from anlan.analysis.events import Events


class Result:
    """Base of the outcomes: frozen dataclasses whose arrays nobody writes to and whose mappings nobody changes."""

    rows_in: ClassVar[str | None] = None  # the field that holds the rows of the table
    picture: ClassVar[str | None] = None  # how it is drawn, by name of `_plots`

    def __init_subclass__(cls, rows_in: str | None = None, picture: str | None = None) -> None:
        super().__init_subclass__()
        cls.rows_in, cls.picture = rows_in, picture

    def __getstate__(self) -> dict[str, Any]:
        return {
            name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in vars(self).items()
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, MappingProxyType(value) if isinstance(value, dict) else value)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment] # holds arrays

    def to_frame(self, library: str = "pandas") -> Any:
        """Return the outcome as a table: one row for each place, cluster, band or point; else one row.

        Parameters
        ----------
        library : {"pandas", "polars"}
            Whose data frame.

        Returns
        -------
        pandas.DataFrame or polars.DataFrame

        Raises
        ------
        ImportError
            If the library is not installed.

        Examples
        --------
        >>> from anlan.analysis import recurrent_places
        >>> found = recurrent_places(x=[0, 5, 9, 3, 5000], y=[0, 3, 1, 8, 0], day=[1, 1.1, 9, 20, 9])
        >>> found.to_frame()[["rank", "reports", "episodes"]].to_dict("records")
        [{'rank': 1, 'reports': 4, 'episodes': 3}]
        """
        return _frames.frame_of(_frames.columns_of(self, self.rows_in), library)

    def to_geojson(self, events: Events) -> dict[str, Any]:
        """Return the places or clusters as a GeoJSON FeatureCollection of points in WGS 84 degrees.

        Parameters
        ----------
        events : Events
            What the outcome was found in: they know in which plane its metres lie.

        Returns
        -------
        dict
            Ready for `json.dumps`; the other columns of `to_frame` are properties, `radius_m` among them.

        Raises
        ------
        ValueError
            If the events were not made from degrees, or the outcome has no places.

        Examples
        --------
        >>> from anlan.analysis import Events, recurrent_places
        >>> events = Events.from_lonlat([119.97, 119.97, 119.97, 120.1], [31.81, 31.81, 31.81, 31.9], [1, 9, 20, 9])
        >>> found = recurrent_places(events, min_reports=3)
        >>> [feature["geometry"]["coordinates"] for feature in found.to_geojson(events)["features"]]
        [[119.97, 31.81]]
        """
        return _frames.geojson_of(_frames.columns_of(self, self.rows_in), events)

    def plot(self, events: Events | None = None, *, ax: Any = None) -> Any:
        """Draw the outcome with matplotlib, which is an extra: `pip install "anlan[plots]"`.

        Of a scan the maxima of the simulated data sets as a histogram, and the clusters as lines; of near repeats the
        Knox table as a heat map; of an estimate its interval as a forest, with those beside it; of recurrent places the
        share of reports within the first places against their area.

        Parameters
        ----------
        events : Events, optional
            For recurrent places: reports of another time in the same metres, whose share is the hit rate. Default: the
            places' own members, which says how much they explain and nothing of the time to come.
        ax : matplotlib.axes.Axes, optional
            Where to draw. Default: a new figure.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If there is no picture of such an outcome, or none that takes events.
        """
        if self.picture is None:
            raise ValueError(f"there is no picture of {type(self).__name__}; see to_frame()")
        if events is None:
            return getattr(_plots, self.picture)(self, _plots.axes(ax))
        if self.picture != "hits":
            raise ValueError(f"a picture of {type(self).__name__} takes no events")
        return _plots.hits(self, _plots.axes(ax), events)
