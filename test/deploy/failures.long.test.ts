import { snapshot } from './fake-gcloud/state';
import {
  countsAsMissing,
  emptyProject,
  goesOnAfter,
  notEnabled,
  passingRefusals,
  repeatedCommands,
  waitsTwoMinutes,
} from './support/failing-deployment';

const slow = 900_000;

describe('a deployment that fails', () => {
  const project = emptyProject();

  /** Deploys until it succeeds; each run fails at its nth change. Resolves to the commands that failed. */
  async function deployAgainAndAgain(call: number, when: 'before' | 'after'): Promise<readonly string[]> {
    const failed: string[] = [];
    for (;;) {
      const command = await project.deployFailingAt(call, when);
      if (command === undefined) return failed;
      expect(failed).not.toContain(command);
      failed.push(command);
    }
  }

  it(
    'goes on from every command that changes something',
    async () => {
      const failed = await deployAgainAndAgain(2, 'before');
      expect(failed.length).toBeGreaterThan(75);
      expect(snapshot(project.installation.gcloud.state)).toBe(project.whole.snapshot);
    },
    slow,
  );

  it(
    'goes on if the answer to a change was lost, for every fourth command',
    async () => {
      const failed = await deployAgainAndAgain(4, 'after');
      expect(failed.length).toBeGreaterThan(18);
      expect(snapshot(project.installation.gcloud.state)).toBe(project.whole.snapshot);
    },
    slow,
  );

  it(
    'goes on if the answer to its last change was lost',
    async () => {
      expect(await project.deployFailingAt(project.whole.commands, 'after')).toBeDefined();
      expect(await project.deployFailingAt(1, 'before')).toBeUndefined();
      expect(snapshot(project.installation.gcloud.state)).toBe(project.whole.snapshot);
    },
    slow,
  );

  it.each(repeatedCommands)('goes on after a failure of %s, which every deployment runs', (command, step) =>
    goesOnAfter(project, command, step),
  );

  it.each(passingRefusals.slice(1))('waits up to two minutes if %s is refused with %s', (calls, message) =>
    waitsTwoMinutes(project, calls, message),
  );

  it.each(notEnabled)('counts a thing as missing if its API answers %s', (message) =>
    countsAsMissing(project, message),
  );
});
