"""Files as a browser sends them."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def send_file(client: FlaskClient, path: str, content: bytes, name: str = "values.csv") -> TestResponse:
    """The answer to a form with one file."""
    head = f'--edge\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + b"\r\n--edge--\r\n"
    return client.post(path, data=body, content_type="multipart/form-data; boundary=edge")


def agree(client: FlaskClient, page: str, **choices: str) -> TestResponse:
    """The answer to the form of an import's page, as it was last looked at."""
    shown = client.get(page, query_string=choices).text
    new = shown.split('name="new" value="')[1].split('"')[0]
    return client.post(page, data=choices | {"new": new})
