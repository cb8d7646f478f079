import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { emptyState } from './fake-gcloud/state';
import { commandListSchema, problemsOf } from './support/gcloud-tree';
import { type Installation, prepareInstallation, usual } from './support/installation';

/** A project's life in three calls of deploy.sh. */
describe('deploy.sh', () => {
  let installation: Installation;
  const calls: (readonly string[])[] = [];
  const outputs: string[] = [];
  beforeAll(async () => {
    installation = await prepareInstallation(emptyState());
  });
  afterAll(() => installation.close());

  const deploy = async (args: readonly string[], stdin = '') => {
    const outcome = await installation.deploy(args, stdin);
    calls.push(...installation.gcloud.calls);
    outputs.push(outcome.stdout, outcome.stderr);
    return outcome;
  };

  it('whose answer to a command in the middle was lost names the step, and goes on there when it is called again', async () => {
    installation.gcloud.failure = { call: 30, when: 'after' };
    const failed = await deploy(usual);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/^\ndeploy\.sh: this step failed: \S.*\n {2}command: {2}gcloud .*\n/);
    expect(failed.stderr).toContain('run the same command again: it goes on here.');
    const lost = installation.gcloud.mutations.at(-1)?.join(' ');
    installation.gcloud.failure = undefined;
    expect(await deploy(usual)).toMatchObject({ code: 0, stderr: '' });
    expect(installation.gcloud.mutations.map((words) => words.join(' '))).not.toContain(lost);
  });

  it('--destroy with data leaves nothing but roles and what goes with the project', async () => {
    const { code, stdout } = await deploy([...usual, '--destroy', '--data', '--confirm', 'my-project']);
    expect(code).toBe(0);
    expect(stdout).toContain('What stays:\n  enabled APIs\n');
    const { resources, policies } = installation.gcloud.state;
    const left = [...resources.keys()].filter((key) => !/^(?:agents|iam roles|secrets versions)\//.test(key));
    expect({ left, policies: [...policies.values()].flat() }).toEqual({ left: [], policies: [] });
  });

  it('calls only what a list knows that was checked against an installed gcloud, and tells the secrets nowhere', () => {
    const list = commandListSchema.parse(
      JSON.parse(readFileSync(join(__dirname, 'gcloud-commands.json'), 'utf8')),
    );
    const problems = calls.flatMap((args) => {
      const line = `${args.join(' ')} `;
      const name = Object.keys(list.commands)
        .filter((command) => line.startsWith(`${command} `))
        .sort((one, other) => other.length - one.length)[0];
      if (name === undefined) return [`${line}: not in the list`];
      return problemsOf(args, list.commands[name] ?? {}, list.wideFlags);
    });
    expect([...new Set(problems)]).toEqual([]);
    const { secretValues } = installation.gcloud.state;
    expect(secretValues.length).toBeGreaterThanOrEqual(2);
    for (const secret of secretValues) {
      expect(secret).toMatch(/^[A-Za-z0-9_-]{43}/);
      expect(JSON.stringify([calls, outputs])).not.toContain(secret);
    }
  });
});
