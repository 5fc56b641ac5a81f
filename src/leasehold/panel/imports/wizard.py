"""The pages of an import: a file is sent; it is looked at, read another way perhaps; what is good is taken."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from itertools import islice
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from leasehold.imports.errors import FileRefused, ImportOvertaken
from leasehold.imports.previewing import Preview
from leasehold.imports.staging import RowState, first_verdicts, problems
from leasehold.imports.uploads import LARGEST_UPLOAD, forget_upload, keep_upload, name_of_upload, opened_upload
from leasehold.kit.errors import DomainError
from leasehold.kit.orm import driver_connection
from leasehold.panel.context import db, finish
from leasehold.panel.guarding import back_up_first
from leasehold.panel.imports.choices import as_parameters, choices_in, questions
from leasehold.panel.imports.subject import Hints, ImportSubject
from leasehold.panel.imports.verdict_words import BADGES, verdict_in_words
from leasehold.panel.lists.export import send_rows
from leasehold.panel.problems import STATUS_OF
from leasehold.panel.refusals import sentence_for
from leasehold.panel.saving import PanelForm, save_form

_ROWS_SHOWN = 20
_PROBLEMS_SHOWN = 100


def answer_upload(subject: ImportSubject) -> ResponseReturnValue:
    """The page that a file is sent from; then on to what it would do."""
    form = PanelForm.read()

    def keep() -> str:
        file = request.files.get("file")
        if file is None or not file.filename:
            raise FileRefused("none", "No file was sent: choose one.")
        return subject.preview_address(
            keep_upload(driver_connection(db()), subject.key, file.filename, file.stream)  # type: ignore[arg-type]
        )

    if (onward := save_form(form, keep)) is not None:
        return onward
    most = LARGEST_UPLOAD // 1024**2
    return render_template("imports/upload.html", subject=subject, form=form, most=most), form.status


def answer_preview(subject: ImportSubject, upload_id: UUID) -> ResponseReturnValue:
    """What a file that was sent would do; its problems as a file; then it is taken, or let go of."""
    if request.method != "POST":
        wanted_format = request.args.get("format")
        return _problems(subject, upload_id) if wanted_format == "csv" else _page(subject, upload_id)
    if "discard" in request.form:
        forget_upload(driver_connection(db()), subject.key, upload_id)
        return redirect(subject.back, HTTPStatus.SEE_OTHER)
    if (page := back_up_first(subject.backup_before)) is not None:
        return page
    try:
        done = _take(subject, upload_id)
    except DomainError as refusal:
        finish(keep=False)
        return _page(subject, upload_id, refusal)
    flash(done, "success")
    return redirect(subject.back, HTTPStatus.SEE_OTHER)


def _take(subject: ImportSubject, upload_id: UUID) -> str:
    """Take what the page has shown: as many new rows as it said, and none where they are others by now."""
    connection = driver_connection(db())
    with opened_upload(connection, subject.key, upload_id, claim=True) as upload:
        preview = subject.preview(db(), upload.path, choices_in(request.form, subject), upload.file_name)
        if request.form.get("new") != str(preview.figures.of(RowState.NEW)):
            raise ImportOvertaken
        done = subject.take(db(), preview, "good_rows_only" in request.form)
        forget_upload(connection, subject.key, upload_id)
    return done


def _page(subject: ImportSubject, upload_id: UUID, *refusals: DomainError) -> ResponseReturnValue:
    choices = choices_in(request.values, subject)
    session, preview, shown, wrong, hints = db(), None, [], [], Hints()
    with opened_upload(driver_connection(session), subject.key, upload_id) as upload:
        try:
            preview = subject.preview(session, upload.path, choices, upload.file_name)
            shown = first_verdicts(driver_connection(session), _ROWS_SHOWN)
            wrong = list(islice(problems(driver_connection(session)), _PROBLEMS_SHOWN))
            hints = subject.hints(session)
        except FileRefused as refused:
            finish(keep=False)
            refusals = (*refusals, refused)
    page = render_template(
        "imports/preview.html",
        subject=subject,
        file_name=upload.file_name,
        preview=preview,
        counts=[] if preview is None else _counts(preview),
        questions=list(questions(None if preview is None else preview.table, choices, subject)),
        parameters=as_parameters(choices),
        problems_file=subject.preview_address(upload_id, format="csv", **as_parameters(choices)),
        shown=shown,
        wrong=wrong,
        hints=hints,
        badges=BADGES,
        in_words=lambda verdict: verdict_in_words(verdict, subject.sentences),
        errors=[sentence_for(refusal) for refusal in refusals],
    )
    return page, STATUS_OF[refusals[0].kind] if refusals else HTTPStatus.OK


def _counts(preview: Preview) -> Sequence[tuple[RowState, int]]:
    return [(state, preview.figures.of(state)) for state in RowState]


def _problems(subject: ImportSubject, upload_id: UUID) -> ResponseReturnValue:
    """Everything that is wrong with the file, to be put right there."""
    choices = choices_in(request.args, subject)
    name_of_upload(driver_connection(db()), subject.key, upload_id)  # is refused before the file begins

    def rows(session: Session) -> Iterator[Sequence[str | int]]:
        with opened_upload(driver_connection(session), subject.key, upload_id) as upload:
            subject.preview(session, upload.path, choices, upload.file_name)
        for verdict in problems(driver_connection(session)):
            yield verdict.number, verdict.given, verdict.problem or "", verdict_in_words(verdict, subject.sentences)

    titles = [str(title) for title in (_("Row"), _("Value"), _("Problem"), _("What is wrong"))]
    return send_rows("problems.csv", titles, rows)
