"""Makes the Parquet files beside it: python make-files.py (needs pyarrow; written with 26.0.1).

What pyarrow does not write (enums, bare repeated fields, lists of two levels, LZO) is put together by `plain_file`.
"""

import datetime as dt
import os
import struct
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
utc = dt.timezone.utc


def write(name, table, **options):
    pq.write_table(table, os.path.join(here, name), **options)


def table(*columns):
    """Of columns (name, type, values[, nullable])."""
    fields = [pa.field(name, kind, nullable=rest[0] if rest else True) for name, kind, _, *rest in columns]
    return pa.table([pa.array(values, kind) for _, kind, values, *_ in columns], schema=pa.schema(fields))


moment = dt.datetime(2024, 9, 1, 10, 11, 12, 123456)
early = dt.datetime(1, 1, 1)
types = table(
    ("bool", pa.bool_(), [True, False, None]),
    ("int8", pa.int8(), [-128, 127, None]),
    ("int32", pa.int32(), [-(2**31), 2**31 - 1, None]),
    ("int64", pa.int64(), [-(2**63), 2**53 + 1, None]),
    ("uint8", pa.uint8(), [255, 0, None]),
    ("uint32", pa.uint32(), [2**32 - 1, 0, None]),
    ("uint64", pa.uint64(), [2**63 - 1, 0, None]),
    ("float", pa.float32(), [0.1, -0.5, None]),
    ("double", pa.float64(), [0.1, float("nan"), None]),
    ("text", pa.string(), ["héllo ☃", "", None]),
    ("bytes", pa.binary(), [b"\x00\xff\x80", b"", None]),
    ("fixed", pa.binary(3), [b"abc", b"\x00\x01\x02", None]),
    ("date", pa.date32(), [dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
    ("time_ms", pa.time32("ms"), [dt.time(23, 59, 59, 999000), dt.time(0), None]),
    ("time_us", pa.time64("us"), [dt.time(23, 59, 59, 999999), dt.time(0), None]),
    ("ts_ms", pa.timestamp("ms", "UTC"), [moment.replace(microsecond=123000), early, None]),
    ("ts_us", pa.timestamp("us", "UTC"), [moment, dt.datetime(9999, 12, 31, 23, 59, 59, 999999), None]),
    ("local", pa.timestamp("us"), [moment, dt.datetime(1969, 12, 31, 23, 59, 59, 999999), None]),
    ("nothing", pa.null(), [None, None, None]),
)
write("types.parquet", types, compression="snappy")
write("types-gzip.parquet", types, compression="gzip", use_dictionary=False)
write("types-zstd.parquet", types, compression="zstd", data_page_version="2.0")
write("types-lz4.parquet", types, compression="lz4", data_page_version="2.0", use_dictionary=False)
write("types-none.parquet", types, compression="none", use_byte_stream_split=["float", "double"], use_dictionary=False)
write("brotli.parquet", table(("id", pa.int64(), [1])), compression="brotli")

write(
    "decimals.parquet",
    table(
        ("small", pa.decimal128(9, 2), [Decimal("1234567.89"), Decimal("-0.01"), None]),
        ("medium", pa.decimal128(18, 9), [Decimal("123456789.123456789"), Decimal("-1.5"), None]),
        (
            "numeric",
            pa.decimal128(38, 9),
            [Decimal("12345678901234567890123456789.123456789"), Decimal("-99999999999999999999999999999.999999999"), None],
        ),
        ("fine", pa.decimal128(38, 18), [Decimal("1.500000000000000000"), Decimal("-2.000000001000000000"), None]),
    ),
    store_decimal_as_integer=True,
)
big = [Decimal("12345678901234567890123456789012345678.00000000000000000000000000000000000001"), Decimal(-1) / 4, None]
write("big-decimals.parquet", table(("big", pa.decimal256(76, 38), big)))
write("fine-decimals.parquet", table(("fine", pa.decimal128(38, 18), [Decimal("0.000000000000000001")])))

pair = pa.struct([("n", pa.int64()), ("s", pa.string())])
nested = table(
    ("id", pa.int64(), [1, 2, 3, 4], False),
    ("pair", pair, [{"n": 2**60 + 1, "s": "a"}, {"n": None, "s": None}, None, {"n": 4, "s": ""}]),
    ("list", pa.list_(pa.string()), [["a", "b"], [], None, ["c"]]),
    ("pairs", pa.list_(pair), [[{"n": 1, "s": "x"}, {"n": None, "s": "y"}], [], None, [{"n": 3, "s": None}]]),
    ("map", pa.map_(pa.string(), pa.decimal128(10, 2)), [[("b", Decimal("1.50")), ("a", None)], [], None, [("b", Decimal(2))]]),
    (
        "deep",
        pa.struct([("inner", pa.struct([("dates", pa.list_(pa.date32()))]))]),
        [{"inner": {"dates": [dt.date(2024, 9, 1), dt.date(2024, 9, 2)]}}, {"inner": {"dates": []}}, {"inner": None}, None],
    ),
)
write("nested.parquet", nested, compression="gzip")
write("nested-v2.parquet", nested, compression="zstd", data_page_version="2.0", row_group_size=3)
write("list-of-nulls.parquet", table(("list", pa.list_(pa.int64()), [[1, None]])))
write("list-of-lists.parquet", table(("list", pa.list_(pa.list_(pa.int64())), [[[1], [2, 3]]])))

count = 1000
write(
    "groups.parquet",
    table(
        ("id", pa.int64(), list(range(count)), False),
        ("unit", pa.string(), ["hour" if n % 3 else "byte" for n in range(count)]),
        ("cost", pa.decimal128(20, 4), [None if n % 7 == 0 else Decimal(n) / 8 for n in range(count)]),
        ("tags", pa.list_(pa.string()), [["t"] * (n % 3) for n in range(count)]),
    ),
    compression="zstd",
    row_group_size=300,
    data_page_size=512,
    data_page_version="2.0",
)

write(
    "int96.parquet",
    table(("at", pa.timestamp("ns"), [1_725_185_472_123_456_789, None])),
    use_deprecated_int96_timestamps=True,
)
write("nanos.parquet", table(("at", pa.timestamp("ns"), [1_725_185_472_123_456_789])))
write("late.parquet", table(("at", pa.timestamp("us"), [253_402_300_800_000_000])))
write("uint64.parquet", table(("n", pa.uint64(), [2**63])))

write("a.parquet", table(("id", pa.int64(), [1]), ("name", pa.string(), ["one"])))
write("b.parquet", table(("Name", pa.string(), ["two"]), ("ID", pa.int64(), [2])))
write("ids.parquet", table(("id", pa.int64(), [3])))
write("text-ids.parquet", table(("id", pa.string(), ["4"]), ("name", pa.string(), ["four"])))
write("required.parquet", table(("id", pa.int64(), [5], False), ("name", pa.string(), ["five"], False)))
write("required-ids.parquet", table(("id", pa.int64(), [6], False)))
write("twice.parquet", table(("id", pa.int64(), [1]), ("ID", pa.int64(), [2])))
write("dotted.parquet", table(("a.b", pa.int64(), [1])))
write("empty.parquet", table(("id", pa.int64(), []), ("name", pa.string(), [])))

orders = table(
    ("order_id", pa.int64(), [9007199254740993, 2, 3], False),
    ("ordered_at", pa.timestamp("us", "UTC"), [moment, moment, moment + dt.timedelta(days=1)]),
    ("amount", pa.decimal128(12, 2), [Decimal("10.10"), Decimal("0.20"), Decimal("99.99")]),
    ("customer", pa.string(), ["ann", "bob", None]),
)
write("orders.parquet", orders, compression="zstd", row_group_size=2)


# Thrift's compact protocol, as far as a footer and a page header need it.
I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def value(kind, v):
    if kind in (I32, I64):
        return varint(v << 1 if v >= 0 else (-v << 1) - 1)
    if kind == BINARY:
        return varint(len(v)) + v
    if kind == LIST:
        inner, items = v
        return bytes([len(items) << 4 | inner]) + b"".join(value(inner, item) for item in items)
    return v


def thrift(*fields):
    out, last = b"", 0
    for number, kind, v in fields:
        if v is not None:
            out, last = out + bytes([number - last << 4 | kind]) + value(kind, v), number
    return out + b"\x00"


def element(name, kind=None, repetition=None, children=None, converted=None, logical=None, length=None):
    """`logical` is the number of a logical type that has no parameters."""
    union = None if logical is None else thrift((logical, STRUCT, thrift()))
    return thrift(
        (1, I32, kind), (2, I32, length), (3, I32, repetition), (4, BINARY, name.encode()), (5, I32, children),
        (6, I32, converted), (10, STRUCT, union),
    )


def levels(values):
    runs = b"".join(varint(2) + bytes([v]) for v in values)
    return struct.pack("<I", len(runs)) + runs if values else b""


def plain_file(name, elements, columns, rows, codec=0):
    """Columns (path, physical type, repetition levels, definition levels, number of values, bytes of the values)."""
    data, chunks = b"PAR1", []
    for path, kind, repetitions, definitions, number, values in columns:
        page = levels(repetitions) + levels(definitions) + values
        header = thrift(
            (1, I32, 0), (2, I32, len(page)), (3, I32, len(page)),
            (5, STRUCT, thrift((1, I32, number), (2, I32, 0), (3, I32, 3), (4, I32, 3))),
        )
        size = len(header) + len(page)
        meta = thrift(
            (1, I32, kind), (2, LIST, (I32, [0, 3])), (3, LIST, (BINARY, [part.encode() for part in path])),
            (4, I32, codec), (5, I64, number), (6, I64, size), (7, I64, size), (9, I64, len(data)),
        )
        chunks.append(thrift((2, I64, len(data)), (3, STRUCT, meta)))
        data += header + page
    group = thrift((1, LIST, (STRUCT, chunks)), (2, I64, len(data)), (3, I64, rows))
    footer = thrift((1, I32, 2), (2, LIST, (STRUCT, elements)), (3, I64, rows), (4, LIST, (STRUCT, [group])))
    with open(os.path.join(here, name), "wb") as file:
        file.write(data + footer + struct.pack("<I", len(footer)) + b"PAR1")


INT64, BYTE_ARRAY, FIXED = 2, 6, 7
REQUIRED, OPTIONAL, REPEATED = 0, 1, 2
longs = lambda *values: struct.pack(f"<{len(values)}q", *values)
texts = lambda *values: b"".join(struct.pack("<I", len(v)) + v for v in values)

plain_file(
    "enum.parquet",
    [element("schema", children=1), element("level", BYTE_ARRAY, OPTIONAL, converted=4, logical=4)],
    [(["level"], BYTE_ARRAY, [], [1, 0, 1], 3, texts(b"LOW", b"HIGH"))],
    3,
)
plain_file(
    "json.parquet",
    [element("schema", children=1), element("j", BYTE_ARRAY, REQUIRED, converted=19, logical=12)],
    [(["j"], BYTE_ARRAY, [], [], 1, texts(b"{}"))],
    1,
)
plain_file(
    "not-utf8.parquet",
    [element("schema", children=1), element("t", BYTE_ARRAY, REQUIRED, converted=0, logical=1)],
    [(["t"], BYTE_ARRAY, [], [], 1, texts(b"\xff"))],
    1,
)
plain_file(
    "lzo.parquet",
    [element("schema", children=1), element("id", INT64, REQUIRED)],
    [(["id"], INT64, [], [], 1, longs(1))],
    1,
    codec=3,
)
plain_file(
    "repeated.parquet",
    [
        element("schema", children=3),
        element("numbers", INT64, REPEATED),
        element("pairs", repetition=REPEATED, children=1),
        element("n", INT64, OPTIONAL),
        element("two_levels", repetition=OPTIONAL, children=1, converted=3),
        element("array", INT64, REPEATED),
    ],
    [
        (["numbers"], INT64, [0, 1, 0], [1, 1, 0], 3, longs(1, 2)),
        (["pairs", "n"], INT64, [0, 0, 1], [0, 2, 1], 3, longs(7)),
        (["two_levels", "array"], INT64, [0, 1, 0], [2, 2, 0], 3, longs(8, 9)),
    ],
    2,
)
# A page whose run of definition levels claims to be two thousand million long.
endless = struct.pack("<I", 6) + varint(2**31 - 2 << 1) + b"\x01"
plain_file(
    "endless.parquet",
    [element("schema", children=1), element("id", INT64, OPTIONAL)],
    [(["id"], INT64, [], [], 1000, endless + longs(*range(1000)))],
    1000,
)
# A page that is told to hold more values than it has.
plain_file(
    "short-page.parquet",
    [element("schema", children=2), element("id", INT64, REQUIRED), element("n", INT64, REQUIRED)],
    [(["id"], INT64, [], [], 2, longs(1, 2)), (["n"], INT64, [], [], 1, longs(1))],
    2,
)
