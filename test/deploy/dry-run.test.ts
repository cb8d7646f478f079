import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAtLength } from '../support/cases/at-length';
import { root, runScript, usual } from './support/installation';

/** golden/ holds what the dry run prints for each of these, so that reviews show every change of it. */
const configurations: Readonly<Record<string, readonly string[]>> = {
  default: usual,
  custom: [
    ...[
      '--project',
      'pipelines-prod',
      '--location',
      'us-central1',
      '--prefix',
      'acme',
      '--domain',
      'pipelines.acme.com',
    ],
    ...[
      '--alert-email',
      'ops@acme.com',
      '--throttle',
      '600',
      '--source',
      'gs://acme-billing/{tenant_id}/',
      '--source',
      'acme-shared.rates',
      '--export-bucket',
      'acme-exports',
      '--notify-topic',
      'acme-runs-ended',
      '--event-type',
      'run.settled',
      '--event-type',
      'quota.threshold',
      '--http-host',
      'rates.example.com',
      '--pipeline-secret',
      'PIPELINE_SECRET_RATES=rates-key',
    ],
  ],
  destroy: [...usual, '--destroy'],
};
const hint =
  'If the change is intended: UPDATE_GOLDEN=1 npm run test:long -- test/deploy/dry-run, then read the difference';

describe('a dry run', () => {
  let bin: string;

  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'dry-run-'));
    for (const name of ['gcloud', 'npm', 'openssl']) {
      writeFileSync(join(bin, name), `#!/bin/sh\ntouch ${bin}/was-run\n`, { mode: 0o755 });
    }
  });
  afterEach(() => rmSync(bin, { recursive: true }));

  /** The installer and its end; every option at length. */
  const shown = Object.keys(configurations).filter((name) => isAtLength || name !== 'custom');
  it.each(shown)('prints the commands in golden/%s.txt and runs none', async (name) => {
    const args = [...(configurations[name] ?? []), '--dry-run'];
    const outcome = await runScript(join(root, 'deploy.sh'), args, {
      environment: { PATH: `${bin}:${process.env.PATH}` },
    });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(bin, 'was-run'))).toBe(false);
    const golden = join(__dirname, 'golden', `${name}.txt`);
    if (process.env.UPDATE_GOLDEN !== undefined) writeFileSync(golden, outcome.stdout);
    expect({ hint, commands: outcome.stdout.split('\n') }).toEqual({
      hint,
      commands: readFileSync(golden, 'utf8').split('\n'),
    });
  });
});
