"""The site of one service: its pages, static files, sign-in, and what guards them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from shared.keyring import master_key
from shared.settings import NotConfigured, Settings
from shared.web.guard import STATIC, BoundedBody, SecureHeaders, Tokens, guarded
from shared.web.limits import Limits
from shared.web.pages import NavLink, Pages, organisation_name
from shared.web.problems import HANDLERS, Incidents
from shared.web.sign_in import Member, SignIn, Staff, router
from shared.web.uploads import Uploads

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from starlette.types import Scope

    from shared.desk import Desk
    from shared.service import LinkStatus

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "node_modules"
OWN_STATIC = Path(__file__).parent / "static"
OWN_TEMPLATES = Path(__file__).parent / "templates"
KEPT = "public, max-age=31536000, immutable"


class KeptFiles(StaticFiles):
    """Static files whose address changes with their content, so that browsers keep them."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Answer with a file, or with the word that the browser's copy is still good."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = KEPT
        return response


def web_app(
    settings: Settings,
    service: str,
    desk: Desk,
    link: LinkStatus,
    people: Callable[[], Sequence[Member]],
    *,
    nav: Sequence[NavLink] = (),
    templates: Path | None = None,
    node_modules: Path = NODE_MODULES,
) -> FastAPI:
    """The site of a service, without the service's own routes.

    Args:
        settings: of the organisation.
        service: its templates are in `services/<service>/pages/` if `templates` does not say.
        desk: of the service; the sessions are in its database.
        link: shown to staff while the bus or the counterpart does not answer.
        people: the staff who hold a role, asked each time.
        nav: links in the header of each page.
        templates: folder of the service's templates.
        node_modules: folder of the page style and of htmx.

    Raises:
        NotConfigured: the page style or htmx was not installed, or the settings of the sign-in
            are not complete.
    """
    key = master_key(settings.session_key_file(service))
    app = FastAPI(
        title=f"Accord {service}",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        dependencies=[Depends(guarded)],
    )
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    sign_in = SignIn(settings, service, desk, key, people)
    app.state.sign_in = sign_in
    app.state.tokens = Tokens(key, settings.org, sign_in.cookies)
    app.state.limits = Limits()
    app.state.uploads = Uploads(settings.scan_command)
    app.state.pages = Pages(
        folders=[templates or ROOT / "services" / service / "pages", OWN_TEMPLATES],
        zone=settings.time_zone,
        organisation=organisation_name(settings.org),
        nav=nav,
        link=link,
        assets=_mount_assets(app, node_modules),
        scanned=app.state.uploads.scanned,
    )
    app.add_middleware(BoundedBody)
    app.add_middleware(Incidents, site=app)
    app.add_middleware(SecureHeaders, https=sign_in.cookies.secure)
    app.include_router(router)
    app.add_api_route("/link", _link, include_in_schema=False, response_class=HTMLResponse)
    return app


def _link(request: Request, _: Staff) -> Response:
    """How the link is, as the part of a page that htmx refreshes."""
    return Pages.of(request).show(request, "link.html")


def _mount_assets(app: FastAPI, node_modules: Path) -> dict[str, str]:
    """Serve the style sheets and scripts; gives their addresses by short name."""
    uswds, htmx = node_modules / "@uswds" / "uswds", node_modules / "htmx.org"
    try:
        versions = [json.loads((p / "package.json").read_text())["version"] for p in (uswds, htmx)]
    except FileNotFoundError as error:
        raise NotConfigured(
            f"the page style and htmx are not in {node_modules}: run `make setup`"
        ) from error
    own = sha256(b"".join(p.read_bytes() for p in sorted(OWN_STATIC.iterdir()))).hexdigest()[:12]
    folders = {
        f"{STATIC}uswds-{versions[0]}": uswds / "dist",
        f"{STATIC}htmx-{versions[1]}": htmx / "dist",
        f"{STATIC}accord-{own}": OWN_STATIC,
    }
    for path, folder in folders.items():
        app.mount(path, KeptFiles(directory=folder))
    uswds_at, htmx_at, own_at = folders
    return {
        "uswds": f"{uswds_at}/css/uswds.min.css",
        "htmx": f"{htmx_at}/htmx.min.js",
        "accord": f"{own_at}/accord.css",
        "icon": f"{own_at}/accord.svg",
    }
