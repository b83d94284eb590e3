"""Plain tables and cards of text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from infra.cli.output import console, plain

if TYPE_CHECKING:
    from rich.table import Table


def print_table(titles: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> None:
    """One line a row; ``right``: columns of numbers. None is shown as a dash."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, title in enumerate(titles):
        table.add_column(title, overflow="fold", justify="right" if place in right else "left")
    _fill(table, rows)
    console().print(table)


def print_card(rows: Iterable[tuple[str, object]]) -> None:
    """Names and values below one another, without those that are absent."""
    from rich.table import Table

    card = Table(box=None, show_header=False, pad_edge=False)
    card.add_column(style="dim", no_wrap=True)
    card.add_column(overflow="fold")
    _fill(card, ((name, value) for name, value in rows if value not in {None, ""}))
    console().print(card)


def _fill(table: Table, rows: Iterable[Sequence[object]]) -> None:
    from rich.text import Text

    for row in rows:
        table.add_row(*(Text("–" if cell is None else plain(cell)) for cell in row))
