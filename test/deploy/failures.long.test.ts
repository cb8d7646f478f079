// In short: ./deployments.test.ts
import { snapshot } from './fake-gcloud/state';
import {
  countsAsMissing,
  emptyProject,
  goesOnFromEach,
  goesOnFromItsStart,
  notEnabled,
  passingRefusals,
  waitsTwoMinutes,
} from './support/failing-deployment';
import { usual } from './support/installation';

const slow = 900_000;
describe('a deployment that fails', () => {
  const project = emptyProject();

  it('goes on after its first command failed, the answer to one in the middle was lost, its last failed, and the answer to that was lost', async () => {
    const { length } = project.whole.commands;
    const middle = Math.ceil(length / 2);
    const failed = [
      await project.deployFailingAt(1, 'before'),
      await project.deployFailingAt(middle, 'after'),
      await project.deployFailingAt(length - middle, 'before'),
    ];
    expect(failed).not.toContain(undefined);
    expect(new Set(failed).size).toBe(3);
    expect(await project.deployFailingAt(1, 'after')).toBe(failed[2]);
    expect(await project.deployFailingAt(1, 'before')).toBeUndefined();
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

  it('enables the API that knows projects, and waits for it: that it is disabled says nothing about the project', async () => {
    const { installation } = project;
    const [message] = notEnabled;
    installation.replaceCommand('sleep', 'echo "$@" >>"$0.calls"');
    const refusal = { calls: 'projects describe', message, times: 4 };
    installation.gcloud.refusal = refusal;
    // The deployment itself has been tried above: it ends where the next API is needed.
    installation.gcloud.forbidden = 'pubsub subscriptions describe';
    const { stderr } = await installation.deploy(usual);
    expect(stderr).not.toContain('there is no such project');
    expect(stderr).toContain('this step failed: looking at what is there');
    expect(installation.readCommandFile('sleep.calls')).toBe('10\n'.repeat(3));
    expect(installation.gcloud.mutations.map((words) => words.slice(0, 3).join(' '))).toEqual([
      'services enable cloudresourcemanager.googleapis.com',
    ]);
    refusal.times = 1000;
    const inVain = await installation.deploy(usual);
    expect(inVain.code).toBe(1);
    expect(inVain.stderr).toContain(`this step failed: looking at the project\n`);
    expect(inVain.stderr).toContain(message);
    installation.gcloud.refusal = { ...refusal, message: 'NOT_FOUND: Resource not found.' };
    expect((await installation.deploy(usual)).stderr).toContain(
      '--project my-project: there is no such project',
    );
  });

  it.each([
    [
      'FAILED_PRECONDITION: Constraint constraints/run.managed.requireInvokerIam violated for projects/my-project.',
      'run.managed.requireInvokerIam, not enforced',
    ],
    [
      'FAILED_PRECONDITION: One or more users named in the policy do not belong to a permitted customer.',
      'run.managed.requireInvokerIam, not enforced',
    ],
    [
      'Constraint constraints/compute.restrictLoadBalancerCreationForTypes violated for projects/my-project.',
      'has to allow GLOBAL_EXTERNAL_MANAGED_HTTP_HTTPS',
    ],
    ['Constraint constraints/run.allowedIngress violated for projects/my-project.', 'run.allowedIngress'],
    [
      'Constraint constraints/gcp.resourceLocations violated for projects/my-project.',
      'ask for an exception for my-project',
    ],
  ])("says what to ask for where an organisation's policy forbids it: %s", async (message, hint) => {
    project.installation.gcloud.refusal = { calls: 'services enable', message, times: 1 };
    const { code, stderr } = await project.installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain('A policy of your organisation forbids');
    expect(stderr).toContain(hint);
  });

  it('says where to read how to remove what uses a thing that is to go', async () => {
    const message = "The ssl_policy resource 'tenant-pipelines' is already being used by 'operators'";
    project.installation.gcloud.refusal = { calls: 'services enable', message, times: 1 };
    const { code, stderr } = await project.installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain(`${message}\n  Something that this script did not make uses it,`);
    expect(stderr).toContain('docs/operating.md');
  });

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

  it(
    'goes on from its start where a command of each kind fails in turn',
    () => goesOnFromItsStart(project),
    slow,
  );

  it.each(['before', 'after'] as const)(
    'goes on from every command that changes something, where each fails once, %s its effect',
    (when) => goesOnFromEach(project, when),
    slow,
  );

  it.each(passingRefusals)('waits up to two minutes if %s is refused with %s', (calls, message) =>
    waitsTwoMinutes(project, calls, message),
  );

  it.each(notEnabled)('counts a thing as missing if its API answers %s', (message) =>
    countsAsMissing(project, message),
  );
});
