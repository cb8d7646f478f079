import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Binding, keyOf, type Resource, type State, snapshot } from './fake-gcloud/state';
import { valueAt } from './fake-gcloud/value-format';
import { type Installation, prepareInstallation, usual } from './installation';

const worker = 'serviceAccount:tenant-pipelines-worker@my-project.iam.gserviceaccount.com';

describe('a second run', () => {
  let installation: Installation;
  let deployed: State;

  beforeAll(async () => {
    installation = await prepareInstallation();
    await changesOf(usual);
    deployed = structuredClone(installation.gcloud.state);
    await installation.close();
  });
  beforeEach(async () => {
    installation = await prepareInstallation(structuredClone(deployed));
  });
  afterEach(() => installation.close());

  /** The mutating commands of a run, without their flags. */
  async function changesOf(args: readonly string[]): Promise<readonly string[]> {
    const { code, stderr } = await installation.deploy(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return installation.gcloud.mutations.map((words) =>
      words.filter((word) => !word.startsWith('--')).join(' '),
    );
  }

  /** As somebody does in the console. */
  function changeByHand(group: string, name: string, change: (before: Resource) => Resource): void {
    const { resources } = installation.gcloud.state;
    const before = resources.get(keyOf(group, name));
    if (before === undefined) throw new Error(`There is no ${group}/${name}`);
    resources.set(keyOf(group, name), change(before));
  }

  it('changes nothing', async () => {
    const before = snapshot(installation.gcloud.state);
    const { code, stdout } = await installation.deploy(usual);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n0 made, 0 changed, 0 removed, \d+ as they were\./);
    expect(await changesOf(usual)).toEqual([]);
    expect(snapshot(installation.gcloud.state)).toBe(before);
  });

  it("brings the tenants' tables up to date all the same, before what needs them is deployed", async () => {
    await changesOf(usual);
    const calls = installation.gcloud.calls.map((words) => words.slice(0, 4).join(' '));
    const upgrade = calls.indexOf('scheduler jobs run tenant-pipelines-ensure-tables');
    expect(upgrade).toBeGreaterThan(0);
    expect(upgrade).toBeLessThan(calls.indexOf('run services describe tenant-pipelines-onboard'));
  });

  it('deploys the one function whose bundle differs', async () => {
    installation.setBundle('run', '// another');
    expect(await changesOf(usual)).toEqual(['run deploy tenant-pipelines-run']);
  });

  it('deploys bundles that the build in Google Cloud, another user, can read', async () => {
    const file = join(installation.folder, 'dist/run/schemas/tiers.json');
    installation.replaceCommand('npm', `umask 077; mkdir -p ${dirname(file)}; echo '{}' >${file}`);
    await changesOf(usual);
    expect([file, dirname(file)].map((path) => (statSync(path).mode & 0o777).toString(8))).toEqual([
      '644',
      '755',
    ]);
  });

  it('changes the one schedule that differs', async () => {
    const file = join(installation.folder, 'schemas/schedules.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('*/5 * * * *', '*/10 * * * *'));
    expect(await changesOf(usual)).toEqual(['scheduler jobs update http tenant-pipelines-reconcile']);
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
  ])('puts right what was changed by hand: %s %s', async (group, name, field, value, command) => {
    changeByHand(group, name, (before) => ({ ...before, [field]: value }));
    expect(await changesOf(usual)).toEqual([`${command} ${name}`]);
    expect(await changesOf(usual)).toEqual([]);
  });

  it('has a role back that somebody deleted', async () => {
    changeByHand('iam roles', 'tenant_pipelines_row_reader', (before) => ({ ...before, deleted: true }));
    expect(await changesOf(usual)).toEqual(['iam roles undelete tenant_pipelines_row_reader']);
  });

  it('gives a right back that was taken, takes one that is no longer in the table, and leaves the rest alone', async () => {
    const { policies } = installation.gcloud.state;
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
    expect(await changesOf(usual)).toEqual([
      'projects add-iam-policy-binding my-project',
      'projects remove-iam-policy-binding my-project',
    ]);
    expect(policies.get(key)).toEqual([...kept, right]);
    expect(await changesOf(usual)).toEqual([]);
  });

  it('takes a new admin key into use', async () => {
    installation.gcloud.answer(
      ['secrets', 'versions', 'add', 'tenant-pipelines-admin-key'],
      'another-admin-key',
    );
    expect(await changesOf(usual)).toEqual([
      'run deploy tenant-pipelines-onboard',
      'run deploy tenant-pipelines-tenants',
    ]);
    expect(await changesOf(usual)).toEqual([]);
  });

  it('tells an address of alerts, and goes on telling it when the option is left out', async () => {
    const changes = await changesOf([...usual, '--alert-email', 'ops@example.com']);
    expect(changes[0]).toBe('beta monitoring channels create');
    expect(changes.slice(1).every((change) => change.startsWith('alpha monitoring policies update'))).toBe(
      true,
    );
    expect(changes).toHaveLength(7);
    expect(await changesOf(usual)).toEqual([]);
  });

  it('moves the host to a domain, and leaves it there when the option is left out', async () => {
    const changes = await changesOf([...usual, '--domain', 'api.example.com']);
    expect(changes.map((change) => change.replace(/\d+/g, 'N'))).toEqual([
      'compute ssl-certificates create tenant-pipelines-N-N',
      'compute target-https-proxies update tenant-pipelines',
      'monitoring uptime delete projects/my-project/uptime/N',
      'monitoring uptime create tenant-pipelines host',
      expect.stringMatching(/^alpha monitoring policies update /),
    ]);
    expect(await changesOf(usual)).toEqual([]);
  });

  it('lets pipelines reach what the options name, and leaves it so when they are left out', async () => {
    const reach = [
      '--source',
      'gs://billing/{tenant_id}/',
      '--source',
      'rates',
      '--export-bucket',
      'exports',
    ];
    expect(await changesOf([...usual, ...reach])).toEqual([
      'run deploy tenant-pipelines-worker',
      'storage buckets add-iam-policy-binding gs://billing',
      'storage buckets add-iam-policy-binding gs://exports',
    ]);
    expect(environmentOf('worker')).toContainEqual({
      name: 'ALLOWED_SOURCES',
      value: 'gs://billing/{tenant_id}/,rates',
    });
    expect(await changesOf(usual)).toEqual([]);
    expect(await changesOf([...usual, '--source', 'none'])).toEqual(['run deploy tenant-pipelines-worker']);
    expect(environmentOf('worker')).not.toContainEqual(expect.objectContaining({ name: 'ALLOWED_SOURCES' }));
  });

  it('passes secrets and hosts on to pipelines, and new versions of them when it is run again', async () => {
    const { gcloud } = installation;
    gcloud.answer(['secrets', 'create', 'rates-key', '--project=my-project'], '');
    gcloud.answer(['secrets', 'versions', 'add', 'rates-key'], 'first');
    const secret = [
      '--pipeline-secret',
      'PIPELINE_SECRET_RATES=rates-key',
      '--http-host',
      'rates.example.com',
    ];
    expect(await changesOf([...usual, ...secret])).toEqual([
      'secrets add-iam-policy-binding rates-key',
      'run deploy tenant-pipelines-worker',
    ]);
    expect(environmentOf('worker')).toContainEqual({ name: 'HTTP_STEP_HOSTS', value: 'rates.example.com' });
    gcloud.answer(['secrets', 'versions', 'add', 'rates-key'], 'second');
    expect(await changesOf(usual)).toEqual(['run deploy tenant-pipelines-worker']);
    expect(environmentOf('worker')).toContainEqual({
      name: 'PIPELINE_SECRET_RATES',
      valueFrom: { secretKeyRef: { name: 'rates-key', key: '2' } },
    });
    expect(await changesOf(usual)).toEqual([]);
  });

  it('says that a secret for pipelines is not there', async () => {
    const { code, stderr } = await installation.deploy([
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
    const { code, stderr } = await installation.deploy(['--project', 'my-project', '--location', 'us-east1']);
    expect(code).toBe(2);
    expect(stderr).toContain(
      '--location us-east1: the installation tenant-pipelines works with https://tenant-pipelines-worker-',
    );
    expect(installation.gcloud.mutations).toEqual([]);
  });

  const environmentOf = (name: string) =>
    valueAt(
      installation.gcloud.state.resources.get(keyOf('run services', `tenant-pipelines-${name}`)),
      'spec.template.spec.containers[0].env',
    );
});
