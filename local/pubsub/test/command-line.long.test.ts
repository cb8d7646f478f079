import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine as run } from './support/command-line';
import { pubSubClient } from './support/local-pubsub';

it('serves until Ctrl-C, keeps its data where it is told to, and says when the port is taken', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pubsub-'));
  const started = run('--port', '0', '--data', directory);
  try {
    await Promise.race([started.ready, started.ended]);
    const port = /PUBSUB_EMULATOR_HOST=127\.0\.0\.1:(\d+)\n/.exec(started.output())?.[1] ?? '';
    const client = pubSubClient(Number(port));
    await client.createTopic('runs');
    await client.close();
    expect(await run('--port', port).ended).toEqual({
      code: 1,
      output: `Port ${port} is in use or not allowed: the local Pub/Sub cannot listen on 127.0.0.1\n`,
    });
    started.child.kill('SIGINT');
    expect((await started.ended).code).toBe(0);
    expect(existsSync(join(directory, 'pubsub.journal'))).toBe(true);
  } finally {
    started.child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
