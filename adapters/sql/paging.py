"""Lists, newest first, read page by page."""

from typing import Any

import sqlalchemy as sa


def page(table: sa.Table, tenant: str, limit: int, before: str | None) -> sa.Select[Any]:
    """Select a tenant's newest rows; `before`: those older than the row of this id."""
    made, row_id = table.c.created_at, table.c.id
    query = sa.select(table).where(table.c.tenant == tenant)
    if before is not None:
        mark = table.alias()
        then = (
            sa.select(mark.c.created_at)
            .where(mark.c.tenant == tenant, mark.c.id == before)
            .scalar_subquery()
        )
        # A transfer's id is a hash: it only decides between rows of the same moment.
        query = query.where(sa.or_(made < then, sa.and_(made == then, row_id < before)))
    return query.order_by(made.desc(), row_id.desc()).limit(limit)
