import pytest

from leasehold.kit.git_address import AddressInvalid, GitAddress, read_address


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("git@github.com:you/archive.git", "github.com", None),
        ("archive-host:backups", "archive-host", None),
        ("ssh://git@example.org:2222/srv/archive.git", "example.org", 2222),
        ("ssh://[::1]:22/srv/archive", "::1", 22),
        ("/srv/archive.git", None, None),
    ],
)
def test_an_address_over_ssh_or_on_this_machine(text: str, host: str | None, port: int | None) -> None:
    address = read_address(text)
    assert (address.text, address.host, address.port) == (text, host, port)
    assert (address.directory is None) is (host is not None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "archive",
        "../archive",
        "/srv/../etc",
        "--upload-pack=sh",
        "-oProxyCommand=sh:x",
        "ext::sh -c true",
        "git@-oProxyCommand=sh:x",
        "ssh://-oProxyCommand=sh/x",
        "git@host:-x",
        "ssh://git@host/-x",
        "https://github.com/you/archive.git",
        "file:///srv/archive.git",
        "git@host:x\ny",
        "~nobody-is-called-this/x",
    ],
)
def test_what_git_could_take_for_something_else_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid):
        read_address(text)


def test_a_home_directory_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    assert read_address("~/archive.git") == GitAddress("/home/somebody/archive.git")


def test_volumes_stand_beside_the_first() -> None:
    assert read_address("/srv/archive.git").numbered(2).text == "/srv/archive-0002.git"
    assert read_address("/srv/archive").numbered(12).text == "/srv/archive-0012"
    assert read_address("/srv/archive").numbered(1).text == "/srv/archive"
