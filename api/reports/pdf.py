"""The report as PDF (A4, tagged), set by typst. What people wrote reaches it as data, never as markup."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import msgspec
import pylopdf_fonts_ko
import typst

from api.reports.report import Report

TEMPLATE = files("api.reports").joinpath("report.typ").read_bytes()


def to_pdf(report: Report) -> bytes:
    """The whole document; takes some hundred milliseconds of one core, so it belongs in a thread.

    No file of the machine is read, no font of it is used: the same report gives the same pages everywhere.
    """
    data = msgspec.json.encode(report).decode()
    pdf = typst.compile(
        TEMPLATE, font_paths=_fonts(), ignore_system_fonts=True, format="pdf", sys_inputs={"report": data}
    )
    assert isinstance(pdf, bytes)
    return pdf


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, font_paths=[str(pylopdf_fonts_ko.sans_path().parent)])
