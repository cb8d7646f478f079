import { keyOf, type State } from './fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

const destroy = [...usual, '--destroy'];
const dataset = keyOf('alpha bq datasets', 'acme');
const others = ['somebody_elses', 'old'].map((name) => keyOf('alpha bq datasets', name));

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
    for (const key of others) {
      deployed.resources.set(key, {
        datasetReference: { datasetId: key.split('/')[1] },
        labels: key.endsWith('/old') ? { 'managed-by': 'tenant-pipelines-old' } : {},
      });
    }
    await installation.close();
  });
  beforeEach(async () => {
    installation = await prepareInstallation(structuredClone(deployed));
  });
  afterEach(() => installation.close());

  /** What is left besides custom roles. The versions of a secret that is gone are Google's to forget. */
  const left = () => ({
    resources: [...installation.gcloud.state.resources.keys()].filter(
      (key) => !/^(?:agents|iam roles|secrets versions)\//.test(key),
    ),
    policies: [...installation.gcloud.state.policies.values()].flat(),
  });

  it.each([['' /* end of input */], ['n\n'], ['my-projekt\n'], ['yes\n']])(
    'leaves nothing but data and roles where %j is typed',
    async (typed) => {
      const { code, stderr, stdout } = await installation.deploy(destroy, typed);
      expect(code).toBe(0);
      expect(stderr).toContain("Type the project's name to delete all tenants' data as well.");
      expect(stdout).toContain('What stays:\n  the data of tenants\n');
      expect(left()).toEqual({ resources: [dataset, ...others], policies: [] });
    },
  );

  it.each([
    ['the name is typed', destroy, 'my-project\n'],
    ['the name is given', [...destroy, '--data', '--confirm', 'my-project'], ''],
  ])("leaves nothing but other people's data where %s", async (_, args, typed) => {
    const { code, stdout } = await installation.deploy(args, typed);
    expect(code).toBe(0);
    expect(stdout).toContain('What stays:\n  enabled APIs\n');
    expect(left()).toEqual({ resources: others, policies: [] });
  });

  it('keeps roles, whose names could not be used for weeks, and says what else stays', async () => {
    const rolesOf = ({ resources }: State) => [...resources].filter(([key]) => key.startsWith('iam roles/'));
    const { stdout } = await installation.deploy(destroy);
    expect(rolesOf(installation.gcloud.state)).toEqual(rolesOf(deployed));
    expect(stdout).toContain('\n  custom roles, ');
    expect(stdout).toContain('\n  gs://run-sources-my-project-europe-west1, ');
    expect(stdout).toContain('bindings of tenant-pipelines-worker@my-project.iam.gserviceaccount.com');
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
    expect(left()).toEqual({ resources: [dataset, ...others, ...theirs], policies: [binding] });
  });

  it('goes on where it failed, again and again', async () => {
    for (let runs = 1; runs < 200; runs++) {
      installation.gcloud.failure = { call: 4, when: runs % 2 === 0 ? 'before' : 'after' };
      const { code } = await installation.deploy(destroy);
      if (code === 0) break;
      expect(code).toBe(1);
    }
    expect(left()).toEqual({ resources: [dataset, ...others], policies: [] });
  }, 600_000);
});
