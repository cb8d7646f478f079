import { emptyState, snapshot } from '../fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

export interface EmptyProject {
  /** Each test gets a new one. */
  readonly installation: Installation;
  /** A deployment without a failure: the project after it, and the commands that changed something. */
  readonly whole: { readonly snapshot: string; readonly commands: readonly string[] };
  /**
   * Deploys, with a failure of the nth command that changes something. Resolves to that command; to undefined
   * if there are fewer.
   */
  readonly deployFailingAt: (call: number, when: 'before' | 'after') => Promise<string | undefined>;
}

/** To be called in a `describe`: gives each of its tests an empty project. */
export function emptyProject(): EmptyProject {
  let installation: Installation;
  let whole: EmptyProject['whole'];

  beforeAll(async () => {
    const undisturbed = await prepareInstallation();
    await undisturbed.deploy(usual);
    const { state, mutations } = undisturbed.gcloud;
    whole = { snapshot: snapshot(state), commands: mutations.map((words) => lineOf(words.join(' '))) };
    await undisturbed.close();
  });
  beforeEach(async () => {
    installation = await prepareInstallation(emptyState());
  });
  afterEach(() => installation.close());

  return {
    get installation() {
      return installation;
    },
    get whole() {
      return whole;
    },
    deployFailingAt: async (call, when) => {
      const { gcloud } = installation;
      gcloud.failure = { call, when };
      const { code, stderr } = await installation.deploy(usual);
      if (code === 0) return undefined;
      expect({ code, isLast: gcloud.mutations.length === call }).toEqual({ code: 1, isLast: true });
      expect(stderr).toMatch(failedStep);
      return lineOf(gcloud.mutations.at(-1)?.join(' ') ?? '');
    },
  };
}

/** A command without the name of the deployment's folder for passing files. */
const lineOf = (command: string): string => command.replaceAll(/=\S+\/(\w+\.pem)/g, '=$1');

const failedStep =
  /^\ndeploy\.sh: this step failed: \S.*\n {2}command: {2}gcloud .*\n {2}it said: {2}ERROR: \(gcloud\..*\n {2}What was done .*run the same command again: it goes on here\.\n$/;

/**
 * Deploys as a person would: after each failure the whole command again, in a new shell. What fails is the first command
 * of each kind, in turn before its effect and after it.
 */
export async function goesOnFromItsStart({
  deployFailingAt,
  installation,
  whole,
}: EmptyProject): Promise<void> {
  const kinds = whole.commands.map((line) => line.split(' ').slice(0, 2).join(' '));
  const failing = kinds.flatMap((kind, index) => (kinds.indexOf(kind) === index ? [index] : []));
  expect(failing.length).toBeGreaterThan(20);
  let done = 0;
  for (const [turn, index] of failing.entries()) {
    const when = turn % 2 === 0 ? 'before' : 'after';
    expect(await deployFailingAt(index - done + 1, when)).toBe(whole.commands[index]);
    done = when === 'before' ? index : index + 1;
  }
  installation.gcloud.failure = undefined;
  expect((await installation.deploy(usual)).code).toBe(0);
  expect(installation.gcloud.mutations).toHaveLength(whole.commands.length - done);
  expect(snapshot(installation.gcloud.state)).toBe(whole.snapshot);
}

/** Also commands that every deployment runs, whatever is there already, fail once. */
const repeatedCommands = ['beta services identity create', 'scheduler jobs run'];

export async function goesOnFromEach(
  { installation, whole }: EmptyProject,
  when: 'before' | 'after',
): Promise<void> {
  const { gcloud } = installation;
  gcloud.failure = { call: 'each once', when };
  const { code, stdout, stderr } = await installation.deployInSteps(usual);
  expect(code).toBe(0);
  const failed = [...gcloud.failed].map(lineOf);
  const isRepeated = (line: string) => repeatedCommands.some((command) => line.startsWith(command));
  expect(failed.filter((line) => !isRepeated(line))).toEqual(whole.commands);
  expect(failed.filter(isRepeated)).toHaveLength(repeatedCommands.length);
  const told = stderr.split(/(?=\ndeploy\.sh: )/);
  expect(told).toHaveLength(failed.length);
  for (const one of told) expect(one).toMatch(failedStep);
  // A command whose effect was there is not run again.
  expect(gcloud.mutations).toHaveLength(whole.commands.length * (when === 'before' ? 2 : 1));
  expect(stdout).toMatch(/\n0 made, 0 changed, 0 removed, \d+ as they were\./);
  expect(snapshot(gcloud.state)).toBe(whole.snapshot);
}

/** Refusals that end once Google's services have noticed what was made before. */
export const passingRefusals: readonly (readonly [calls: string, message: string])[] = [
  ['iam roles create', 'SERVICE_DISABLED'],
  ['pubsub topics create', 'PERMISSION_DENIED: Cloud Pub/Sub API has not been used in project 1 before.'],
  ['projects add-iam-policy-binding', 'ABORTED: There were concurrent policy changes. Please retry.'],
  [
    'run deploy tenant-pipelines-onboard',
    'Permission denied on secret: projects/1/secrets/tenant-pipelines-admin-key/versions/1 for Revision service account.',
  ],
  [
    'run deploy tenant-pipelines-worker',
    'tenant-pipelines-build@my-project.iam.gserviceaccount.com does not have storage.objects.get access to the Google Cloud Storage object.',
  ],
];

/** The deployment ends at its next command: all of it has been tried elsewhere. */
export async function waitsTwoMinutes(project: EmptyProject, calls: string, message: string): Promise<void> {
  const { installation, whole } = project;
  const index = whole.commands.findIndex((line) => line.startsWith(calls));
  installation.replaceCommand('sleep', 'echo "$@" >>"$0.calls"');
  installation.gcloud.refusal = { calls, message, times: 12 };
  expect(await project.deployFailingAt(index + 2, 'before')).toBe(whole.commands[index + 1]);
  expect(installation.readCommandFile('sleep.calls')).toBe('10\n'.repeat(12));
}

/** How an API that is not enabled answers. */
export const notEnabled = [
  'SERVICE_DISABLED',
  'Cloud Pub/Sub API has not been used in project 1 before or it is disabled.',
] as const;

export async function countsAsMissing(project: EmptyProject, message: string): Promise<void> {
  const { installation, whole } = project;
  installation.gcloud.refusal = { calls: 'pubsub subscriptions describe', message, times: 1 };
  expect(await project.deployFailingAt(1, 'before')).toBe(whole.commands[0]);
  expect(installation.gcloud.refusal.times).toBe(0);
}
