"""What a digest tells an owner: which of their hot leads wait, and what changed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sidecar.store.database import Cursor, Row, many
from sidecar.terms.states import OPEN

PARTS = ("untouched", "new_hot", "cooled", "won", "lost", "reassigned", "replied")
_MOST = 5  # leads of a part that are told by name

# Each part: (lead, since when, from whom, to whom).
_FOUND = """
    SELECT 'untouched' AS part, l.id, h.at, NULL AS "from", NULL AS "to" FROM leads l
    JOIN hot_changes h ON h.lead_id = l.id AND h.number = l.hot_changes
    WHERE l.owner_id = %(user)s AND l.grade = 'hot' AND l.status = ANY(%(open)s) AND h.touched_at IS NULL
    UNION ALL SELECT 'new_hot', l.id, h.at, NULL, NULL FROM hot_changes h JOIN leads l ON l.id = h.lead_id
    WHERE l.owner_id = %(user)s AND h.at >= %(since)s AND h.number = l.hot_changes
    UNION ALL SELECT 'cooled', l.id, l.cooled_at, NULL, NULL FROM leads l
    WHERE l.owner_id = %(user)s AND l.cooled_at >= %(since)s AND l.grade <> 'hot'
    UNION ALL SELECT CASE l.status WHEN 'converted' THEN 'won' ELSE 'lost' END, l.id, max(t.changed_at), NULL,
        NULL FROM leads l JOIN lead_status_history t ON t.lead_id = l.id AND t.to_status = l.status
    WHERE l.owner_id = %(user)s AND l.status IN ('converted', 'lost') AND t.changed_at >= %(since)s
    GROUP BY l.id
    UNION ALL SELECT DISTINCT ON (l.id) 'reassigned', l.id, a.at,
        CASE WHEN a.user_id = %(user)s THEN coalesce(p.name, p.email) END,
        CASE WHEN a.user_id IS DISTINCT FROM %(user)s THEN coalesce(n.name, n.email) END
    FROM assignments a JOIN leads l ON l.id = a.lead_id
    LEFT JOIN users p ON p.id = a.previous_id LEFT JOIN users n ON n.id = a.user_id
    WHERE a.at >= %(since)s AND a.undone_at IS NULL AND a.previous_id IS NOT NULL AND a.kind <> 'claim'
        AND %(user)s IN (a.user_id, a.previous_id)
    UNION ALL SELECT 'replied', l.id, max(e.occurred_at), NULL, NULL FROM leads l
    JOIN events e ON e.contact_id = l.contact_id
    WHERE l.owner_id = %(user)s AND l.status = ANY(%(open)s) AND e.type = 'email_reply'
        AND e.occurred_at >= %(since)s AND e.machine IS NULL
    GROUP BY l.id"""


def of_owner(
    cursor: Cursor, user_id: str, since: datetime, withheld: Collection[str] = ()
) -> dict[str, Row]:
    """Each of PARTS: {count, leads: the strongest of them, [{lead_id, name, company, score, at, from, to}]};
    `untouched` wait now, all others happened since. People who refuse any of `withheld` are left out."""
    rows = many(
        cursor,
        f"""
        SELECT * FROM (
            SELECT f.part, l.id::text AS lead_id, coalesce(c.name, c.email) AS name,
                   coalesce(o.name, o.domain) AS company, l.total_score / 100.0::float8 AS score, f.at,
                   f."from", f."to", count(*) OVER (PARTITION BY f.part) AS count, row_number() OVER (
                       PARTITION BY f.part ORDER BY l.total_score DESC NULLS LAST, l.id) AS place
            FROM ({_FOUND}) f JOIN leads l ON l.id = f.id JOIN contacts c ON c.id = l.contact_id
            LEFT JOIN organizations o ON o.id = l.org_id
            WHERE NOT l.is_test AND NOT c.refused ?| %(withheld)s) found
        WHERE place <= {_MOST} ORDER BY part, place
        """,  # noqa: S608
        {"user": user_id, "since": since, "open": list(OPEN), "withheld": list(withheld)})
    parts: dict[str, Row] = {name: {"count": 0, "leads": []} for name in PARTS}
    for row in rows:
        part = parts[row.pop("part")]
        part["count"] = row.pop("count")
        del row["place"]
        part["leads"].append(row)
    return parts
