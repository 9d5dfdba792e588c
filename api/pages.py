"""The front ends, as they were built, and the basemap; nothing here knows a user.

Built files carry a hash in their names and may be kept for ever; the pages themselves may not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi import Path as PathParameter
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.access import Open
from api.writing import Run
from geo_data.basemap import ensure_basemap
from kernel.errors import NotFound

ROOT = Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "api" / "web" / "dist"
FIELD = ROOT / "field_app" / "web" / "dist"

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_NOT_BUILT = "The front end is not built. Remedy: ./run demo\n"

_OPEN = Depends(Open("pages hold no data; what they load asks for a token or a link"))


class BuiltFiles(StaticFiles):
    """The files of one built front end below one address."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, telling how long it may be kept."""
        response = await super().get_response(path, scope)
        kept = path.startswith("assets/") and response.status_code in (200, 206, 304)
        response.headers["Cache-Control"] = _FOR_EVER if kept else _ASK_AGAIN
        return response


def pages() -> APIRouter:
    """Return the addresses people open in a browser."""
    router = APIRouter(include_in_schema=False, dependencies=[_OPEN])
    router.add_api_route("/", _home, methods=["GET"])
    router.add_api_route("/t/{key}", _page(CONSOLE, "track.html"), methods=["GET"])
    router.add_api_route("/basemap/{region}.pmtiles", _basemap, methods=["GET", "HEAD"])
    for address, folder in (("/console", CONSOLE), ("/field", FIELD)):
        router.add_api_route(address, _to_folder(f"{address}/"), methods=["GET"])
        router.add_api_route(f"{address}/{{path:path}}", _files(folder), methods=["GET", "HEAD"])
    return router


def _home() -> RedirectResponse:
    return RedirectResponse("/console/")


def _to_folder(address: str) -> Callable[[], RedirectResponse]:
    def redirect() -> RedirectResponse:
        return RedirectResponse(address)

    return redirect


def _page(folder: Path, name: str) -> Callable[[], Response]:
    def page() -> Response:
        path = folder / name
        if not path.is_file():
            return PlainTextResponse(_NOT_BUILT, status_code=503)
        return FileResponse(path, headers={"Cache-Control": _ASK_AGAIN})

    return page


def _files(folder: Path) -> Callable[..., object]:
    index = _page(folder, "index.html")

    built = BuiltFiles(directory=folder, check_dir=False)

    async def files(request: Request, path: str) -> Response:
        if path in ("", "index.html"):
            return await run_in_threadpool(index)
        return await built.get_response(path, request.scope)

    return files


def _basemap(runtime: Run, region: Annotated[str, PathParameter(max_length=64)]) -> Response:
    """Return the region's tiles; browsers ask for ranges of it."""
    if region != runtime.region:
        raise NotFound(
            "basemap",
            region,
            remedy=f"This service has {runtime.region!r}.",
            zh=f"没有区域 {region} 的地图，本服务负责 {runtime.region}。",
        )
    return FileResponse(
        ensure_basemap(runtime.city),
        media_type="application/vnd.pmtiles",
        headers={"Cache-Control": _FOR_EVER},
    )
