import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { type Samples, writeSamples } from '../../../../local/tools/sample/write-samples';

/** The frequency, the period's end, and the day that it starts on. */
const chargeStart = /"(?:Usage-Based|Recurring|One-Time)","[^"]+","(2026-10-\d\d) \d\d:00:00",/;

describe('npm run sample', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenant-pipelines-sample-'));
  let written: Samples;
  let lines: string[];
  beforeAll(() => {
    written = writeSamples(directory);
    lines = readFileSync(written.focus.path, 'utf8').trimEnd().split('\n');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('writes the files that the printed URIs name', () => {
    expect(written.focus).toMatchObject({ uri: 'gs://billing/focus_costs.csv', rows: 1_000 });
    expect(written.gcp).toMatchObject({ uri: 'gs://billing/gcp_billing_export.ndjson', rows: 500 });
    expect(lines).toHaveLength(1 + 1_000);
    expect(readFileSync(written.gcp.path, 'utf8').trimEnd().split('\n')).toHaveLength(500);
  });

  it('has the columns of the FOCUS pipeline, in their order', () => {
    const schema = join(__dirname, '../../../../schemas/pipelines/focus/billing/focus_costs.schema.json');
    const fields = z.array(z.object({ name: z.string() })).parse(JSON.parse(readFileSync(schema, 'utf8')));
    // FOCUS 1.0's; later versions add theirs behind them.
    const first = fields.map(({ name }) => `"${name}"`).slice(0, lines[0]?.split(',').length);
    expect(first.length).toBeGreaterThan(40);
    expect(lines[0]).toBe(first.join());
  });

  it('is of one month and one currency, with credits and with rows that no sub account pays for', () => {
    const rows = lines.slice(1);
    const starts = rows.map((row) => chargeStart.exec(row)?.[1]);
    expect(starts.filter((day) => day === undefined)).toEqual([]);
    expect(new Set(starts).size).toBe(31);
    expect(rows.filter((row) => !row.includes('"USD"'))).toEqual([]);
    expect(rows.some((row) => row.startsWith('NULL,-'))).toBe(true);
    expect(rows.some((row) => row.endsWith(',NULL,NULL,NULL'))).toBe(true);
  });

  it('is the same, byte for byte, each time', () => {
    const before = readFileSync(written.focus.path);
    writeSamples(directory);
    expect(readFileSync(written.focus.path).equals(before)).toBe(true);
  });
});
