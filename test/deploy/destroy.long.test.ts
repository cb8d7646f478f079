import { dataset, destroy, fullProject, others, waysToConfirm } from './support/full-project';

describe('deploy.sh --destroy', () => {
  const project = fullProject();

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

  it.each(waysToConfirm.slice(1))("leaves nothing but other people's data if %s", (_, args, typed) =>
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
