// In short: ./full-disk.test.ts
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBigQuery } from '../../start-bigquery';

const disk = mkdtempSync(join(tmpdir(), 'read-only-'));

/** Mounting takes rights that not everybody has: without them there is no such disk to try. */
function mountReadOnly(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,ro', 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const isMounted = mountReadOnly();
afterAll(() => {
  if (isMounted) execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

(isMounted ? it : it.skip)(
  'a disk that takes no changes is named as that, also for a folder in it',
  async () => {
    for (const dataDirectory of [disk, join(disk, 'data'), join(disk, 'some/data')]) {
      const started = startBigQuery({ port: 0, gcsDirectory: disk, dataDirectory });
      await expect(started).rejects.toThrow(
        `The local BigQuery cannot start in ${dataDirectory}: the disk takes no changes (EROFS`,
      );
    }
  },
);
