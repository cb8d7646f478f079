import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Row, TableReference } from '../../model';
import { type Disk, nodeDisk } from '../../store/disk/disk';
import { explainDiskFailure } from '../../store/disk/disk-errors';
import { openStore, type Store } from '../../store/store';
import { newFolder } from '../support/local-bigquery';

const folder = newFolder();
const table: TableReference = { projectId: 'local', datasetId: 'ds', tableId: 't' };
const schema = [{ name: 'n', type: 'INTEGER', mode: 'NULLABLE' }] as const;
const logged: string[] = [];
let full = false;
let store: Store;

/** Leaves out the last bytes of what it is to write, like a disk that becomes full. */
const fillingDisk: Disk = {
  ...nodeDisk,
  async append(path, offset, text) {
    await nodeDisk.append(path, offset, full ? text.slice(0, -5) : text);
    refuseIfFull();
  },
  async replace(path, text) {
    refuseIfFull();
    return nodeDisk.replace(path, text);
  },
  async makeFolder(path) {
    refuseIfFull();
    await nodeDisk.makeFolder(path);
  },
  async removeFile(path) {
    refuseIfFull();
    await nodeDisk.removeFile(path);
  },
};

function refuseIfFull(): void {
  if (full)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
}

function open(): Store {
  return openStore({
    projectId: 'local',
    dataDirectory: join(folder, 'data'),
    disk: fillingDisk,
    log: (line) => logged.push(line),
  });
}

function change(kind: 'append' | 'replace', ...values: string[]): Promise<void> {
  return store.mutate(table, async () => ({
    change: { kind, rows: values.map((value) => [value]) },
    result: undefined,
  }));
}

function rows(): readonly Row[] | undefined {
  return store.read(table)?.rows;
}

const unavailable = { reason: 'backendError', status: 503 };

beforeAll(async () => {
  store = open();
  await store.createDataset('ds', 'US', {});
  await store.mutate(table, async () => ({
    change: { kind: 'create', schema, rows: [['1']], options: {} },
    result: undefined,
  }));
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

it('a full disk fails the write and keeps the state, and writing works again when there is room', async () => {
  await change('append', '2');
  full = true;
  await expect(change('append', '3', '4')).rejects.toMatchObject(unavailable);
  await expect(change('replace', '9')).rejects.toMatchObject(unavailable);
  await expect(store.createDataset('other', 'US', {})).rejects.toMatchObject(unavailable);
  const made = { ...table, tableId: 'new' };
  await expect(
    store.mutate(made, async () => ({
      change: { kind: 'create', schema, rows: [], options: {} },
      result: undefined,
    })),
  ).rejects.toMatchObject(unavailable);
  expect(rows()).toEqual([['1'], ['2']]);
  expect(store.read(made)).toBeUndefined();
  expect(logged[0]).toContain('ENOSPC');

  await store.close();
  store = open();
  expect(rows()).toEqual([['1'], ['2']]);
  await expect(change('append', '3')).rejects.toMatchObject(unavailable);

  full = false;
  await change('append', '5');
  await store.createDataset('other', 'US', {});
  await store.close();
  store = open();
  expect(rows()).toEqual([['1'], ['2'], ['5']]);
});

it('a start that the disk refuses names the folder, and says that nothing is lost', () => {
  const refused = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
  });
  expect(explainDiskFailure(refused, '/data', 'The local BigQuery')).toMatchObject({
    message: expect.stringMatching(
      /^The local BigQuery cannot start in \/data: the disk is full \(ENOSPC.*\)\. Nothing is lost: /,
    ),
  });
  const other = new Error('Port 1 is in use');
  expect(explainDiskFailure(other, '/data', 'The local BigQuery')).toBe(other);
});

it('a table that could not be replaced keeps what it was, and can be written to later', async () => {
  const remake = () =>
    store.mutate(table, async () => ({
      change: { kind: 'create', schema, rows: [['7']], options: {} },
      result: undefined,
    }));
  const before = rows();
  full = true;
  await expect(remake()).rejects.toMatchObject(unavailable);
  expect(rows()).toEqual(before);
  full = false;
  await change('append', '8');
  await store.close();
  store = open();
  expect(rows()).toEqual([...(before ?? []), ['8']]);
});

it('a statement that fails while it decides changes nothing, and the next one runs', async () => {
  const before = rows();
  await expect(
    store.mutate(table, async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(rows()).toEqual(before);
  await change('replace', '1');
  expect(rows()).toEqual([['1']]);
});

it('changes to one table are decided one after the other', async () => {
  await change('replace', '0');
  await Promise.all(
    [...Array(20).keys()].map(() =>
      store.mutate(table, async (current) => {
        await new Promise(setImmediate);
        const next = Number(current?.rows[0]?.[0]) + 1;
        return { change: { kind: 'replace', rows: [[String(next)]] }, result: undefined };
      }),
    ),
  );
  expect(rows()).toEqual([['20']]);
});

it('a state that was read does not change when rows are appended', async () => {
  await change('replace', '1');
  const read = store.read(table);
  await change('append', '2');
  await change('append', '3');
  expect(read?.rows).toEqual([['1']]);
  expect(rows()).toEqual([['1'], ['2'], ['3']]);
});
