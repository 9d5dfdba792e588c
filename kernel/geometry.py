"""Geometry columns that are the same on PostGIS and on plain SQLite.

PostgreSQL stores ``geometry(kind, 4326)`` with a GiST index; SQLite stores WKB with an R*Tree
side table kept by triggers (whose functions `kernel.database` registers). No extension is
loaded into SQLite: many Pythons are built without that.
"""

from __future__ import annotations

import importlib
import struct
from typing import Any

import shapely
from sqlalchemy import DDL, LargeBinary, Table, event
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from kernel.position import Position

SRID = 4326

_LON_LAT = struct.Struct("<dd")
_POINT_HEADS = (
    struct.pack("<BI", 1, 1),
    struct.pack("<BII", 1, 0x20000001, SRID),
)
"""How a little-endian point begins: as WKB, and as PostGIS' EWKB with its reference system."""


def load_postgis() -> None:
    """Load GeoAlchemy2, which hooks into the creation of tables: before the first one is made.

    On SQLite it is not needed, and a third of a second is saved.
    """
    importlib.import_module("geoalchemy2")


class _FromEwkt(FunctionElement[Any]):
    inherit_cache = True
    name = "roadflare_from_ewkt"


@compiles(_FromEwkt)
def _plain(element: _FromEwkt, compiler: Any, **options: Any) -> str:
    return str(compiler.process(next(iter(element.clauses)), **options))


@compiles(_FromEwkt, "postgresql")
def _postgis(element: _FromEwkt, compiler: Any, **options: Any) -> str:
    return f"ST_GeomFromEWKT({compiler.process(next(iter(element.clauses)), **options)})"


class GeometryColumn(TypeDecorator[Any]):
    """A WGS-84 geometry, a shapely object in Python.

    Parameters
    ----------
    kind
        OGC name, e.g. ``POINT`` or ``MULTIPOLYGON``.
    """

    impl = LargeBinary
    cache_ok = True
    # Read by GeoAlchemy2's table hooks, which know nothing of type decorators.
    spatial_index = False
    use_N_D_index = False  # noqa: N815
    use_typmod = None
    nullable = True

    def __init__(self, kind: str = "POINT") -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Return the column type of the dialect."""
        if dialect is not None and dialect.name == "postgresql":
            from geoalchemy2 import Geometry  # noqa: PLC0415 (see `load_postgis`)

            return dialect.type_descriptor(Geometry(self.kind, srid=SRID, spatial_index=False))
        return LargeBinary()

    def bind_expression(self, bindvalue: BindParameter[Any]) -> Any:
        """Wrap the parameter so that PostGIS parses it."""
        return _FromEwkt(bindvalue)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return EWKT for PostGIS, WKB for SQLite."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            return f"SRID={SRID};{shapely.to_wkt(value, rounding_precision=-1)}"
        return shapely.to_wkb(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return the shapely geometry."""
        if value is None:
            return None
        wkb = getattr(value, "data", value)  # GeoAlchemy2 wraps it, as hexadecimal text
        return shapely.from_wkb(wkb if isinstance(wkb, str) else bytes(wkb))


class PositionColumn(GeometryColumn):
    """A point, a `Position` in Python."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__("POINT")

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return the stored form of a `Position`."""
        point = None if value is None else shapely.Point(value.lon, value.lat)
        return super().process_bind_param(point, dialect)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Return a `Position`."""
        if value is None:
            return None
        wkb = getattr(value, "data", value)
        lon_lat = _lon_lat(bytes.fromhex(wkb) if isinstance(wkb, str) else bytes(wkb))
        if lon_lat is None:
            point = super().process_result_value(value, dialect)
            lon_lat = point.x, point.y
        return Position(*lon_lat)


def _lon_lat(wkb: bytes) -> tuple[float, float] | None:
    """Return the coordinates of a point as both databases store it; ``None`` for other forms.

    Thousands of them are read for each plan, and a shapely object takes twenty times as long.
    """
    for head in _POINT_HEADS:
        if wkb.startswith(head) and len(wkb) == len(head) + _LON_LAT.size:
            lon, lat = _LON_LAT.unpack_from(wkb, len(head))
            return lon, lat
    return None


def spatial_index_sql(table: str, column: str, dialect: str) -> list[str]:
    """Return the statements that index ``table.column`` on the dialect.

    Used by the table hooks (`index_spatially`) and by the migrations.

    The table's primary key must be an integer column ``id``; null geometries are not indexed.
    """
    if dialect == "postgresql":
        return [f"CREATE INDEX {table}_{column}_gist ON {table} USING gist ({column})"]
    side = f"{table}_{column}_rtree"
    bounds = ", ".join(f"geo_{b}(new.{column})" for b in ("min_x", "max_x", "min_y", "max_y"))
    put = f"INSERT OR REPLACE INTO {side} SELECT new.id, {bounds} WHERE new.{column} IS NOT NULL"
    drop = f"DELETE FROM {side} WHERE id = old.id"  # noqa: S608 (names from our own models)
    both = f"{drop}; {put}"
    return [
        f"CREATE VIRTUAL TABLE {side} USING rtree(id, min_x, max_x, min_y, max_y)",
        f"CREATE TRIGGER {side}_insert AFTER INSERT ON {table} BEGIN {put}; END",
        f"CREATE TRIGGER {side}_update AFTER UPDATE OF {column} ON {table} BEGIN {both}; END",
        f"CREATE TRIGGER {side}_delete AFTER DELETE ON {table} BEGIN {drop}; END",
    ]


def spatial_index_drop_sql(table: str, column: str, dialect: str) -> list[str]:
    """Return the statements that undo `spatial_index_sql`."""
    if dialect == "postgresql":
        return [f"DROP INDEX {table}_{column}_gist"]
    side = f"{table}_{column}_rtree"
    triggers = [f"DROP TRIGGER {side}_{what}" for what in ("insert", "update", "delete")]
    return [*triggers, f"DROP TABLE {side}"]


def index_spatially(table: Table, column: str) -> None:
    """Create the spatial index of ``column`` whenever ``table`` is created."""
    for dialect in ("postgresql", "sqlite"):
        for statement in spatial_index_sql(table.name, column, dialect):
            escaped = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", escaped.execute_if(dialect=dialect))
    for statement in spatial_index_drop_sql(table.name, column, "sqlite"):
        undo = DDL(statement)  # type: ignore[no-untyped-call]
        event.listen(table, "before_drop", undo.execute_if(dialect="sqlite"))


def bound(wkb: bytes | None, index: int) -> float | None:
    """Return one bound of a WKB geometry: 0 min_x, 1 min_y, 2 max_x, 3 max_y (SQLite function)."""
    return None if wkb is None else float(shapely.from_wkb(wkb).bounds[index])
