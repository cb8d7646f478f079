import { appendFileSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BigQueryProcess,
  newFolder,
  spawnLocalBigQuery,
  startLocalBigQuery,
} from '../support/local-bigquery';

const folder = newFolder();
const logOf = (table: string) => join(folder, 'data', 'datasets', 'ds', `${table}.ndjson`);
let running: BigQueryProcess;

beforeAll(async () => {
  running = await spawnLocalBigQuery(folder);
  await running.client.createDataset('ds');
});
afterAll(async () => {
  await running.kill();
  rmSync(folder, { recursive: true });
});

async function crash(whileDown: () => void = () => undefined): Promise<void> {
  await running.kill();
  whileDown();
  running = await spawnLocalBigQuery(folder);
}

async function numbersOf(table: string): Promise<number[]> {
  const [rows] = await running.client.dataset('ds').table(table).getRows();
  return rows.map(({ n }) => n);
}

async function tableWith(name: string, rows: object[]): Promise<void> {
  const [table] = await running.client.dataset('ds').createTable(name, { schema: 'n:INTEGER,s:STRING' });
  await table.insert(rows);
}

describe('after kill -9', () => {
  it('everything that was answered is there', async () => {
    await tableWith('streamed', [{ n: -1 }]);
    await running.client.query('CREATE TABLE ds.made AS SELECT 1 AS n');
    await running.client.query('UPDATE ds.made SET n = 2 WHERE TRUE');
    const table = running.client.dataset('ds').table('streamed');
    const acknowledged: number[] = [];
    const writers = [0, 1, 2, 3].map(async (writer) => {
      for (let n = writer; ; n += 4) {
        await table.insert({ n });
        acknowledged.push(n);
        if (acknowledged.length === 60) await crash();
      }
    });
    await Promise.allSettled(writers);
    const found = new Set(await numbersOf('streamed'));
    expect(acknowledged.length).toBeGreaterThanOrEqual(60);
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([]);
    expect(await numbersOf('made')).toEqual([2]);
  });

  it('a write that was cut short is gone as a whole, and the table goes on', async () => {
    await tableWith('torn', [{ n: 1 }]);
    const whole = readFileSync(logOf('torn'));
    await running.client
      .dataset('ds')
      .table('torn')
      .insert([{ n: 2 }, { n: 3 }, { n: 4 }]);
    const size = readFileSync(logOf('torn')).length;
    for (const cut of [size - 1, size - 10, whole.length + 20, whole.length + 3]) {
      await crash(() => truncateSync(logOf('torn'), cut));
      expect(await numbersOf('torn')).toEqual([1]);
    }
    await running.client.dataset('ds').table('torn').insert({ n: 5 });
    await crash();
    expect(await numbersOf('torn')).toEqual([1, 5]);
  });

  it('rubbish behind the last commit is left out', async () => {
    await tableWith('rubbish', [{ n: 1 }]);
    await crash(() => appendFileSync(logOf('rubbish'), '["2","a"]\n\0\0\0\0\n{"commit":"app'));
    expect(await numbersOf('rubbish')).toEqual([1]);
    await running.client.query('UPDATE ds.rubbish SET n = 7 WHERE TRUE');
    await crash();
    expect(await numbersOf('rubbish')).toEqual([7]);
  });

  it('damage in the middle is an error that says so, not a shorter table', async () => {
    await tableWith('damaged', [{ n: 1 }]);
    await running.client.dataset('ds').table('damaged').insert({ n: 2 });
    await crash(() => {
      const text = readFileSync(logOf('damaged'), 'utf8');
      writeFileSync(logOf('damaged'), text.replace('"append"', '"appxnd"'));
    });
    await expect(numbersOf('damaged')).rejects.toMatchObject({ code: 500 });
    await expect(running.client.dataset('ds').table('damaged').insert({ n: 3 })).rejects.toMatchObject({
      code: 500,
    });
  });

  it('a dataset that was half made or half deleted is not there', async () => {
    await running.client.createDataset('halfway');
    await crash(() => rmSync(join(folder, 'data', 'datasets', 'halfway', 'dataset.json')));
    expect(await running.client.dataset('halfway').exists()).toEqual([false]);
    await running.client.createDataset('halfway');
    await running.client.dataset('halfway').createTable('t', { schema: 'n:INTEGER' });
    await running.client.dataset('halfway').delete({ force: true });
    await crash();
    expect(await running.client.dataset('halfway').exists()).toEqual([false]);
    expect(readdirSync(join(folder, 'data', 'trash'))).toEqual([]);
  });

  it('a temporary file of a rewrite does no harm', async () => {
    await tableWith('rewritten', [{ n: 1 }]);
    await crash(() => writeFileSync(`${logOf('rewritten')}.tmp`, '["9",null]\n'));
    expect(await numbersOf('rewritten')).toEqual([1]);
  });

  it('schema and rows are those of the same moment', async () => {
    await tableWith('altered', [{ n: 1, s: 'a' }]);
    await running.client
      .dataset('ds')
      .table('altered')
      .setMetadata({
        schema: {
          fields: [
            { name: 'n', type: 'INTEGER' },
            { name: 's', type: 'STRING' },
            { name: 'x', type: 'DATE' },
          ],
        },
      });
    const size = readFileSync(logOf('altered')).length;
    await crash();
    const [rows] = await running.client.dataset('ds').table('altered').getRows();
    expect(rows).toEqual([{ n: 1, s: 'a', x: null }]);
    await crash(() => truncateSync(logOf('altered'), size - 2));
    const [before] = await running.client.dataset('ds').table('altered').getRows();
    expect(before).toEqual([{ n: 1, s: 'a' }]);
  });

  it('a table written again and again has a file of bounded size', async () => {
    await running.client.query("CREATE TABLE ds.busy AS SELECT 0 AS n, REPEAT('x', 20000) AS s");
    for (let i = 0; i < 40; i++) await running.client.query('UPDATE ds.busy SET n = n + 1 WHERE TRUE');
    expect(readFileSync(logOf('busy')).length).toBeLessThan(500_000);
    await crash();
    expect(await numbersOf('busy')).toEqual([40]);
  });
});

describe('a data folder', () => {
  it('that is in use is refused to another process, with a clear error', async () => {
    await expect(spawnLocalBigQuery(folder)).rejects.toThrow(
      /The data folder .* is in use by process \d+\. Stop it first/,
    );
    await expect(startLocalBigQuery({ folder })).rejects.toThrow(/is in use by process/);
  });
});
