import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepareInstallation, root, runScript, usual } from './support/installation';

const run = (...args: readonly string[]) => runScript(join(root, 'deploy.sh'), args);

describe("deploy.sh's options", () => {
  it('are listed by --help', async () => {
    const { code, stdout, stderr } = await run('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of [
      '--project',
      '--location',
      '--prefix',
      '--domain',
      '--alert-email',
      '--throttle',
      '--source',
      '--export-bucket',
      '--notify-topic',
      '--event-type',
      '--http-host',
      '--pipeline-secret',
      '--dry-run',
      '--destroy',
      '--data',
    ])
      expect(stdout).toContain(`\n  ${option}`);
  });

  it.each([
    [[], "--project is missing: expected a project's id such as my-project"],
    [['--project'], '--project: expected a value'],
    [['--project', '--dry-run'], '--project: expected a value'],
    [
      ['--project', 'My_Project', '--location', 'europe-west1'],
      "--project My_Project: expected a project's id such as my-project",
    ],
    [['--project', 'my-project'], '--location is missing: expected a region such as europe-west1'],
    [
      ['--project', 'my-project', '--location', 'Europe'],
      '--location Europe: expected a region such as europe-west1',
    ],
    [
      [...usual, '--prefix', 'much-too-long-a-prefix'],
      '--prefix much-too-long-a-prefix: expected 2 to 16 of a-z, 0-9 and -, beginning with a letter',
    ],
    [
      [...usual, '--prefix', "x'; rm -rf ."],
      "--prefix x'; rm -rf .: expected 2 to 16 of a-z, 0-9 and -, beginning with a letter",
    ],
    [
      [...usual, '--domain', 'https://api.example.com'],
      "--domain https://api.example.com: expected a host's name such as api.example.com",
    ],
    ...['9', '0', '500001', '1000000', '1e3', 'off'].map((given): [string[], string] => [
      [...usual, '--throttle', given],
      `--throttle ${given}: expected 10 to 500000 requests a minute, or none`,
    ]),
    [[...usual, '--alert-email', 'ops'], '--alert-email ops: expected an e-mail address'],
    [[...usual, '--export-bucket', 'Bad Bucket'], "--export-bucket Bad Bucket: expected a bucket's name"],
    [
      [...usual, '--pipeline-secret', 'RATES=key'],
      '--pipeline-secret RATES=key: expected PIPELINE_SECRET_NAME=SECRET',
    ],
    [
      [...usual, '--http-host', 'https://x'],
      "--http-host https://x: expected a host's name such as api.example.com",
    ],
    [
      [...usual, '--event-type', 'run.ended'],
      '--event-type run.ended: expected all, or a type in schemas/events such as run.settled',
    ],
    [
      [...usual, '--notify-topic', 'tenant-pipelines-tenant-events'],
      '--notify-topic: expected other topics than tenant-pipelines-runs, tenant-pipelines-tenant-events, tenant-pipelines-webhook-deliveries, tenant-pipelines-webhook-retries and tenant-pipelines-operations',
    ],
    [[...usual, '--dryrun'], '--dryrun: no such option'],
    [[...usual, 'my-project'], 'my-project: no such option'],
    [[...usual, '--data'], '--data and --confirm: expected with --destroy only'],
    [[...usual, '--destroy', '--confirm', 'my-project'], '--confirm: expected with --data only'],
    [
      [...usual, '--destroy', '--data', '--confirm', 'my-projekt'],
      '--confirm my-projekt: expected my-project',
    ],
  ])('%j are refused in one line, with exit code 2', async (args, message) => {
    expect(await run(...args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `deploy.sh: ${message} (--help tells more)\n`,
    });
  });

  it('cannot deploy a function that nobody would call', async () => {
    const installation = await prepareInstallation();
    mkdirSync(join(installation.folder, 'functions/orphan'));
    expect(await installation.deploy(usual)).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'deploy.sh: functions/orphan: expected a line in deploy.sh, or a schedule in schemas/schedules.json (--help tells more)\n',
    });
    await installation.close();
  });
});
