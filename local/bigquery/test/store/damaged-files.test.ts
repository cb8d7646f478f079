import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openJobLog } from '../../jobs/job-log';
import { nodeDisk } from '../../store/disk/disk';
import { makeFolders } from '../../store/disk/make-folders';
import { openStore } from '../../store/store';
import { newFolder } from '../support/local-bigquery';

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));

const table = { projectId: 'local', datasetId: 'ds', tableId: 't' };
const schema = [{ name: 'n', type: 'INTEGER', mode: 'NULLABLE' }] as const;
let copies = 0;

/** A data folder with one table of two commits, after the change of one of its files. */
async function damaged(file: string, change: (text: string) => string) {
  copies += 1;
  const dataDirectory = join(folder, `data${copies}`);
  const store = openStore({ projectId: 'local', dataDirectory });
  await store.createDataset('ds', 'EU', {});
  for (const change of [
    { kind: 'create', schema, rows: [['1'], ['2']], options: {} },
    { kind: 'append', rows: [['3']] },
  ] as const) {
    await store.mutate(table, async () => ({ change, result: undefined }));
  }
  await store.close();
  const path = join(dataDirectory, 'datasets/ds', file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  return { path, open: () => openStore({ projectId: 'local', dataDirectory }) };
}

describe('a damaged file of the data folder is named, with the line and what to do', () => {
  it.each([
    ['no JSON', () => '{"datasetId": "ds"', /dataset\.json cannot be read: it is no JSON: /],
    ['another form', () => '{"datasetId": 1}', /dataset\.json cannot be read: datasetId: .*expected string/],
  ])("a dataset's: %s", async (_, change, why) => {
    const { path, open } = await damaged('dataset.json', change);
    expect(open).toThrow(why);
    expect(open).toThrow(path);
    expect(open).toThrow('move the folder');
  });

  it.each([
    ['a row that is none', (text: string) => text.replace('["3"]', '["3"'), 4],
    [
      'a commit that is none, before another',
      (text: string) => text.replace('"commit":"create"', '"commit":1'),
      3,
    ],
    ['a row that is missing', (text: string) => text.replace('["1"]\n', ''), 2],
  ])("a table's: %s", async (_, change, line) => {
    const { path, open } = await damaged('t.ndjson', change);
    const store = open();
    const byte =
      Buffer.byteLength(
        readFileSync(path, 'utf8')
          .split('\n')
          .slice(0, line - 1)
          .join('\n'),
      ) + 1;
    const told = `${path} cannot be read: the log is damaged near byte ${byte} (line ${line}): `;
    expect(() => store.table(table)).toThrow(told);
    expect(() => store.table(table)).toThrow(`truncate -s ${byte} ${path}`);
    await store.close();
  });

  it('a table with no commit at all, and one whose last commit is torn, which is no damage', async () => {
    const empty = await damaged('t.ndjson', () => 'x\n');
    const store = empty.open();
    expect(() => store.table(table)).toThrow(`${empty.path} cannot be read: it holds no commit`);
    await store.close();
    const torn = await damaged('t.ndjson', (text) => text.slice(0, -10));
    const after = torn.open();
    expect(after.table(table)?.rows.toArray()).toEqual([['1'], ['2']]);
    await after.close();
  });

  it('cut as the message says, a table has what stands before', async () => {
    const { path, open } = await damaged('t.ndjson', (text) => text.replace('["3"]', '["3"'));
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.slice(0, text.indexOf('["3"')));
    const store = open();
    expect(store.table(table)?.rows.toArray()).toEqual([['1'], ['2']]);
    await store.close();
  });

  it("a job's", () => {
    const jobs = join(folder, 'jobs');
    mkdirSync(jobs);
    const file = join(jobs, '000000000000001.ndjson');
    writeFileSync(file, '{"a": 1}\nnot JSON\n');
    const open = () => openJobLog(jobs, nodeDisk, (line) => JSON.parse(line));
    expect(open).toThrow(`${file} cannot be read: line 2 (byte 9) is no job.`);
    expect(open).toThrow('move the file away');
  });
});

it('folders are made with those above them, and an obstacle is named', () => {
  makeFolders(join(folder, 'a/b/c'));
  makeFolders(join(folder, 'a/b/c'));
  writeFileSync(join(folder, 'a/file'), '');
  expect(() => makeFolders(join(folder, 'a/file/b'))).toThrow(/ENOTDIR|EEXIST/);
});
