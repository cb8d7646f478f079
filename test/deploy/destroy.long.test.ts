// In short: ./deployments.test.ts
import { keyOf, type State } from './fake-gcloud/state';
import { dataset, destroy, fullProject, others, waysToConfirm } from './support/full-project';
import { usual } from './support/installation';

describe('deploy.sh --destroy', () => {
  const project = fullProject();

  it('leaves data and roles if the name is mistyped, does nothing the second time, and leaves a project to deploy to', async () => {
    const { code, stderr, stdout } = await project.installation.deploy(destroy, 'my-projekt\n');
    expect(code).toBe(0);
    expect(stderr).toContain("Type the project's name to delete all tenants' data as well.");
    expect(stdout).toContain('What stays:\n  the data of tenants\n');
    expect(project.left()).toEqual({ resources: [dataset, ...others], policies: [] });

    // Roles stay, because their names could not be used again for weeks.
    const rolesOf = ({ resources }: State) => [...resources].filter(([key]) => key.startsWith('iam roles/'));
    expect(rolesOf(project.installation.gcloud.state)).toEqual(rolesOf(project.deployed));
    expect(stdout).toContain('\n  custom roles, ');
    expect(stdout).toContain('\n  gs://run-sources-my-project-europe-west1, ');
    expect(stdout).toContain('bindings of tenant-pipelines-worker@my-project.iam.gserviceaccount.com');

    await project.installation.deploy(destroy);
    expect(project.installation.gcloud.mutations).toEqual([]);
    expect((await project.installation.deploy(usual)).code).toBe(0);
    expect((await project.installation.deploy(usual)).stdout).toContain('\n0 made, 0 changed, 0 removed, ');
  });

  it("leaves other people's things alone, and goes on from where it failed", async () => {
    const { resources, policies } = project.installation.gcloud.state;
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
    project.installation.gcloud.failure = { call: 4, when: 'after' };
    expect((await project.installation.deploy(destroy)).code).toBe(1);
    project.installation.gcloud.failure = undefined;
    expect((await project.installation.deploy(destroy)).code).toBe(0);
    expect(project.left()).toEqual({ resources: [dataset, ...others, ...theirs], policies: [binding] });
  });

  it.each([['' /* end of input */], ['n\n'], ['yes\n']])(
    'leaves nothing but data and roles if the answer is %j',
    async (typed) => {
      const { code, stderr, stdout } = await project.installation.deploy(destroy, typed);
      expect(code).toBe(0);
      expect(stderr).toContain("Type the project's name to delete all tenants' data as well.");
      expect(stdout).toContain('What stays:\n  the data of tenants\n');
      expect(project.left()).toEqual({ resources: [dataset, ...others], policies: [] });
    },
  );

  it.each(waysToConfirm)("leaves nothing but other people's data if %s", (_, args, typed) =>
    project.leavesOnlyOthers(args, typed),
  );

  it('goes on from where it failed, again and again', async () => {
    for (let runs = 1; runs < 200; runs++) {
      project.installation.gcloud.failure = { call: 4, when: runs % 2 === 0 ? 'before' : 'after' };
      const { code } = await project.installation.deploy(destroy);
      if (code === 0) break;
      expect(code).toBe(1);
    }
    expect(project.left()).toEqual({ resources: [dataset, ...others], policies: [] });
  }, 600_000);
});
