import { emptyState, snapshot } from './fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

const slow = 900_000;

describe('a deployment that fails', () => {
  let installation: Installation;
  let whole: string;

  beforeAll(async () => {
    const undisturbed = await prepareInstallation();
    await undisturbed.deploy(usual);
    whole = snapshot(undisturbed.gcloud.state);
    await undisturbed.close();
  });
  beforeEach(async () => {
    installation = await prepareInstallation(emptyState());
  });
  afterEach(() => installation.close());

  /** Runs until one succeeds, each failing at its nth mutating call. Resolves to the calls that failed. */
  async function deployAgainAndAgain(call: number, when: 'before' | 'after'): Promise<readonly string[]> {
    const { gcloud } = installation;
    const failed: string[] = [];
    for (;;) {
      gcloud.failure = { call, when };
      const { code, stderr } = await installation.deploy(usual);
      if (code === 0) return failed;
      const command = gcloud.mutations.at(-1) ?? [];
      expect({ code, isLast: gcloud.mutations.length === call }).toEqual({ code: 1, isLast: true });
      expect(stderr).toMatch(/^\ndeploy\.sh: this step failed: \S.*\n {2}command: {2}gcloud .*\n/);
      expect(stderr).toContain('it said:  ERROR: (gcloud.');
      expect(stderr).toContain('run the same command again: it goes on here.');
      expect(failed).not.toContain(command.join(' '));
      failed.push(command.join(' '));
    }
  }

  it(
    'goes on where it failed, at every command that changes something',
    async () => {
      const failed = await deployAgainAndAgain(2, 'before');
      expect(failed.length).toBeGreaterThan(75);
      expect(snapshot(installation.gcloud.state)).toBe(whole);
    },
    slow,
  );

  it(
    'goes on where a command, every fourth, had its effect and its answer was lost',
    async () => {
      const failed = await deployAgainAndAgain(4, 'after');
      expect(failed.length).toBeGreaterThan(18);
      expect(snapshot(installation.gcloud.state)).toBe(whole);
    },
    slow,
  );

  it('takes nothing for absent that it may not see', async () => {
    installation.gcloud.forbidden = 'pubsub topics describe tenant-pipelines-runs';
    const { code, stderr } = await installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain('this step failed: looking at what is there');
    expect(stderr).toContain('roles/owner in my-project');
    expect(installation.gcloud.mutations.filter(([group]) => group === 'pubsub')).toEqual([]);
  });

  it.each([
    ['beta services identity create', "making Pub/Sub's account"],
    ['scheduler jobs run', "bringing tenants' tables up to date"],
  ])('goes on after %s, which is made again and again', async (command, step) => {
    installation.gcloud.forbidden = command;
    const { code, stderr } = await installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain(`this step failed: ${step}`);
    installation.gcloud.forbidden = undefined;
    expect((await installation.deploy(usual)).code).toBe(0);
    expect(snapshot(installation.gcloud.state)).toBe(whole);
  });

  it.each([
    ['iam roles create', 'SERVICE_DISABLED'],
    ['pubsub topics create', 'PERMISSION_DENIED: Cloud Pub/Sub API has not been used in project 1 before.'],
    ['projects add-iam-policy-binding', 'ABORTED: There were concurrent policy changes. Please retry.'],
  ])('waits two minutes where %s is refused with %s', async (calls, message) => {
    installation.replaceCommand('sleep', 'echo "$@" >>"$0.calls"');
    installation.gcloud.refusal = { calls, message, times: 12 };
    expect((await installation.deploy(usual)).code).toBe(0);
    expect(installation.readCommandFile('sleep.calls')).toBe('10\n'.repeat(12));
    expect(snapshot(installation.gcloud.state)).toBe(whole);
  });

  it('waits no longer than that', async () => {
    const refusal = { calls: 'pubsub topics create', message: 'SERVICE_DISABLED', times: 1000 };
    installation.gcloud.refusal = refusal;
    expect((await installation.deploy(usual)).code).toBe(1);
    expect(refusal.times).toBe(1000 - 13);
  });

  it.each(['SERVICE_DISABLED', 'Cloud Pub/Sub API has not been used in project 1 before or it is disabled.'])(
    'takes what it asks an API for that answers %s for absent',
    async (message) => {
      installation.gcloud.refusal = { calls: 'pubsub subscriptions describe', message, times: 1 };
      expect((await installation.deploy(usual)).code).toBe(0);
      expect(snapshot(installation.gcloud.state)).toBe(whole);
    },
  );

  it('says that the bundles could not be built', async () => {
    installation.replaceCommand('npm', 'echo "x.ts: syntax error" >&2; exit 1');
    const { code, stderr } = await installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'this step failed: building the bundles\n  command:  npm run build\n  it said:  x.ts: syntax error',
    );
    expect(installation.gcloud.mutations).toEqual([]);
  });
});
