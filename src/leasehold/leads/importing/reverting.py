"""Imports of institutions, and how one is taken back: what it has added goes, unless it was worked with since."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from leasehold.imports.records import Undoing, find_import, take_back
from leasehold.leads.models import InstitutionImport

# Nobody can add anything to what is locked so, nor merge it.
_LOCK_INSTITUTIONS = text("""
SELECT i.id FROM institutions AS i
 WHERE i.id IN (SELECT institution_id FROM institution_import_additions
                 WHERE import_id = :import AND contact_id IS NULL)
 ORDER BY i.id FOR UPDATE
""")
_LOCK_PEOPLE = text("""
SELECT c.id FROM contacts AS c
 WHERE c.id IN (SELECT contact_id FROM institution_import_additions WHERE import_id = :import)
 ORDER BY c.id FOR UPDATE
""")
# Whatever says that somebody has worked with it: it was changed, something is about it, or somebody else is in it.
_TOUCHED_INSTITUTIONS = text("""
SELECT i.name
  FROM institution_import_additions AS n JOIN institutions AS i ON i.id = n.institution_id
 WHERE n.import_id = :import AND n.contact_id IS NULL
   AND (i.version > 1
        OR EXISTS (SELECT FROM customers AS c WHERE c.institution_id = i.id)
        OR EXISTS (SELECT FROM activities AS a WHERE a.institution_id = i.id)
        OR EXISTS (SELECT FROM institution_notes AS t WHERE t.institution_id = i.id)
        OR EXISTS (SELECT FROM institutions AS below WHERE below.parent_id = i.id)
        OR EXISTS (SELECT FROM institution_merges AS m WHERE i.id IN (m.loser_id, m.winner_id))
        OR EXISTS (SELECT FROM duplicate_dismissals AS d WHERE i.id IN (d.first_id, d.second_id))
        OR EXISTS (SELECT FROM contact_details AS w WHERE w.institution_id = i.id AND (
                   w.status <> 'unverified' OR w.opt_out OR w.consent_at IS NOT NULL))
        OR EXISTS (SELECT FROM affiliations AS p
                    WHERE p.institution_id = i.id
                      AND NOT EXISTS (SELECT FROM institution_import_additions AS own
                                       WHERE own.import_id = :import AND own.contact_id = p.contact_id)))
 ORDER BY i.id LIMIT 1000
""")
# Who is restricted is told of by their institution alone.
_TOUCHED_PEOPLE = text("""
SELECT CASE WHEN c.restricted_at IS NULL
            THEN format('%s (%s)', concat_ws(' ', c.first_name, c.last_name), i.name) ELSE i.name END
  FROM institution_import_additions AS n
  JOIN contacts AS c ON c.id = n.contact_id
  JOIN institutions AS i ON i.id = n.institution_id
 WHERE n.import_id = :import
   AND (c.version > 1
        OR EXISTS (SELECT FROM affiliations AS p WHERE p.contact_id = c.id AND p.institution_id <> n.institution_id)
        OR EXISTS (SELECT FROM activities AS a WHERE a.contact_id = c.id)
        OR EXISTS (SELECT FROM reminder_mails AS m WHERE m.contact_id = c.id)
        OR EXISTS (SELECT FROM privacy_requests AS r WHERE r.contact_id = c.id)
        OR EXISTS (SELECT FROM contact_details AS w WHERE w.contact_id = c.id AND (
                   w.status <> 'unverified' OR w.opt_out OR w.consent_at IS NOT NULL)))
 ORDER BY c.id LIMIT 1000
""")
# People first: who goes takes the addition along that names them, and institutions are still named by theirs.
_FORGET = tuple(map(text, (
    "DELETE FROM affiliations WHERE contact_id IN"
    " (SELECT contact_id FROM institution_import_additions WHERE import_id = :import)",
    "DELETE FROM contact_details WHERE contact_id IN"
    " (SELECT contact_id FROM institution_import_additions WHERE import_id = :import)",
    "DELETE FROM contacts WHERE id IN"
    " (SELECT contact_id FROM institution_import_additions WHERE import_id = :import)",
    "DELETE FROM contact_details WHERE institution_id IN"
    " (SELECT institution_id FROM institution_import_additions WHERE import_id = :import AND contact_id IS NULL)",
    "DELETE FROM institutions WHERE id IN"
    " (SELECT institution_id FROM institution_import_additions WHERE import_id = :import AND contact_id IS NULL)",
)))  # fmt: skip


def read_import(session: Session, import_id: int) -> InstitutionImport:
    """The import with this id. Raises `ImportNotFound`."""
    return find_import(session, InstitutionImport, import_id)


def list_imports(session: Session, *, limit: int = 100) -> Sequence[InstitutionImport]:
    """The newest imports, newest first."""
    return session.scalars(select(InstitutionImport).order_by(InstitutionImport.id.desc()).limit(limit)).all()


def revert_import(session: Session, import_id: int, reason: str) -> InstitutionImport:
    """Take out again the institutions that an import has made, and the people it put into others, all or none.

    Who was deleted since is gone, which keeps nobody from reverting. Raises what `take_back` does.
    """
    return take_back(session, InstitutionImport, import_id, reason, Undoing(_touched, _forget))


def _touched(session: Session, import_id: int) -> Sequence[str]:
    which = {"import": import_id}
    for statement in (_LOCK_INSTITUTIONS, _LOCK_PEOPLE):
        session.execute(statement, which)
    return [
        name for statement in (_TOUCHED_INSTITUTIONS, _TOUCHED_PEOPLE) for name in session.scalars(statement, which)
    ]


def _forget(session: Session, import_id: int) -> None:
    for statement in _FORGET:
        session.execute(statement, {"import": import_id})
    session.expire_all()
