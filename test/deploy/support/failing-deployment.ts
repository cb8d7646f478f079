import { emptyState, snapshot } from '../fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

export interface EmptyProject {
  /** Each test gets a new one. */
  readonly installation: Installation;
  /** A deployment without a failure: the project after it, and how many commands changed something. */
  readonly whole: { readonly snapshot: string; readonly commands: number };
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
    whole = { snapshot: snapshot(state), commands: mutations.length };
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
      expect(stderr).toMatch(/^\ndeploy\.sh: this step failed: \S.*\n {2}command: {2}gcloud .*\n/);
      expect(stderr).toContain('it said:  ERROR: (gcloud.');
      expect(stderr).toContain('run the same command again: it goes on here.');
      return gcloud.mutations.at(-1)?.join(' ');
    },
  };
}

/** Commands that every deployment runs, whatever is there already, and the steps that they belong to. */
export const repeatedCommands: readonly (readonly [command: string, step: string])[] = [
  ['beta services identity create', "making Pub/Sub's account"],
  ['scheduler jobs run', "bringing tenants' tables up to date"],
];

export async function goesOnAfter(project: EmptyProject, command: string, step: string): Promise<void> {
  const { installation } = project;
  installation.gcloud.forbidden = command;
  const { code, stderr } = await installation.deploy(usual);
  expect(code).toBe(1);
  expect(stderr).toContain(`this step failed: ${step}`);
  installation.gcloud.forbidden = undefined;
  expect((await installation.deploy(usual)).code).toBe(0);
  expect(snapshot(installation.gcloud.state)).toBe(project.whole.snapshot);
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

export async function waitsTwoMinutes(project: EmptyProject, calls: string, message: string): Promise<void> {
  const { installation } = project;
  installation.replaceCommand('sleep', 'echo "$@" >>"$0.calls"');
  installation.gcloud.refusal = { calls, message, times: 12 };
  expect((await installation.deploy(usual)).code).toBe(0);
  expect(installation.readCommandFile('sleep.calls')).toBe('10\n'.repeat(12));
  expect(snapshot(installation.gcloud.state)).toBe(project.whole.snapshot);
}

/** How an API that is not enabled answers. */
export const notEnabled = [
  'SERVICE_DISABLED',
  'Cloud Pub/Sub API has not been used in project 1 before or it is disabled.',
] as const;

export async function countsAsMissing(project: EmptyProject, message: string): Promise<void> {
  const { installation } = project;
  installation.gcloud.refusal = { calls: 'pubsub subscriptions describe', message, times: 1 };
  expect((await installation.deploy(usual)).code).toBe(0);
  expect(snapshot(installation.gcloud.state)).toBe(project.whole.snapshot);
}
