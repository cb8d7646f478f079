import { execFileSync } from 'node:child_process';
import { shown } from '../support/figures';
import { createHttpClient } from '../support/http-client';
import { onboardUnlimited, withServer } from '../support/local-server';
import { printTable } from '../support/table';
import type { Sizes } from './command-line';

const tenant = 'waiting';
/** Whoever calls is answered within this, in seconds. */
const aimedSeconds = 15;

/** Calls that someone waits for, and how long they took in seconds when nothing bounded them. */
const calls = [
  { what: 'a run', method: 'POST', path: `/api/v1/pipelines/run/${tenant}/gcp/example/dryrun`, before: '' },
  { what: 'list runs', method: 'GET', path: '/api/v1/pipelines/runs', before: '34 to 58' },
  { what: 'list pipelines', method: 'GET', path: '/api/v1/pipelines', before: '' },
  { what: 'show the tenant', method: 'GET', path: `/api/v1/tenants/${tenant}`, before: '' },
  { what: 'show its usage', method: 'GET', path: `/api/v1/tenants/${tenant}/usage`, before: '' },
  {
    what: 'onboard',
    method: 'POST',
    path: '/api/v1/customers/onboard',
    body: { tenant_id: 'late', company_name: 'Late Corporation' },
    before: '34 to 58',
  },
] as const;

/** What callers wait for while the SQL engine's process stands still, and how soon all is well when it goes on. */
export const waitForHungEngine = (_: Sizes): Promise<void> =>
  withServer(async ({ url, pid }) => {
    const client = createHttpClient(url);
    const headers = { 'X-API-Key': await onboardUnlimited(url, tenant) };
    const run = () => client.send('POST', calls[0].path, { headers });
    await run();
    const engine = engineOf(pid);
    process.kill(engine, 'SIGSTOP');
    const answers = await Promise.all(
      calls.map(async ({ method, path, ...call }) => {
        const body = 'body' in call ? call.body : undefined;
        return { ...call, ...(await client.send(method, path, { headers, body })) };
      }),
    ).finally(() => process.kill(engine, 'SIGCONT'));
    const goesOn = performance.now();
    while ((await run()).status !== 202);
    const again = performance.now() - goesOn;
    client.close();
    printTable(
      'While the SQL engine stands still: seconds until an answer',
      ['call', 'answered', 'before', 'measured', 'aim'],
      answers.map(({ what, status, tookMs, before }) => [
        what,
        String(status),
        before,
        shown(tookMs / 1000),
        `≤ ${aimedSeconds}`,
      ]),
    );
    console.log(`\nThe first run was accepted ${shown(again / 1000)} s after the engine went on.`);
  });

/** The process id of the SQL engine: the child that is not the compiler's. */
export function engineOf(pid: number): number {
  const children = execFileSync('ps', ['-A', '-o', 'ppid=,pid=,comm='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const found = children.find(
    ([parent, , name = '']) => parent === String(pid) && /^remote_server/.test(name),
  );
  if (found === undefined) throw new Error('The SQL engine has no process');
  return Number(found[1]);
}
