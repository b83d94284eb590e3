"""The report as one self-contained HTML document: nothing is loaded from anywhere, nothing runs."""

from __future__ import annotations

import base64
import hashlib
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.reports.report import Report

STYLE = files("api.reports").joinpath("report.css").read_text(encoding="utf-8").strip()
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
        "sandbox allow-modals"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""The one style sheet in the document, and no script; ``allow-modals`` lets a browser print it."""
_environment = Environment(
    loader=PackageLoader("api.reports", ""), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


def to_html(report: Report) -> str:
    """The whole document."""
    # A style sheet is raw text in HTML: marked as such, because it is ours and its hash is in the header.
    return _environment.get_template("report.html").render(report=report, style=Markup(STYLE))  # noqa: S704
