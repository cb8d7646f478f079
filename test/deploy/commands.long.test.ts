// In short: ./deployments.test.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyOf } from './fake-gcloud/state';
import {
  type CommandList,
  commandListSchema,
  type Flags,
  findCommand,
  problemsOf,
  readInstalledTree,
} from './support/gcloud-tree';
import { prepareInstallation, usual } from './support/installation';

const listFile = join(__dirname, 'gcloud-commands.json');
const installed = readInstalledTree();
const everything = [
  ...[...usual, '--domain', 'api.example.com', '--alert-email', 'ops@example.com'],
  ...['--source', 'gs://billing/', '--export-bucket', 'exports', '--throttle', '500'],
];

describe("deploy.sh's calls of gcloud", () => {
  let calls: readonly (readonly string[])[];

  /** Makes the deployment call every command that it has: those that make, change and remove things. */
  beforeAll(async () => {
    const installation = await prepareInstallation();
    const { resources, policies } = installation.gcloud.state;
    await installation.deploy(usual);
    for (const [key, resource] of resources) {
      const { name, metadata, backends, address, cloudRun, ...rest } = resource;
      const changed = Object.fromEntries(Object.keys(rest).map((field) => [field, 'changed by hand']));
      if (key.startsWith('secrets versions/')) continue;
      const title = key.includes('monitoring') ? { displayName: resource.displayName } : {};
      resources.set(key, { ...changed, ...title, name, metadata });
    }
    policies.set(keyOf('projects', 'my-project'), [
      {
        member: 'serviceAccount:tenant-pipelines-run@my-project.iam.gserviceaccount.com',
        role: 'roles/editor',
      },
    ]);
    resources.set(keyOf('iam roles', 'tenant_pipelines_row_reader'), { deleted: true });
    await installation.deploy(everything);
    await installation.deploy([...usual, '--throttle', '600']);
    resources.set(keyOf('alpha bq datasets', 'acme'), {
      datasetReference: { datasetId: 'acme' },
      labels: { 'managed-by': 'tenant-pipelines' },
    });
    await installation.deploy([...usual, '--destroy', '--data', '--confirm', 'my-project']);
    calls = installation.gcloud.calls;
    await installation.close();
  });

  (installed === undefined ? it.skip : it)('are all known to the installed gcloud', () => {
    if (installed === undefined) throw new Error('unreachable');
    const commands: Record<string, Flags> = {};
    const problems = calls.flatMap((args) => {
      const command = findCommand(installed.root, args);
      if (command === undefined) return [`${args.join(' ')}: no such command`];
      commands[command.name] = { ...commands[command.name], ...usedFlags(args, command.flags) };
      return problemsOf(args, command.flags, installed.root.flags).map(
        (problem) => `${command.name}: ${problem}`,
      );
    });
    expect([...new Set(problems)]).toEqual([]);
    const wideFlags = usedFlags(['--project', '--quiet', '--format', '--flatten'], installed.root.flags);
    if (process.env.UPDATE_GOLDEN !== undefined) {
      const list: CommandList = { version: installed.version, wideFlags, commands: sorted(commands) };
      writeFileSync(listFile, `${JSON.stringify(list, undefined, 2)}\n`);
    }
  });

  it('are all in gcloud-commands.json, a list that was checked against an installed gcloud', () => {
    const list = commandListSchema.parse(JSON.parse(readFileSync(listFile, 'utf8')));
    const problems = calls.flatMap((args) => {
      const line = `${args.join(' ')} `;
      const name = Object.keys(list.commands)
        .filter((command) => line.startsWith(`${command} `))
        .sort((one, other) => other.length - one.length)[0];
      if (name === undefined) return [`${line}: not in the list`];
      return problemsOf(args, list.commands[name] ?? {}, list.wideFlags).map(
        (problem) => `${name}: ${problem}`,
      );
    });
    const hint = 'With gcloud installed: UPDATE_GOLDEN=1 npm test -- test/deploy/commands';
    expect({ hint, problems: [...new Set(problems)] }).toEqual({ hint, problems: [] });
  });

  it('set no flag to false, which gcloud takes for true if it converts with Python’s bool', () => {
    expect(calls.flat().filter((arg) => /^--[a-z-]+=false$/i.test(arg))).toEqual([]);
    expect(calls.flat().filter((arg) => arg.startsWith('--validate-ssl'))).toEqual(['--validate-ssl=true']);
  });

  it('cover every command in gcloud-commands.json', () => {
    const list = commandListSchema.parse(JSON.parse(readFileSync(listFile, 'utf8')));
    const used = calls.map((args) => `${args.join(' ')} `);
    const unused = Object.keys(list.commands).filter(
      (name) => !used.some((line) => line.startsWith(`${name} `)),
    );
    expect(unused).toEqual([]);
    expect(Object.keys(list.commands).length).toBeGreaterThan(70);
  });
});

const usedFlags = (args: readonly string[], flags: Flags): Flags =>
  Object.fromEntries(
    args.flatMap((arg) => {
      const name = arg.split('=')[0] ?? '';
      const known = [name, name.replace('--no-', '--')].find((candidate) => flags[candidate] !== undefined);
      const takes = flags[known ?? ''];
      return known === undefined || takes === undefined ? [] : [[known, takes]];
    }),
  );

const sorted = (commands: Record<string, Flags>): Record<string, Flags> =>
  Object.fromEntries(
    Object.entries(commands)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, flags]) => [
        name,
        Object.fromEntries(Object.entries(flags).sort(([one], [other]) => (one < other ? -1 : 1))),
      ]),
  );
