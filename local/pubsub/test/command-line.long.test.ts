import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pubSubClient } from './support/local-pubsub';

/** Runs `local-pubsub` with these arguments. `ready` resolves when it listens, `ended` when it has ended. */
const run = (...args: string[]) => {
  const child = spawn(process.execPath, [join(__dirname, '../bin.js'), ...args]);
  let output = '';
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += String(chunk);
        if (output.includes('Ctrl-C stops it.')) resolve();
      });
    }
  });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
  return { child, ready, ended, output: () => output };
};

it('explains itself, and refuses options that it does not understand', async () => {
  const [help, badPort, unknown] = await Promise.all([
    run('--help').ended,
    run('--port', '80850').ended,
    run('--prot', '1').ended,
  ]);
  expect(help).toEqual({ code: 0, output: expect.stringContaining('--data DIR') });
  expect(badPort).toEqual({ code: 2, output: "--port: expected 0 to 65535, given '80850'\n" });
  expect(unknown).toEqual({ code: 2, output: expect.stringContaining("Unknown option '--prot'") });
});

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
