import { keyOf, type State } from '../fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

export const destroy = [...usual, '--destroy'];
export const dataset = keyOf('alpha bq datasets', 'acme');
export const others = ['somebody_elses', 'old'].map((name) => keyOf('alpha bq datasets', name));

/** How somebody says that data goes, too: what is done, the arguments, and what is typed. */
export const waysToConfirm: readonly (readonly [string, readonly string[], string])[] = [
  ['the name is typed', destroy, 'my-project\n'],
  ['an option gives the name', [...destroy, '--data', '--confirm', 'my-project'], ''],
];

export interface FullProject {
  /** Each test gets a new one. */
  readonly installation: Installation;
  /** The project's state when a test begins. */
  readonly deployed: State;
  /** What is left, without custom roles and without versions of secrets, which go with their secret. */
  readonly left: () => { readonly resources: readonly string[]; readonly policies: readonly unknown[] };
  /** Destroys with data, and expects that only other people's is left. */
  readonly leavesOnlyOthers: (args: readonly string[], typed: string) => Promise<void>;
}

/** To be called in a `describe`: gives each of its tests a project with everything deployed, and datasets. */
export function fullProject(): FullProject {
  let installation: Installation;
  let deployed: State;

  beforeAll(async () => {
    installation = await prepareInstallation();
    const { code } = await installation.deploy([
      ...usual,
      ...['--alert-email', 'ops@example.com', '--throttle', '600'],
    ]);
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

  const left = () => ({
    resources: [...installation.gcloud.state.resources.keys()].filter(
      (key) => !/^(?:agents|iam roles|secrets versions)\//.test(key),
    ),
    policies: [...installation.gcloud.state.policies.values()].flat(),
  });
  return {
    get installation() {
      return installation;
    },
    get deployed() {
      return deployed;
    },
    left,
    leavesOnlyOthers: async (args, typed) => {
      const { code, stdout } = await installation.deploy(args, typed);
      expect(code).toBe(0);
      expect(stdout).toContain('What stays:\n  enabled APIs\n');
      expect(left()).toEqual({ resources: others, policies: [] });
    },
  };
}
