// In short: ../../local/cloud/elsewhere.test.ts
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from '../../support/free-port';
import {
  call,
  endOfRun,
  eventually,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
  withKey,
} from '../../support/local-cloud';

/** The jar of Google's Pub/Sub emulator, where gcloud has it and there is a Java to run it. */
function findEmulator(): string | undefined {
  try {
    const gcloud = realpathSync(execFileSync('which', ['gcloud'], { encoding: 'utf8' }).trim());
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    const directory = join(dirname(gcloud), '../platform/pubsub-emulator/lib');
    const jar = existsSync(directory) && readdirSync(directory).find((name) => name.endsWith('.jar'));
    return jar ? join(directory, jar) : undefined;
  } catch {
    return undefined;
  }
}

const emulator = findEmulator();
if (emulator === undefined) console.warn("Skipped: Google's Pub/Sub emulator is not installed");

/** All that the run path asks of Pub/Sub: topics, subscriptions, publishing, pushes that are acknowledged or not. */
(emulator === undefined ? describe.skip : describe)("with Google's Pub/Sub emulator", () => {
  const tenantId = 'emulated_001';
  let stopEmulator: () => void = () => undefined;
  let cloud: TestCloud;

  beforeAll(async () => {
    const port = await freePort();
    const host = `127.0.0.1:${port}`;
    const java = spawn('java', ['-jar', String(emulator), '--host=127.0.0.1', `--port=${port}`], {
      stdio: 'ignore',
    });
    stopEmulator = () => java.kill('SIGKILL');
    await eventually('the emulator', () =>
      fetch(`http://${host}`).then(
        () => true,
        () => undefined,
      ),
    );
    cloud = await startTestCloud({}, undefined, { elsewhere: { pubsubHost: host } });
    expect(cloud.pubsubHost).toBe(host);
  });
  afterAll(async () => {
    await cloud?.close();
    stopEmulator();
  });

  it('all runs end, are counted once, and are in the ledger', async () => {
    const apiKey = await onboard(cloud.url, tenantId, { max_concurrent_pipelines: 50 });
    const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
    const started = await Promise.all(
      Array.from({ length: 20 }, () => call(cloud.url, 'POST', path, { headers: withKey(apiKey) })),
    );
    for (const { body } of started) {
      expect(await endOfRun(cloud.url, apiKey, body.run_id)).toMatchObject({ status: 'COMPLETED' });
    }
    await whenQuiet(cloud.bigquery, tenantId);
    const { body } = await call(cloud.url, 'GET', `/api/v1/tenants/${tenantId}`, {
      headers: withKey(apiKey),
    });
    expect(body.usage).toMatchObject({ current_running_pipelines: 0, pipeline_runs_count: 20 });
  });
});
