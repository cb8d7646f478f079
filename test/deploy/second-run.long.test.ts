// In short: ./deployments.test.ts
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Binding, keyOf, snapshot } from './fake-gcloud/state';
import { valueAt } from './fake-gcloud/value-format';
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

  it('deploys files that the build in Google Cloud can read as another user', async () => {
    const file = join(again.installation.folder, 'dist/run/schemas/tiers.json');
    again.installation.replaceCommand('npm', `umask 077; mkdir -p ${dirname(file)}; echo '{}' >${file}`);
    await again.changesOf(usual);
    expect([file, dirname(file)].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      '644',
      '755',
    ]);
  });

  it.each([
    [
      'pubsub subscriptions',
      'tenant-pipelines-runs-worker',
      'ackDeadlineSeconds',
      60,
      'pubsub subscriptions update',
    ],
    ['pubsub topics', 'tenant-pipelines-runs', 'labels', {}, 'pubsub topics update'],
    [
      'iam roles',
      'tenant_pipelines_row_editor',
      'includedPermissions',
      ['bigquery.tables.delete'],
      'iam roles update',
    ],
    ['compute url-maps', 'tenant-pipelines', 'description', 'mine', 'compute url-maps import'],
    [
      'run services',
      'tenant-pipelines-worker',
      'status',
      { conditions: [{ type: 'Ready', status: 'False' }] },
      'run deploy',
    ],
  ])('restores what was changed by hand: %s %s', async (group, name, field, value, command) => {
    again.changeByHand(group, name, (before) => ({ ...before, [field]: value }));
    expect(await again.changesOf(usual)).toEqual([`${command} ${name}`]);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('restores a role that somebody deleted', async () => {
    again.changeByHand('iam roles', 'tenant_pipelines_row_reader', (before) => ({
      ...before,
      deleted: true,
    }));
    expect(await again.changesOf(usual)).toEqual(['iam roles undelete tenant_pipelines_row_reader']);
  });

  it('puts a new admin key into use', async () => {
    again.installation.gcloud.answer(
      ['secrets', 'versions', 'add', 'tenant-pipelines-admin-key'],
      'another-admin-key',
    );
    expect(await again.changesOf(usual)).toEqual([
      'run deploy tenant-pipelines-onboard',
      'run deploy tenant-pipelines-run',
      'run deploy tenant-pipelines-tenants',
    ]);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('sends alerts to an address, also when the option is left out later', async () => {
    const changes = await again.changesOf([...usual, '--alert-email', 'ops@example.com']);
    expect(changes[0]).toBe('beta monitoring channels create');
    expect(changes.slice(1).every((change) => change.startsWith('alpha monitoring policies update'))).toBe(
      true,
    );
    expect(changes).toHaveLength(9);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('throttles addresses, also when the option is left out later, and ends it', async () => {
    const backends = ['console', 'onboard', 'run', 'tenants'].map(
      (name) => `compute backend-services update tenant-pipelines-${name}`,
    );
    expect(await again.changesOf([...usual, '--throttle', '600'])).toEqual([
      'compute security-policies create tenant-pipelines',
      'compute security-policies rules create 1000',
      ...backends,
    ]);
    expect(await again.changesOf(usual)).toEqual([]);
    expect(await again.changesOf([...usual, '--throttle', '700'])).toEqual([
      'compute security-policies rules update 1000',
    ]);
    expect(await again.changesOf([...usual, '--throttle', '700'])).toEqual([]);
    expect(await again.changesOf([...usual, '--throttle', 'none'])).toEqual([
      ...backends,
      'compute security-policies delete tenant-pipelines',
    ]);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('moves the host to a domain, and leaves it there when the option is left out later', async () => {
    const changes = await again.changesOf([...usual, '--domain', 'api.example.com']);
    expect(changes.map((change) => change.replace(/\d+/g, 'N'))).toEqual([
      'compute ssl-certificates create tenant-pipelines-N-N',
      'compute target-https-proxies update tenant-pipelines',
      'monitoring uptime delete projects/my-project/uptime/N',
      'monitoring uptime create tenant-pipelines host',
      expect.stringMatching(/^alpha monitoring policies update /),
    ]);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('lets pipelines use what the options name, also when they are left out later', async () => {
    const options = [
      '--source',
      'gs://billing/{tenant_id}/',
      '--source',
      'rates',
      '--export-bucket',
      'exports',
    ];
    // Dry runs, and results, are run's: it says what the worker would be let do.
    const deployed = ['run deploy tenant-pipelines-run', 'run deploy tenant-pipelines-worker'];
    const self = 'tenant-pipelines-run@my-project.iam.gserviceaccount.com';
    expect((await again.changesOf([...usual, ...options])).toSorted()).toEqual([
      `iam service-accounts add-iam-policy-binding ${self}`,
      ...deployed,
      'storage buckets add-iam-policy-binding gs://billing',
      'storage buckets add-iam-policy-binding gs://billing',
      'storage buckets add-iam-policy-binding gs://billing',
      'storage buckets add-iam-policy-binding gs://exports',
      'storage buckets add-iam-policy-binding gs://exports',
    ]);
    const sources = { name: 'ALLOWED_SOURCES', value: 'gs://billing/{tenant_id}/,rates' };
    for (const name of ['run', 'worker']) expect(environmentOf(name)).toContainEqual(sources);
    expect(await again.changesOf(usual)).toEqual([]);
    expect((await again.changesOf([...usual, '--source', 'none'])).toSorted()).toEqual(deployed);
    expect(environmentOf('worker')).not.toContainEqual(expect.objectContaining({ name: 'ALLOWED_SOURCES' }));
  });

  it('lets web pages call, also when the option is left out later, and ends it', async () => {
    const options = ['--cors-origin', 'https://app.example.com', '--cors-origin', 'https://*.example.org'];
    const called = ['onboard', 'run', 'tenants'].map((name) => `run deploy tenant-pipelines-${name}`);
    expect((await again.changesOf([...usual, ...options])).toSorted()).toEqual(called);
    const origins = { name: 'CORS_ORIGINS', value: 'https://app.example.com,https://*.example.org' };
    for (const name of ['onboard', 'run', 'tenants']) expect(environmentOf(name)).toContainEqual(origins);
    expect(environmentOf('worker')).not.toContainEqual(origins);
    expect(await again.changesOf(usual)).toEqual([]);
    expect((await again.changesOf([...usual, '--cors-origin', 'none'])).toSorted()).toEqual(called);
  });

  it('gives people admin rights, also when the options are left out later, and ends it', async () => {
    const options = [
      '--admin',
      'alice@example.com',
      '--admin',
      '@example.com=viewer',
      '--admin-audience',
      'client-1',
    ];
    const admins = ['onboard', 'run', 'tenants'];
    const called = admins.map((name) => `run deploy tenant-pipelines-${name}`);
    expect((await again.changesOf([...usual, ...options])).toSorted()).toEqual(called);
    const people = { name: 'ADMIN_PEOPLE', value: 'alice@example.com,@example.com=viewer' };
    for (const name of admins) expect(environmentOf(name)).toContainEqual(people);
    expect(environmentOf('worker')).not.toContainEqual(people);
    expect(await again.changesOf(usual)).toEqual([]);
    const none = ['--admin', 'none', '--admin-audience', 'none'];
    expect((await again.changesOf([...usual, ...none])).toSorted()).toEqual(called);
  });

  it('names the secret of tokens and the one before it, and further admins’ keys where there are any', async () => {
    const { gcloud } = again.installation;
    gcloud.answer(['secrets', 'versions', 'add', 'tenant-pipelines-token-secret'], 'another');
    expect((await again.changesOf(usual)).toSorted()).toEqual(
      ['run', 'tenants'].map((name) => `run deploy tenant-pipelines-${name}`),
    );
    const named = (name: string, secret: string, key: string) =>
      expect.objectContaining({ name, valueFrom: { secretKeyRef: { name: secret, key } } });
    for (const name of ['run', 'tenants']) {
      expect(environmentOf(name)).toContainEqual(named('TOKEN_SECRET', 'tenant-pipelines-token-secret', '2'));
      expect(environmentOf(name)).toContainEqual(
        named('TOKEN_SECRET_PREVIOUS', 'tenant-pipelines-token-secret', '1'),
      );
    }
    gcloud.answer(['secrets', 'create', 'tenant-pipelines-admin-keys', '--project=my-project'], '');
    gcloud.answer(['secrets', 'versions', 'add', 'tenant-pipelines-admin-keys'], '{}');
    await again.changesOf(usual);
    for (const name of ['onboard', 'tenants'])
      expect(environmentOf(name)).toContainEqual(named('ADMIN_API_KEYS', 'tenant-pipelines-admin-keys', '1'));
  });

  it('gives secrets and hosts to pipelines, and new versions of secrets when it is run again', async () => {
    const { gcloud } = again.installation;
    gcloud.answer(['secrets', 'create', 'rates-key', '--project=my-project'], '');
    gcloud.answer(['secrets', 'versions', 'add', 'rates-key'], 'first');
    const secret = [
      '--pipeline-secret',
      'PIPELINE_SECRET_RATES=rates-key',
      '--http-host',
      'rates.example.com',
    ];
    expect((await again.changesOf([...usual, ...secret])).toSorted()).toEqual([
      'run deploy tenant-pipelines-run',
      'run deploy tenant-pipelines-worker',
      'secrets add-iam-policy-binding rates-key',
    ]);
    expect(environmentOf('worker')).toContainEqual({ name: 'HTTP_STEP_HOSTS', value: 'rates.example.com' });
    gcloud.answer(['secrets', 'versions', 'add', 'rates-key'], 'second');
    expect(await again.changesOf(usual)).toEqual(['run deploy tenant-pipelines-worker']);
    expect(environmentOf('worker')).toContainEqual({
      name: 'PIPELINE_SECRET_RATES',
      valueFrom: { secretKeyRef: { name: 'rates-key', key: '2' } },
    });
    expect(await again.changesOf(usual)).toEqual([]);
  });

  const environmentOf = (name: string) =>
    valueAt(
      again.installation.gcloud.state.resources.get(keyOf('run services', `tenant-pipelines-${name}`)),
      'spec.template.spec.containers[0].env',
    );
});
