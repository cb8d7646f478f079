import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keyOf } from './fake-gcloud/state';
import { valueAt } from './fake-gcloud/value-format';
import { usual } from './support/installation';
import { afterFirstRun } from './support/second-run';

describe('a second run', () => {
  const again = afterFirstRun();

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
    expect(changes).toHaveLength(7);
    expect(await again.changesOf(usual)).toEqual([]);
  });

  it('throttles addresses, also when the option is left out later, and ends it', async () => {
    const backends = ['onboard', 'run', 'tenants'].map(
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
    expect(await again.changesOf([...usual, ...options])).toEqual([
      'run deploy tenant-pipelines-worker',
      'storage buckets add-iam-policy-binding gs://billing',
      'storage buckets add-iam-policy-binding gs://billing',
      'storage buckets add-iam-policy-binding gs://exports',
    ]);
    expect(environmentOf('worker')).toContainEqual({
      name: 'ALLOWED_SOURCES',
      value: 'gs://billing/{tenant_id}/,rates',
    });
    expect(await again.changesOf(usual)).toEqual([]);
    expect(await again.changesOf([...usual, '--source', 'none'])).toEqual([
      'run deploy tenant-pipelines-worker',
    ]);
    expect(environmentOf('worker')).not.toContainEqual(expect.objectContaining({ name: 'ALLOWED_SOURCES' }));
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
    expect(await again.changesOf([...usual, ...secret])).toEqual([
      'secrets add-iam-policy-binding rates-key',
      'run deploy tenant-pipelines-worker',
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
