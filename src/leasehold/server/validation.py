"""From the bytes of a body to a request: fast where it is right, thorough where it is wrong."""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct, inspect

from leasehold.server.codes import FieldCode, RequestCode
from leasehold.server.problems import Problem

RequestType = TypeVar("RequestType", bound=Struct)
FieldError = dict[str, str]

_RAW_OBJECT: "msgspec.json.Decoder[dict[str, msgspec.Raw]]" = msgspec.json.Decoder(dict[str, msgspec.Raw])


class RequestDecoder(Generic[RequestType]):
    """Decodes bodies into one kind of request."""

    def __init__(self, request_type: type[RequestType]) -> None:
        self._type = request_type
        self._decoder = msgspec.json.Decoder(request_type)

    def decode(self, body: bytes) -> RequestType:
        """The request. Raises `Problem`: json_invalid, or request_invalid with every field that is wrong."""
        try:
            if not body.isascii():
                body.decode()  # fields that nobody asks for are skipped unread, wrong UTF-8 included
            return self._decoder.decode(body)
        except msgspec.ValidationError:
            errors = self._field_errors(body)
        except (ValueError, RecursionError) as error:
            raise Problem(RequestCode.JSON_INVALID) from error
        raise Problem(RequestCode.REQUEST_INVALID, members={"errors": errors})

    def _field_errors(self, body: bytes) -> list[FieldError]:
        try:
            given = _RAW_OBJECT.decode(body)
        except msgspec.ValidationError:
            return [_error("", FieldCode.WRONG_TYPE, "The body must be a JSON object.")]
        except (ValueError, RecursionError) as error:
            raise Problem(RequestCode.JSON_INVALID) from error
        errors: list[FieldError] = []
        for field in msgspec.structs.fields(self._type):
            pointer = f"/{field.encode_name}"
            if field.encode_name in given:
                errors += _errors_in(bytes(given[field.encode_name]), field.type, pointer)
            elif field.required:
                errors.append(_error(pointer, FieldCode.MISSING, f"{field.encode_name} is required."))
        return errors


def _errors_in(raw: bytes, field_type: Any, pointer: str) -> list[FieldError]:
    try:
        msgspec.json.decode(raw, type=field_type)
    except msgspec.ValidationError:
        return [_diagnose(raw, field_type, pointer)]
    except (ValueError, RecursionError) as error:
        raise Problem(RequestCode.JSON_INVALID) from error
    return []


def _diagnose(raw: bytes, field_type: Any, pointer: str) -> FieldError:
    """Say what is wrong with a value that its type has refused."""
    rule = _rule_of(field_type)
    name = pointer.lstrip("/")
    match rule:
        case inspect.IntType():
            return _diagnose_number(raw, rule, pointer)
        case inspect.ListType():
            return _diagnose_list(raw, rule, pointer)
    if not raw.startswith(b'"'):
        return _error(pointer, FieldCode.WRONG_TYPE, f"{name} must be a string.")
    match rule:
        case inspect.StrType():
            return _diagnose_text(msgspec.json.decode(raw, type=str), rule, pointer, field_type)
        case inspect.EnumType():
            known = ", ".join(str(member.value) for member in rule.cls)
        case _:
            known = ", ".join(str(value) for value in getattr(rule, "values", ()))
    return _error(pointer, FieldCode.UNKNOWN_VALUE, f"{name} must be one of {known}.")


def _diagnose_text(text: str, rule: inspect.StrType, pointer: str, field_type: Any) -> FieldError:
    name = pointer.lstrip("/")
    if rule.min_length is not None and len(text) < rule.min_length:
        return _error(
            pointer, FieldCode.TOO_SHORT, f"{name} has {len(text)} characters, at least {rule.min_length} are needed."
        )
    if rule.max_length is not None and len(text) > rule.max_length:
        return _error(
            pointer, FieldCode.TOO_LONG, f"{name} has {len(text)} characters, at most {rule.max_length} are allowed."
        )
    return _error(pointer, FieldCode.MALFORMED, f"{name} is malformed: {_description_of(field_type)}")


def _diagnose_number(raw: bytes, rule: inspect.IntType, pointer: str) -> FieldError:
    name = pointer.lstrip("/")
    if not raw.lstrip(b"-").isdigit():
        return _error(pointer, FieldCode.WRONG_TYPE, f"{name} must be a whole number.")
    return _error(pointer, FieldCode.OUT_OF_RANGE, f"{name} must be from {rule.ge} to {rule.le}.")


def _diagnose_list(raw: bytes, rule: inspect.ListType, pointer: str) -> FieldError:
    if not raw.startswith(b"["):
        return _error(pointer, FieldCode.WRONG_TYPE, f"{pointer.lstrip('/')} must be a list.")
    known = ", ".join(str(value) for value in getattr(rule.item_type, "values", ()))
    for index, item in enumerate(msgspec.json.decode(raw, type=list[msgspec.Raw])):
        place = f"{pointer}/{index}"
        if not bytes(item).startswith(b'"'):
            return _error(place, FieldCode.WRONG_TYPE, f"Each of {pointer.lstrip('/')} must be a string.")
        if msgspec.json.decode(item, type=str) not in getattr(rule.item_type, "values", ()):
            return _error(place, FieldCode.UNKNOWN_VALUE, f"Each of {pointer.lstrip('/')} must be one of {known}.")
    raise TypeError(f"{pointer} was refused without a reason")


def _rule_of(field_type: Any) -> inspect.Type:
    rule = _described_rule_of(field_type)
    return rule.type if isinstance(rule, inspect.Metadata) else rule


def _description_of(field_type: Any) -> str:
    rule = _described_rule_of(field_type)
    schema = rule.extra_json_schema if isinstance(rule, inspect.Metadata) else None
    return str((schema or {}).get("description", ""))


def _described_rule_of(field_type: Any) -> inspect.Type:
    """The type's rule; of an optional one that which holds where a value is given."""
    rule = inspect.type_info(field_type)
    if isinstance(rule, inspect.UnionType):
        return next(member for member in rule.types if not isinstance(member, inspect.NoneType))
    return rule


def _error(pointer: str, code: FieldCode, detail: str) -> FieldError:
    return {"pointer": pointer, "code": code.value, "detail": detail}
