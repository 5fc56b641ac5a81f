"""Compression by zstd, alone or as the difference to an earlier piece (`zstd --patch-from` makes the same).

Level 1: what fills a dump (numbers, times, tokens) gets hardly smaller at a higher level, only slower. The search over
long distances finds what an earlier piece has; it looks at every 32nd place, for rows are short.
"""

import sys
from typing import Final

from leasehold.backups.errors import BackupDamaged

if sys.version_info >= (3, 14):
    from compression.zstd import (
        CompressionParameter,
        DecompressionParameter,
        ZstdDecompressor,
        ZstdDict,
        ZstdError,
        compress,
    )
else:
    from backports.zstd import (
        CompressionParameter,
        DecompressionParameter,
        ZstdDecompressor,
        ZstdDict,
        ZstdError,
        compress,
    )

SMALLEST_BASE: Final = 8  # bytes; zstd's library takes nothing less
_LEVEL = 1
_LOOK_RATE = 5  # log2
_SMALLEST_WINDOW, _LARGEST_WINDOW = 10, 27  # log2 of bytes; zstd's command opens no larger one unless it is told to


def squeeze(data: bytes, base: bytes | None = None) -> bytes:
    """`data` as one zstd frame with a checksum, which needs `base` again where that is given.

    A base has `SMALLEST_BASE` bytes at least.
    """
    options: dict[int, int] = {CompressionParameter.compression_level: _LEVEL, CompressionParameter.checksum_flag: 1}
    if base is None:
        return compress(data, options=options)
    reach = (len(base) + len(data) - 1).bit_length()
    options |= {
        CompressionParameter.window_log: min(max(reach, _SMALLEST_WINDOW), _LARGEST_WINDOW),
        CompressionParameter.enable_long_distance_matching: 1,
        CompressionParameter.ldm_hash_rate_log: _LOOK_RATE,
    }
    return compress(data, options=options, zstd_dict=ZstdDict(base, is_raw=True).as_prefix)


def expand(data: bytes, size: int, base: bytes | None = None) -> bytes:
    """The `size` bytes that were squeezed, and never more in memory. Raises `BackupDamaged`."""
    options: dict[int, int] = {DecompressionParameter.window_log_max: _LARGEST_WINDOW}
    try:
        prefix = None if base is None else ZstdDict(base, is_raw=True).as_prefix
        reader = ZstdDecompressor(zstd_dict=prefix, options=options)
        plain = reader.decompress(data, max_length=size)
    except (ZstdError, ValueError) as error:
        raise BackupDamaged(f"a part cannot be decompressed ({error})") from error
    if len(plain) != size or not reader.eof or reader.unused_data:
        raise BackupDamaged("a part has another size than it should")
    return plain
