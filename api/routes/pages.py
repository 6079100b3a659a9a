"""The web pages: one built document, whichever page is asked for."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from api.dependencies import ServicesDep
from api.errors import NotYours
from api.policy import Action

router = APIRouter(tags=["pages"])

NAMES = frozenset({"caller", "join", "agent", "agent-b", "floor"})
FOR_EVER = "public, max-age=31536000, immutable"
"""A built file's name changes with what is in it."""
HEADERS = {
    "Cache-Control": "no-cache",
    # Scripts are our own files; LiveKit may be anywhere.
    "Content-Security-Policy": (
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "media-src 'self' blob:; connect-src 'self' ws: wss: http: https:; "
        "object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Warm Transfer</title>
<h1>Warm Transfer</h1>
<p>The pages aren't built: run <code>python3 -m stack pages</code>, then reload.</p>
<ul>
<li><a href="docs">The API, described</a>
<li><a href="readyz">Is everything there?</a>
<li><a href="metrics">Metrics</a>
</ul>
</html>
"""


class Built(StaticFiles):
    """Files whose names change with what is in them."""

    def file_response(self, *args: object, **more: object) -> Response:
        """Let browsers keep a file for good."""
        response = super().file_response(*args, **more)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = FOR_EVER
        return response


def add_assets(app: FastAPI, folder: Path) -> None:
    """Serve what the pages consist of, compressed; where none are built, nothing is found."""
    files = Built(directory=folder / "assets", check_dir=False)
    app.mount("/assets", GZipMiddleware(files, minimum_size=1_000), name="assets")


@router.get(
    "/", operation_id=Action.SEE_INDEX, response_class=HTMLResponse, include_in_schema=False
)
def see_index(services: ServicesDep) -> HTMLResponse:
    """Show the home page."""
    return _page(services.settings.pages_dir)


@router.get(
    "/{page}", operation_id=Action.SEE_PAGE, response_class=HTMLResponse, include_in_schema=False
)
def see_page(page: str, services: ServicesDep) -> HTMLResponse:
    """Show one of the pages; they differ by their address alone."""
    if page not in NAMES:
        raise NotYours
    return _page(services.settings.pages_dir)


def _page(folder: Path) -> HTMLResponse:
    built = folder / "index.html"
    text = built.read_text() if built.exists() else NOT_BUILT
    return HTMLResponse(text, headers=HEADERS)
