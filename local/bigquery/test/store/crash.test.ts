import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Field, Row, TableChange } from '../../model';
import { openStore, type Store } from '../../store/store';
import {
  type BigQueryProcess,
  newFolder,
  spawnLocalBigQuery,
  startLocalBigQuery,
} from '../support/local-bigquery';

// The short form: what a crash leaves in files is made by hand. crash.long.test.ts kills a server for each of
// these.

describe('after kill -9', () => {
  const folder = newFolder();
  let running: BigQueryProcess;
  beforeAll(async () => {
    running = await spawnLocalBigQuery(folder);
    await running.client.createDataset('ds');
  });
  afterAll(async () => {
    await running.kill();
    rmSync(folder, { recursive: true });
  });

  it('everything that was answered is there', async () => {
    await running.client.query('CREATE TABLE ds.made AS SELECT 1 AS n');
    await running.client.query('UPDATE ds.made SET n = 2 WHERE TRUE');
    await running.client.dataset('ds').createTable('streamed', { schema: 'n:INTEGER' });
    const table = running.client.dataset('ds').table('streamed');
    const acknowledged: number[] = [];
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let n = writer; ; n += 4) {
        await table.insert({ n });
        acknowledged.push(n);
        if (acknowledged.length === 60) await running.kill();
      }
    });
    await Promise.allSettled(writers);
    running = await spawnLocalBigQuery(folder);
    const numbersOf = async (name: string): Promise<number[]> =>
      (await running.client.dataset('ds').table(name).getRows())[0].map(({ n }) => n);
    const found = new Set(await numbersOf('streamed'));
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([]);
    expect(await numbersOf('made')).toEqual([2]);
  });

  it('a data folder that is in use is refused to another process, with a clear error', async () => {
    await expect(spawnLocalBigQuery(folder)).rejects.toThrow(
      /The data folder .* is in use by process \d+\. Stop it first/,
    );
    await expect(startLocalBigQuery({ folder })).rejects.toThrow(/is in use by process/);
  });
});

describe('what a crash leaves in files', () => {
  const folder = newFolder();
  const dataset = { projectId: 'local', datasetId: 'ds' };
  const logOf = (tableId: string) => join(folder, 'datasets', 'ds', `${tableId}.ndjson`);
  const schema: readonly Field[] = [
    { name: 'n', type: 'INTEGER', mode: 'NULLABLE' },
    { name: 's', type: 'STRING', mode: 'NULLABLE' },
  ];
  let store: Store;
  beforeAll(async () => {
    store = openStore({ projectId: 'local', dataDirectory: folder });
    await store.createDataset('ds', 'US', {});
  });
  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  /** Closing a store writes nothing: its files are as a crash leaves them. */
  async function reopen(whileDown: () => void = () => undefined): Promise<void> {
    await store.close();
    whileDown();
    store = openStore({ projectId: 'local', dataDirectory: folder });
  }
  const change = (tableId: string, made: TableChange) =>
    store.mutate({ ...dataset, tableId }, async () => ({ change: made, result: undefined }));
  const create = (tableId: string, rows: readonly Row[]) =>
    change(tableId, { kind: 'create', schema, rows, options: {} });
  const rowsOf = (tableId: string) => store.table({ ...dataset, tableId })?.rows.toArray();

  it('a write that was cut short is gone as a whole, and the table goes on', async () => {
    await create('torn', [['1', null]]);
    const whole = readFileSync(logOf('torn')).length;
    const more: readonly Row[] = [
      ['2', null],
      ['3', null],
      ['4', null],
    ];
    await change('torn', { kind: 'append', rows: more });
    const log = readFileSync(logOf('torn'));
    for (let cut = log.length - 1; cut >= whole; cut -= 1) {
      await reopen(() => {
        writeFileSync(logOf('torn'), log);
        truncateSync(logOf('torn'), cut);
      });
      expect(rowsOf('torn')).toEqual([['1', null]]);
    }
    await change('torn', { kind: 'append', rows: [['5', null]] });
    await reopen();
    expect(rowsOf('torn')).toEqual([
      ['1', null],
      ['5', null],
    ]);
  });

  it('rubbish behind the last commit is left out', async () => {
    await create('rubbish', [['1', null]]);
    await reopen(() => appendFileSync(logOf('rubbish'), '["2","a"]\n\0\0\0\0\n{"commit":"app'));
    expect(rowsOf('rubbish')).toEqual([['1', null]]);
    await change('rubbish', { kind: 'replace', rows: [['7', null]] });
    await reopen();
    expect(rowsOf('rubbish')).toEqual([['7', null]]);
  });

  it('damage in the middle is an error that says so, not a shorter table', async () => {
    await create('damaged', [['1', null]]);
    await change('damaged', { kind: 'append', rows: [['2', null]] });
    await change('damaged', { kind: 'append', rows: [['3', null]] });
    await reopen(() => {
      const text = readFileSync(logOf('damaged'), 'utf8');
      writeFileSync(logOf('damaged'), text.replace('"append"', '"appxnd"'));
    });
    const damage = /damaged\.ndjson cannot be read: the log is damaged near byte \d+/;
    expect(() => rowsOf('damaged')).toThrow(damage);
    await expect(change('damaged', { kind: 'append', rows: [['4', null]] })).rejects.toThrow(damage);
  });

  it('a dataset that was half made or half deleted is not there', async () => {
    const halfway = { projectId: 'local', datasetId: 'halfway' };
    await store.createDataset('halfway', 'US', {});
    await reopen(() => rmSync(join(folder, 'datasets', 'halfway', 'dataset.json')));
    expect(store.hasDataset(halfway)).toBe(false);
    await store.createDataset('halfway', 'US', {});
    await store.mutate({ ...halfway, tableId: 't' }, async () => ({
      change: { kind: 'create', schema, rows: [], options: {} },
      result: undefined,
    }));
    await store.deleteDataset(halfway, true);
    await reopen();
    expect(store.hasDataset(halfway)).toBe(false);
    expect(readdirSync(join(folder, 'trash'))).toEqual([]);
  });

  it('a temporary file of a rewrite does no harm', async () => {
    await create('rewritten', [['1', null]]);
    await reopen(() => writeFileSync(`${logOf('rewritten')}.tmp`, '["9",null]\n'));
    expect(rowsOf('rewritten')).toEqual([['1', null]]);
    expect(existsSync(`${logOf('rewritten')}.tmp`)).toBe(false);
  });

  it('schema and rows are those of the same moment', async () => {
    await create('altered', [['1', 'a']]);
    const wider: readonly Field[] = [...schema, { name: 'x', type: 'DATE', mode: 'NULLABLE' }];
    await change('altered', { kind: 'alter', schema: wider });
    const size = readFileSync(logOf('altered')).length;
    await reopen();
    expect(rowsOf('altered')).toEqual([['1', 'a', null]]);
    await reopen(() => truncateSync(logOf('altered'), size - 2));
    expect(rowsOf('altered')).toEqual([['1', 'a']]);
  });

  it('a change of few rows is written as few rows, and is read again', async () => {
    await create(
      'large',
      Array.from({ length: 1000 }, (_, n) => [String(n), 'x'.repeat(100)]),
    );
    const size = readFileSync(logOf('large')).length;
    const edit = (how: (rows: readonly Row[]) => readonly Row[]) =>
      change('large', { kind: 'replace', rows: how(rowsOf('large') ?? []) });
    await edit((rows) => rows.with(70, ['70', 'changed']));
    await edit((rows) => rows.filter((_, place) => place !== 20));
    await change('large', { kind: 'append', rows: [['1000', 'appended']] });
    await edit((rows) => rows.with(-1, ['1000', 'changed, too']));
    expect(readFileSync(logOf('large')).length).toBeLessThan(size + 1_000);
    const expected = rowsOf('large');
    expect(expected).toHaveLength(1000);
    await reopen();
    expect(rowsOf('large')).toEqual(expected);
  });

  it('a large table with many small changes has a file of bounded size', async () => {
    const text = 'x'.repeat(2_000);
    await create(
      'nibbled',
      Array.from({ length: 40 }, (_, n) => [String(n), text]),
    );
    for (let n = 0; n < 400; n += 1)
      await change('nibbled', {
        kind: 'replace',
        rows: (rowsOf('nibbled') ?? []).with(n % 40, [`${n}`, text]),
      });
    expect(readFileSync(logOf('nibbled')).length).toBeLessThan(700_000);
    const expected = rowsOf('nibbled');
    await reopen();
    expect(rowsOf('nibbled')).toEqual(expected);
  });

  it('a table written again and again has a file of bounded size', async () => {
    const text = 'x'.repeat(20_000);
    await create('busy', [['0', text]]);
    for (let n = 1; n <= 40; n += 1) await change('busy', { kind: 'replace', rows: [[`${n}`, text]] });
    expect(readFileSync(logOf('busy')).length).toBeLessThan(500_000);
    await reopen();
    expect(rowsOf('busy')).toEqual([['40', text]]);
  });
});
