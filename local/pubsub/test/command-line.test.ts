import { runCommandLine as run } from './support/command-line';

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
