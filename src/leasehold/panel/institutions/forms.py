"""The forms about institutions, their stage, and the ways to reach people."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import url_for
from flask_babel import get_timezone, gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from wtforms import BooleanField, Field, FormField, HiddenField, SelectField
from wtforms import Form as PlainForm
from wtforms.validators import ValidationError

from leasehold.customers import addresses, details, institutions
from leasehold.customers.addresses import AddressCard
from leasehold.customers.details import Consent
from leasehold.customers.institutions import InstitutionCard, card_of, find_institution
from leasehold.customers.models import ContactDetail, Institution
from leasehold.customers.vocabulary import AddressKind, DetailStatus, InstitutionKind, Language
from leasehold.leads.pipeline import LONGEST_REASON, list_stages
from leasehold.leads.vocabulary import StageType
from leasehold.panel.context import db
from leasehold.panel.customers.forms import DetailRow, detail_rows, read_details
from leasehold.panel.fields import RowList, day, text
from leasehold.panel.institutions.words import stage_words
from leasehold.panel.privacy.erasure import ErasedForm, agreed_anew
from leasehold.panel.saving import PanelForm
from leasehold.panel.stale import Stored, VersionedForm
from leasehold.panel.words import choices_of
from leasehold.settings.days import begin_of
from leasehold.staff.service import get_staff_member, list_staff

_NUMBERED = re.compile(r".*\(no\. ([0-9]{1,18})\)\s*", re.DOTALL)
NOBODY = ("", "–")  # noqa: RUF001  # a dash that people read as nothing
LONGEST_TAGS = 600


def numbered_name(institution: Institution) -> str:
    """An institution's name that cannot be mistaken for another's; `named_institution` reads it."""
    return f"{institution.name} (no. {institution.id})"


def named_institution(session: Session, typed: str) -> Institution:
    """The institution that is meant. Raises `InstitutionNotFound` and `InstitutionAmbiguous`."""
    numbered = _NUMBERED.fullmatch(typed)
    return find_institution(session, numbered[1] if numbered else typed)


def staff_choices() -> list[tuple[str, str]]:
    """Who can look after something: every active member of the staff, or nobody."""
    return [NOBODY, *((str(one.id), one.name) for one in list_staff(db()) if one.disabled_at is None)]


class KeepingField(SelectField):  # type: ignore[misc]  # wtforms has no types
    """A choice among those who can be chosen now; whoever stands there already can stay, although they cannot."""

    def offer(self, choices: Iterable[tuple[str, str]], kept_as: Callable[[str], str]) -> None:
        """These are the choices; `kept_as` says what somebody is called who is none of them."""
        self.choices = list(choices)
        present = self.object_data
        if present and present not in dict(self.choices):
            self.choices.append((present, kept_as(present)))


def offer_staff(field: KeepingField) -> None:
    """Let every active member of the staff be chosen, or nobody."""
    field.offer(staff_choices(), lambda id_: get_staff_member(db(), id_).name)


class AddressRow(PlainForm):  # type: ignore[misc]  # wtforms has no types
    """One address."""

    kind = SelectField(_("Kind"), choices=lambda: choices_of(AddressKind))
    street = text(_("Street and number"), addresses.LONGEST_PART)
    postcode = text(_("Postcode"), addresses.LONGEST_PART)
    city = text(_("City"), addresses.LONGEST_PART)
    country = text(_("Country, such as DE"), 20)


class InstitutionFields(ErasedForm):
    """What is said of an institution."""

    name = text(_("Name"), institutions.LONGEST_NAME, required=True)
    legal_form = text(_("Legal form"), institutions.LONGEST_LEGAL_FORM, help_text=_("GmbH, e. V., Inc. …"))
    kind = SelectField(_("Kind"), choices=lambda: [("", _("unknown")), *choices_of(InstitutionKind)], default="")
    website_domain = text(_("Website domain"), 253, help_text=_("Such as example.com."))
    vat_id = text(_("VAT id"), 40, help_text=_("Such as DE123456789."))
    parent = text(_("Part of"), 260, help_text=_("The name or number of the institution above this one."))
    language = SelectField(_("Language"), choices=lambda: choices_of(Language))
    owner = KeepingField(_("Looked after by"), default="")
    source = text(_("Source"), institutions.LONGEST_SOURCE, help_text=_("Where we know it from."))
    tags = text(_("Tags"), LONGEST_TAGS, help_text=_("Words to find it by, with commas between them."))
    do_not_contact = BooleanField(_("Nobody there may be contacted"))
    details = RowList(
        FormField(DetailRow), _("Ways to reach the institution"), max_entries=details.MOST_DETAILS + 3, default=()
    )
    addresses = RowList(FormField(AddressRow), _("Addresses"), max_entries=addresses.MOST_ADDRESSES + 3, default=())
    agreed = agreed_anew()

    def __init__(self, *arguments: Any, **values: Any) -> None:
        super().__init__(*arguments, **values)
        offer_staff(self.owner)
        self.details.add_empty()
        self.addresses.add_empty()
        self.parent.render_kw = {
            "autocomplete": "off",
            "list": "customer-names",
            "hx-get": url_for("institutions.suggest"),
            "hx-trigger": "input changed delay:250ms",
            "hx-target": "#customer-names",
        }

    def card(self, session: Session) -> InstitutionCard:
        """What the form says. Raises `InstitutionNotFound` and `InstitutionAmbiguous` for the parent."""
        parent = (self.parent.data or "").strip()
        return InstitutionCard(
            name=self.name.data or "",
            legal_form=self.legal_form.data,
            kind=InstitutionKind(self.kind.data) if self.kind.data else None,
            website_domain=self.website_domain.data,
            vat_id=self.vat_id.data,
            parent_id=named_institution(session, parent).id if parent else None,
            language=Language(self.language.data),
            owner_id=int(self.owner.data) if self.owner.data else None,
            source=self.source.data,
            tags=tuple((self.tags.data or "").split(",")),
            do_not_contact=self.do_not_contact.data,
            details=read_details(self.details),
            addresses=tuple(_address(row) for row in self.addresses.data if _is_filled(row)),
        )


class EditInstitutionForm(InstitutionFields, VersionedForm):
    """The same, of an institution that exists."""


def stored_institution(session: Session, institution: Institution) -> Stored:
    """What the fields of `EditInstitutionForm` would say of the institution."""
    card = card_of(session, institution)
    parent = session.get(Institution, card.parent_id) if card.parent_id else None
    names = ("name", "legal_form", "website_domain", "vat_id", "source", "do_not_contact")
    values = {name: getattr(card, name) for name in names} | {
        "kind": card.kind.value if card.kind else "",
        "language": card.language.value,
        "parent": numbered_name(parent) if parent else None,
        "owner": str(card.owner_id or ""),
        "tags": ", ".join(card.tags),
        "details": detail_rows(card.details),
        "addresses": [
            {
                "kind": one.kind.value,
                "street": one.street,
                "postcode": one.postcode,
                "city": one.city,
                "country": one.country,
            }
            for one in card.addresses
        ],
    }
    return Stored(values, institution.version)


def stage_choices() -> list[tuple[str, str]]:
    """The stages that a lead can be put into by hand."""
    return [(str(one.id), stage_words(one.name)) for one in list_stages(db()) if one.type != StageType.WON]


class MoveManyForm(PanelForm):
    """Where leads go."""

    stage = SelectField(_("Stage"), choices=stage_choices)
    lost_reason = text(
        _("Why it was lost"), LONGEST_REASON, help_text=_("Needed for a lost lead; name no persons in it.")
    )


class StageForm(MoveManyForm, VersionedForm):
    """The same, of one lead. `origin` is the page that it was sent from, to go back to."""

    origin = HiddenField()


class JudgeForm(VersionedForm):
    """What is known of a way to reach somebody."""

    state = SelectField(_("State"), choices=lambda: choices_of(DetailStatus))
    opt_out = BooleanField(_("May not be used: they have objected"))
    consent_on = day(_("Consent given on"), _("Empty: there is none."))
    consent_source = text(
        _("How we know of the consent"), details.LONGEST_DETAIL, help_text=_("A form, a call, a letter …")
    )
    consent_proof = text(_("Proof of the consent"), details.LONGEST_PROOF, help_text=_("Where it can be looked up."))

    def validate_consent_source(self, field: Field) -> None:
        """What is said of a consent is not dropped because its day was forgotten."""
        if (field.data or "").strip() and not any(self.consent_on.raw_data or ()):
            raise ValidationError(gettext("Say on which day the consent was given, or clear this."))

    validate_consent_proof = validate_consent_source

    def consent(self) -> Consent | None:
        """The consent that the form speaks of."""
        if self.consent_on.data is None:
            return None
        given: datetime = begin_of(self.consent_on.data.isoformat(), get_timezone())
        return Consent(given, self.consent_source.data or "", self.consent_proof.data)


def judged(detail: ContactDetail, version: int) -> Stored:
    """What the fields of `JudgeForm` would say of it; `version` is its owner's."""
    given = detail.consent_at
    values = {
        "state": detail.status,
        "opt_out": detail.opt_out,
        "consent_on": given.astimezone(get_timezone()).date() if given else None,
        "consent_source": detail.consent_source,
        "consent_proof": detail.consent_proof,
    }
    return Stored(values, version)


class KnownPersonForm(PanelForm):
    """Somebody who is written down elsewhere."""

    person = text(_("E-mail address or number of the person"), details.LONGEST_DETAIL, required=True)
    role = text(_("Role"), 100, help_text=_("What the person does there."))


def _is_filled(row: dict[str, Any]) -> bool:
    return any(row[name] and row[name].strip() for name in ("street", "postcode", "city"))


def _address(row: dict[str, Any]) -> AddressCard:
    country = (row["country"] or "").strip() or "DE"
    return AddressCard(row["city"] or "", country, AddressKind(row["kind"]), row["street"], row["postcode"])
