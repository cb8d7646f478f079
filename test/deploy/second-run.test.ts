import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Binding, keyOf, snapshot } from './fake-gcloud/state';
import { usual } from './support/installation';
import { afterFirstRun } from './support/second-run';

const worker = 'serviceAccount:tenant-pipelines-worker@my-project.iam.gserviceaccount.com';

describe('a second run', () => {
  const again = afterFirstRun();

  it("changes nothing, and updates the tenants' tables after onboard and before the functions that need them are deployed", async () => {
    const before = snapshot(again.installation.gcloud.state);
    const { code, stdout, stderr } = await again.installation.deploy(usual);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/\n0 made, 0 changed, 0 removed, \d+ as they were\./);
    expect(again.installation.gcloud.mutations).toEqual([]);
    expect(snapshot(again.installation.gcloud.state)).toBe(before);
    const calls = again.installation.gcloud.calls.map((words) => words.slice(0, 4).join(' '));
    const upgrade = calls.indexOf('scheduler jobs run tenant-pipelines-ensure-tables');
    expect(upgrade).toBeGreaterThan(calls.indexOf('run services describe tenant-pipelines-onboard'));
    expect(upgrade).toBeLessThan(calls.indexOf('run services describe tenant-pipelines-reconcile'));
  });

  it('changes what differs: a function whose bundle is new, a schedule, and rights that are missing or no longer in the table', async () => {
    again.installation.setBundle('run', '// another');
    const file = join(again.installation.folder, 'schemas/schedules.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('*/5 * * * *', '*/10 * * * *'));
    const { policies } = again.installation.gcloud.state;
    const key = keyOf('projects', 'my-project');
    const right = policies.get(key)?.find(({ role }) => role.endsWith('pipeline_runner'));
    const kept: readonly Binding[] = [
      ...(policies.get(key) ?? []).filter((binding) => binding !== right),
      { member: 'user:owner@example.com', role: 'roles/owner' },
      {
        member: 'serviceAccount:tenant-pipelines-other@my-project.iam.gserviceaccount.com',
        role: 'roles/viewer',
      },
    ];
    policies.set(key, [...kept, { member: worker, role: 'roles/editor' }]);
    expect(await again.changesOf(usual)).toEqual([
      'projects add-iam-policy-binding my-project',
      'projects remove-iam-policy-binding my-project',
      'scheduler jobs update http tenant-pipelines-reconcile',
      'run deploy tenant-pipelines-run',
    ]);
    expect(policies.get(key)).toEqual([...kept, right]);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('refuses a secret for pipelines that does not exist', async () => {
    const { code, stderr } = await again.installation.deploy([
      ...usual,
      '--pipeline-secret',
      'PIPELINE_SECRET_X=missing',
    ]);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'deploy.sh: --pipeline-secret PIPELINE_SECRET_X=missing: there is no such secret, or no version of it (--help tells more)\n',
    );
  });

  it('refuses another location, and changes nothing', async () => {
    const { code, stderr } = await again.installation.deploy([
      '--project',
      'my-project',
      '--location',
      'us-east1',
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--location us-east1: the installation tenant-pipelines works with https://tenant-pipelines-worker-',
    );
    expect(again.installation.gcloud.mutations).toEqual([]);
  });
});
