import { keyOf, type Resource, type State } from '../fake-gcloud/state';
import { type Installation, prepareInstallation, usual } from './installation';

export interface SecondRun {
  /** As the first run left it. Each test gets a new one. */
  readonly installation: Installation;
  /** Deploys. Resolves to the commands that changed something, without their flags. */
  readonly changesOf: (args: readonly string[]) => Promise<readonly string[]>;
  /** Changes a resource as somebody could in the console. */
  readonly changeByHand: (group: string, name: string, change: (before: Resource) => Resource) => void;
}

/** To be called in a `describe`: gives each of its tests a project with everything deployed once. */
export function afterFirstRun(): SecondRun {
  let installation: Installation;
  let deployed: State;

  async function changesOf(args: readonly string[]): Promise<readonly string[]> {
    const { code, stderr } = await installation.deploy(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return installation.gcloud.mutations.map((words) =>
      words.filter((word) => !word.startsWith('--')).join(' '),
    );
  }

  beforeAll(async () => {
    installation = await prepareInstallation();
    await changesOf(usual);
    deployed = structuredClone(installation.gcloud.state);
    await installation.close();
  });
  beforeEach(async () => {
    installation = await prepareInstallation(structuredClone(deployed));
  });
  afterEach(() => installation.close());

  return {
    get installation() {
      return installation;
    },
    changesOf,
    changeByHand(group, name, change) {
      const { resources } = installation.gcloud.state;
      const before = resources.get(keyOf(group, name));
      if (before === undefined) throw new Error(`There is no ${group}/${name}`);
      resources.set(keyOf(group, name), change(before));
    },
  };
}
