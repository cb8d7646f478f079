import { snapshot } from './fake-gcloud/state';
import {
  emptyProject,
  goesOnAfter,
  notEnabled,
  passingRefusals,
  repeatedCommands,
  takesForAbsent,
  waitsTwoMinutes,
} from './support/failing-deployment';

const slow = 900_000;

describe('a deployment that fails', () => {
  const project = emptyProject();

  /** Runs until one succeeds, each failing at its nth mutating call. Resolves to the calls that failed. */
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
    'goes on where it failed, at every command that changes something',
    async () => {
      const failed = await deployAgainAndAgain(2, 'before');
      expect(failed.length).toBeGreaterThan(75);
      expect(snapshot(project.installation.gcloud.state)).toBe(project.whole.snapshot);
    },
    slow,
  );

  it(
    'goes on where a command, every fourth, had its effect and its answer was lost',
    async () => {
      const failed = await deployAgainAndAgain(4, 'after');
      expect(failed.length).toBeGreaterThan(18);
      expect(snapshot(project.installation.gcloud.state)).toBe(project.whole.snapshot);
    },
    slow,
  );

  it.each(repeatedCommands.slice(1))('goes on after %s, which is made again and again', (command, step) =>
    goesOnAfter(project, command, step),
  );

  it.each(passingRefusals.slice(1))('waits two minutes where %s is refused with %s', (calls, message) =>
    waitsTwoMinutes(project, calls, message),
  );

  it.each(notEnabled.slice(1))('takes what it asks an API for that answers %s for absent', (message) =>
    takesForAbsent(project, message),
  );
});
