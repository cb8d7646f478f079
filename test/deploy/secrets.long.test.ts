// In short: ./deployments.test.ts
import { type Installation, prepareInstallation, usual } from './support/installation';

describe('the admin key and the secrets of tokens and webhooks', () => {
  let installation: Installation;

  beforeEach(async () => {
    installation = await prepareInstallation();
  });
  afterEach(() => installation.close());

  it('are made once, and stand in no command line and no output', async () => {
    const outputs = [await installation.deploy(usual), await installation.deploy(usual)];
    const values = installation.gcloud.state.secretValues;
    expect(values).toHaveLength(3);
    // A line break at the end would be part of the key.
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}(?![\s\S])/);
    const everything = JSON.stringify([
      outputs,
      installation.gcloud.calls,
      [...installation.gcloud.state.resources],
    ]);
    for (const value of values) expect(everything).not.toContain(value);
    expect(outputs[0]?.stdout).toContain(
      'gcloud secrets versions access latest --secret=tenant-pipelines-admin-key --project=my-project',
    );
  });

  it('are shown nowhere, even if storing it fails', async () => {
    installation.replaceCommand(
      'node',
      `key=$(${process.execPath} "$@"); printf %s "$key" | tee -a "$0.keys"`,
    );
    installation.gcloud.failure = { call: 1000, when: 'before' };
    installation.gcloud.forbidden = 'secrets versions add';
    const { code, stdout, stderr } = await installation.deploy(usual);
    expect(code).toBe(1);
    expect(stderr).toContain('this step failed: making the admin key');
    const [key = ''] = /[A-Za-z0-9_-]{43}$/.exec(installation.readCommandFile('node.keys')) ?? [];
    expect(key).not.toBe('');
    expect(stdout + stderr + JSON.stringify(installation.gcloud.calls)).not.toContain(key);
  });
});
