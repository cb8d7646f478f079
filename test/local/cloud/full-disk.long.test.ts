// In short: ../../../local/bigquery/test/store/full-disk.test.ts
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call } from '../../support/local-cloud';
import { startInVain, startServer } from '../../support/server-process';

/** Mounting takes rights that not everybody has: without them there is no such disk to try. */
function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const disk = mkdtempSync(join(tmpdir(), 'disk-'));
const isMounted = mountSmallDisk(disk);
const dataDirectory = join(disk, 'data');
const filler = join(disk, 'filler');
afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

/** Takes all room that is left. */
function fill(): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
}

(isMounted ? describe : describe.skip)('the cloud in a box on a disk that is full', () => {
  it('refuses, says why in few lines, does not start, and has lost nothing when there is room', async () => {
    mkdirSync(dataDirectory);
    const first = await startServer({ dataDirectory });
    const onboarding = { body: { tenant_id: 'acme', company_name: 'Acme' } };
    const { body } = await call(first.url, 'POST', '/api/v1/customers/onboard', onboarding);
    const headers = { 'X-API-Key': String(body.api_key) };
    fill();
    const refused = { body: { tenant_id: 'late', company_name: 'Late' } };
    for (let attempt = 1; attempt <= 5; attempt++)
      expect((await call(first.url, 'POST', '/api/v1/customers/onboard', refused)).status).toBe(503);
    const lines = first
      .output()
      .split('\n')
      .filter((line) => line.includes('BigQuery cannot write its data'));
    expect(lines.length).toBeLessThanOrEqual(3);
    await first.end('SIGKILL');

    const { code, output } = await startInVain({ dataDirectory });
    expect([code, output]).toEqual([1, expect.stringContaining(` cannot start in ${dataDirectory}`)]);
    expect(output).toContain('Nothing is lost');
    rmSync(filler);
    // As `npm start` does: the SQL engine's first statement may take longer than the look-up of a key, which is 503 then.
    const again = await startServer({ dataDirectory, warmsUp: true });
    expect((await call(again.url, 'GET', '/api/v1/tenants/acme', { headers })).status).toBe(200);
    await again.end('SIGTERM');
  });
});
