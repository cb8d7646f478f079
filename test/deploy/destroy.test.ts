import { keyOf, type State } from './fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

const destroy = [...usual, '--destroy'];
const dataset = keyOf('alpha bq datasets', 'acme');
const other = keyOf('alpha bq datasets', 'somebody_elses');

describe('deploy.sh --destroy', () => {
  let installation: Installation;
  let deployed: State;

  beforeAll(async () => {
    installation = await prepareInstallation();
    const { code } = await installation.deploy([...usual, '--alert-email', 'ops@example.com']);
    expect(code).toBe(0);
    deployed = structuredClone(installation.gcloud.state);
    deployed.resources.set(dataset, {
      datasetReference: { datasetId: 'acme' },
      labels: { 'managed-by': 'tenant-pipelines' },
    });
    deployed.resources.set(other, { datasetReference: { datasetId: 'somebody_elses' }, labels: {} });
    await installation.close();
  });
  beforeEach(async () => {
    installation = await prepareInstallation(structuredClone(deployed));
  });
  afterEach(() => installation.close());

  /** What is left: deleted roles are Google's to forget, and so are the versions of a secret that is gone. */
  const left = () => ({
    resources: [...installation.gcloud.state.resources]
      .filter(([key, resource]) => resource.deleted !== true && !/^(?:agents|secrets versions)\//.test(key))
      .map(([key]) => key),
    policies: [...installation.gcloud.state.policies.values()].flat(),
  });

  it.each([['' /* end of input */], ['n\n'], ['my-projekt\n'], ['yes\n']])(
    'leaves nothing but data where %j is typed',
    async (typed) => {
      const { code, stderr, stdout } = await installation.deploy(destroy, typed);
      expect(code).toBe(0);
      expect(stderr).toContain("Type the project's name to delete all tenants' data as well.");
      expect(stdout).toContain('the data stays');
      expect(left()).toEqual({ resources: [dataset, other], policies: [] });
    },
  );

  it.each([
    ['the name is typed', destroy, 'my-project\n'],
    ['the name is given', [...destroy, '--data', '--confirm', 'my-project'], ''],
  ])("leaves nothing but other people's data where %s", async (_, args, typed) => {
    const { code } = await installation.deploy(args, typed);
    expect(code).toBe(0);
    expect(left()).toEqual({ resources: [other], policies: [] });
  });

  it('does nothing the second time, and leaves a project that can be deployed to again', async () => {
    await installation.deploy(destroy);
    await installation.deploy(destroy);
    expect(installation.gcloud.mutations).toEqual([]);
    const { code } = await installation.deploy(usual);
    expect(code).toBe(0);
    expect((await installation.deploy(usual)).stdout).toContain('\n0 made, 0 changed, 0 removed, ');
  });

  it("leaves other people's things alone", async () => {
    const { resources, policies } = installation.gcloud.state;
    const theirs = [
      keyOf('compute ssl-certificates', 'other'),
      keyOf('monitoring uptime', 'projects/my-project/uptime/1'),
      keyOf('alpha monitoring policies', 'projects/my-project/policies/1'),
      keyOf('beta monitoring channels', 'projects/my-project/channels/1'),
    ];
    for (const key of theirs)
      resources.set(key, { name: key.slice(key.indexOf('/') + 1), displayName: 'theirs' });
    const binding = { member: 'user:owner@example.com', role: 'roles/owner' };
    policies.set(keyOf('projects', 'my-project'), [
      ...(policies.get(keyOf('projects', 'my-project')) ?? []),
      binding,
    ]);
    await installation.deploy(destroy);
    expect(left()).toEqual({ resources: [dataset, other, ...theirs], policies: [binding] });
  });

  it('goes on where it failed, again and again', async () => {
    for (let runs = 1; runs < 200; runs++) {
      installation.gcloud.failure = { call: 4, when: runs % 2 === 0 ? 'before' : 'after' };
      const { code } = await installation.deploy(destroy);
      if (code === 0) break;
      expect(code).toBe(1);
    }
    expect(left()).toEqual({ resources: [dataset, other], policies: [] });
  }, 600_000);
});
