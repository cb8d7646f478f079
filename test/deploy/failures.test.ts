import { snapshot } from './fake-gcloud/state';
import { emptyProject, passingRefusals, waitsTwoMinutes } from './support/failing-deployment';
import { usual } from './support/installation';

/** failures.long.test.ts tries every command that can fail, each in both ways. */
describe('a deployment that fails', () => {
  const project = emptyProject();

  it('goes on after its first command failed, the answer to one in the middle was lost, and its last failed', async () => {
    const { commands } = project.whole;
    const middle = Math.ceil(commands / 2);
    const failed = [
      await project.deployFailingAt(1, 'before'),
      await project.deployFailingAt(middle, 'after'),
      await project.deployFailingAt(commands - middle, 'before'),
    ];
    expect(failed).not.toContain(undefined);
    expect(new Set(failed).size).toBe(3);
    expect(await project.deployFailingAt(2, 'before')).toBeUndefined();
    expect(project.installation.gcloud.mutations).toHaveLength(1);
    expect(snapshot(project.installation.gcloud.state)).toBe(project.whole.snapshot);
  });

  it('does not count a thing as missing if it may not see it', async () => {
    project.installation.gcloud.forbidden = 'pubsub topics describe tenant-pipelines-runs';
    const { code, stderr } = await project.installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain('this step failed: looking at what is there');
    expect(stderr).toContain('roles/owner in my-project');
    expect(project.installation.gcloud.mutations.filter(([group]) => group === 'pubsub')).toEqual([]);
  });

  it.each(passingRefusals.slice(0, 1))('waits up to two minutes if %s is refused with %s', (calls, message) =>
    waitsTwoMinutes(project, calls, message),
  );

  it('gives up after two minutes', async () => {
    const refusal = { calls: 'pubsub topics create', message: 'SERVICE_DISABLED', times: 1000 };
    project.installation.gcloud.refusal = refusal;
    expect((await project.installation.deploy(usual)).code).toBe(1);
    expect(refusal.times).toBe(1000 - 13);
  });

  it('says that the bundles could not be built', async () => {
    project.installation.replaceCommand('npm', 'echo "x.ts: syntax error" >&2; exit 1');
    const { code, stderr } = await project.installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'this step failed: building the bundles\n  command:  npm run build\n  it said:  x.ts: syntax error',
    );
    expect(project.installation.gcloud.mutations).toEqual([]);
  });
});
