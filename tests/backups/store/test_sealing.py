from itertools import pairwise

import pytest
from pyrage.x25519 import Identity

from leasehold.backups.errors import BackupDamaged, KeyMissing
from leasehold.backups.store.sealing import seal, unseal

SERVER, RECOVERY, STRANGER = (Identity.generate() for _ in range(3))
RECIPIENTS = [str(SERVER.to_public()), str(RECOVERY.to_public())]


@pytest.mark.parametrize("identity", [SERVER, RECOVERY])
def test_each_recipient_opens_it_alone(identity: Identity) -> None:
    assert unseal(seal(b"plain", RECIPIENTS), [str(STRANGER), str(identity)]) == b"plain"


def test_a_strangers_key_is_said_to_be_the_wrong_one() -> None:
    with pytest.raises(KeyMissing, match="recovery kit"):
        unseal(seal(b"plain", RECIPIENTS), [str(STRANGER)])


def test_every_flipped_bit_is_refused() -> None:
    sealed = seal(b"plain", RECIPIENTS)
    for bit in range(len(sealed) * 8):
        damaged = bytearray(sealed)
        damaged[bit // 8] ^= 1 << bit % 8
        # What damages one recipient's part of the header leaves nobody else's key to try.
        with pytest.raises((BackupDamaged, KeyMissing)):
            unseal(bytes(damaged), [str(SERVER)])


def test_every_truncation_is_refused() -> None:
    sealed = seal(b"plain", RECIPIENTS)
    for end, _ in pairwise(range(len(sealed) + 1)):
        with pytest.raises(BackupDamaged):
            unseal(sealed[:end], [str(SERVER)])
