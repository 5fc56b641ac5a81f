"""Whatever changes from day to day, every backup of a long chain comes back as it was."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.backups.store.store import Store, contents, manifest_of, rows, write

DAYS = 40
_SEED = rows(0, 4000)
_place = st.floats(0, 1, exclude_max=True)
_edits = st.one_of(
    st.tuples(st.just("insert"), _place, st.binary(max_size=3000)),
    st.tuples(st.just("remove"), _place, st.integers(0, 20_000)),
    st.tuples(st.just("append"), st.integers(0, 300), st.text(max_size=3)),
    st.tuples(st.just("rename"), st.sampled_from(["1.dat", "2.dat", "3.dat"])),
    st.tuples(st.just("nothing")),
    st.tuples(st.just("empty")),
)


def edited(data: bytes, name: str, edit: tuple[object, ...]) -> tuple[bytes, str]:
    match edit:
        case ("insert", float(place), bytes(what)):
            at = int(place * len(data))
            return data[:at] + what + data[at:], name
        case ("remove", float(place), int(size)):
            at = int(place * len(data))
            return data[:at] + data[at + size :], name
        case ("append", int(count), str(salt)):
            return data + rows(0, count, salt=salt), name
        case ("rename", str(new)):
            return data, new
        case ("empty",):
            return b"", name
    return data, name


@pytest.mark.slow
@pytest.mark.usefixtures("small_pieces")
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(_edits, min_size=DAYS, max_size=DAYS), cycle=st.integers(8, 32))
def test_forty_backups_each_come_back(edits: list[tuple[object, ...]], cycle: int) -> None:
    with TemporaryDirectory(prefix="leasehold-chain-") as directory:
        store = Store(Path(directory))
        data, name = _SEED, "1.dat"
        expected: dict[str, bytes] = {}
        for day, edit in enumerate(edits):
            data, name = edited(data, name, edit)
            source = write(store.directory / f"in{day}", {name: data, "toc.dat": b"%d" % day})
            manifest = manifest_of(day % cycle, cycle=day // cycle, tables={"licenses": name})
            expected[store.backup(source, manifest)] = data
            for path in source.iterdir():
                path.unlink()
        for number, (commit, wanted) in enumerate(expected.items()):
            target = store.directory / f"out{number}"
            store.restore(commit, target)
            got = contents(target)
            assert got.pop("toc.dat") == b"%d" % number
            assert list(got.values()) == [wanted]
