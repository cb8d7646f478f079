// In short: ../jobs/resumable-upload.test.ts
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

const hasBq = (() => {
  try {
    execFileSync('which', ['bq'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
if (!hasBq) console.warn('Skipped: bq is not installed');

/** The table of commands in README. */
(hasBq ? describe : describe.skip)('bq', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bq-'));
  let local: LocalBigQuery;
  beforeAll(async () => {
    local = await startLocalBigQuery();
    writeFileSync(join(folder, 'orders.csv'), 'id,name\n1,a\n2,b\n');
    writeFileSync(join(folder, 'rows.json'), '{"id": 3, "name": "c"}\n');
  });
  afterAll(async () => {
    await local?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const bq = (...args: string[]) =>
    new Promise<string>((resolve) => {
      execFile(
        'bq',
        ['--api', local.url, '--project_id', 'local', '--headless', ...args],
        {
          cwd: folder,
          env: {
            ...process.env,
            CLOUDSDK_AUTH_ACCESS_TOKEN: 'none',
            CLOUDSDK_CONFIG: join(folder, 'config'),
          },
        },
        (_error, stdout, stderr) => resolve(stdout + stderr),
      );
    });

  it('works as it comes', async () => {
    const sql = (...text: string[]) => ['query', '--use_legacy_sql=false', '--format=json', ...text];
    const view = (query: string) => ['--use_legacy_sql=false', `--view=${query}`, 'shop.big'];
    const steps: [string[], string | RegExp][] = [
      [['mk', 'shop'], "Dataset 'local:shop' successfully created."],
      [
        ['mk', '--table', 'shop.orders', 'id:INTEGER,name:STRING'],
        "Table 'local:shop.orders' successfully created.",
      ],
      [['--job_id=loaded', 'load', '--skip_leading_rows=1', 'shop.orders', 'orders.csv'], 'Upload complete.'],
      [['insert', 'shop.orders', 'rows.json'], ''],
      [
        sql(
          '--parameter=low:INT64:0',
          'SELECT MAX(name) AS m, COUNT(*) AS n FROM shop.orders WHERE id > @low',
        ),
        '[{"m":"c","n":"3"}]',
      ],
      [['query', '--use_legacy_sql=false', 'DELETE shop.orders WHERE id = 1'], 'Number of affected rows: 1'],
      [['query', '--use_legacy_sql=true', 'SELECT 1'], /[Ll]egacy SQL/],
      [['head', '--format=json', 'shop.orders'], '"id":"2"'],
      [
        ['mk', ...view('SELECT id FROM shop.orders WHERE id > 2')],
        "View 'local:shop.big' successfully created.",
      ],
      [sql('SELECT COUNT(*) AS n FROM shop.big'), '[{"n":"1"}]'],
      [['update', ...view('SELECT name FROM shop.orders')], "View 'local:shop.big' successfully updated."],
      [['show', '--schema', 'shop.big'], '"name":"name"'],
      [['show', '-j', 'loaded'], /load +SUCCESS/],
      [['cancel', 'loaded'], 'Job completed before it could be cancelled.'],
      [['cp', 'shop.orders', 'shop.copied'], "successfully copied to 'local:shop.copied'"],
      [['cp', '--snapshot', '--no_clobber', 'shop.orders', 'shop.kept'], 'successfully snapshotted'],
      [['extract', 'shop.orders', 'gs://files/out.csv'], /^(?![\s\S]*error)/i],
      [
        [
          'load',
          '--replace',
          '--skip_leading_rows=1',
          'shop.copied',
          'gs://files/out.csv',
          'id:INTEGER,name:STRING',
        ],
        /^(?![\s\S]*error)/i,
      ],
      [sql('SELECT MIN(id) AS least, COUNT(*) AS n FROM shop.copied'), '[{"least":"2","n":"2"}]'],
      [['show', 'shop.orders'], /id: integer/],
      [['ls', '-p'], /local/],
      [['ls', 'shop'], /big +VIEW[\s\S]*copied +TABLE[\s\S]*kept +SNAPSHOT[\s\S]*orders +TABLE/],
      [['ls', '-j'], /load +SUCCESS/],
      [['ls', '--models', 'shop'], /^(?![\s\S]*error)/i],
      [['rm', '-f', '-t', 'shop.orders'], ''],
      [['rm', '-r', '-f', 'shop'], ''],
    ];
    for (const [args, expected] of steps) {
      const printed = await bq(...args);
      expect({ args, printed }).toEqual({
        args,
        printed:
          typeof expected === 'string' ? expect.stringContaining(expected) : expect.stringMatching(expected),
      });
      expect({ args, printed }).not.toMatchObject({ printed: expect.stringContaining('Traceback') });
    }
    expect(await bq('show', 'shop')).toContain('Not found: Dataset local:shop');
  }, 900_000);
});
