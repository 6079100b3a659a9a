"""Lists, newest first, read page by page."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa


def page(
    table: sa.Table,
    tenant: str,
    limit: int,
    before: str | None,
    among: Sequence[sa.Select[Any]] = (),
) -> sa.Select[Any]:
    """Select a tenant's newest rows.

    Args:
        table: Has `tenant`, `id` and `created_at`.
        tenant: Whose.
        limit: At most so many rows.
        before: Only those older than the row of this id.
        among: Only those whose tenant and id each of these selects. They are looked up one by one:
            SQLite doesn't know how many rows a tenant has, and would rather walk through all.
    """
    made, row_id = table.c.created_at, table.c.id
    theirs: list[sa.ColumnElement[bool]] = [
        sa.tuple_(table.c.tenant, row_id).in_(few) for few in among
    ]
    query = sa.select(table).where(*(theirs or [table.c.tenant == tenant]))
    if before is not None:
        mark = table.alias()
        then = (
            sa.select(mark.c.created_at)
            .where(mark.c.tenant == tenant, mark.c.id == before)
            .scalar_subquery()
        )
        # A transfer's id is a hash: it only decides between rows of the same moment.
        query = query.where(sa.tuple_(made, row_id) < sa.tuple_(then, sa.literal(before)))
    return query.order_by(made.desc(), row_id.desc()).limit(limit)
