"""
Computes with DuckDB what the pipeline focus/billing/daily_costs must yield: the figures in test/support/focus/focus-figures.ts.
It runs the pipeline's own SQL over the file, with columns of the pipeline's own types (DECIMAL for BIGNUMERIC).

    pip install duckdb==2.0.1 && python3 test/bench/other-engine.py costs.csv
"""

import csv
import hashlib
import json
import sys
from decimal import Decimal
from pathlib import Path

import duckdb

folder = Path(__file__).parents[2] / "schemas/pipelines/focus/billing"
types = {"STRING": "VARCHAR", "INT64": "BIGINT", "BIGNUMERIC": "DECIMAL(38, 15)", "TIMESTAMP": "TIMESTAMP"}
schema = json.loads((folder / "focus_costs.schema.json").read_text())
known = {column["name"]: types[column["type"]] for column in schema}
# By the header, as the pipeline reads it: what the file lacks is null.
header = next(csv.reader(open(sys.argv[1], newline="")))
columns = {name: known[name] for name in header}

database = duckdb.connect()
database.execute(
    "CREATE TABLE focus_costs AS SELECT * FROM read_csv(?, header = true, auto_detect = false, delim = ',',"
    " quote = '\"', escape = '\"', nullstr = 'NULL', allow_quoted_nulls = false, new_line = '\\n', columns = ?)",
    [sys.argv[1], columns],
)
for name in known.keys() - columns.keys():
    database.execute(f"ALTER TABLE focus_costs ADD COLUMN {name} {known[name]}")
rows = database.execute((folder / "daily_costs.sql").read_text()).fetchall()


def text(value):
    if value is None:
        return None
    if not isinstance(value, Decimal):
        return str(value)
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


lines = sorted(json.dumps([text(cell) for cell in row], ensure_ascii=False, separators=(",", ":")) for row in rows)
digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
sums = [text(sum((row[at] for row in rows), Decimal(0))) for at in (5, 6, 7)]
print(json.dumps({
    "sourceRows": sum(row[8] for row in rows),
    "rows": len(rows),
    "billedCost": sums[0],
    "effectiveCost": sums[1],
    "listCost": sums[2],
    "digest": digest,
}, indent=2))
