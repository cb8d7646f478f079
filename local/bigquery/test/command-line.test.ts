import { runCommandLine as run } from './support/command-line';

it('explains itself, and refuses options that it does not understand', async () => {
  expect(await run('--help').ended).toEqual({ code: 0, output: expect.stringContaining('--data DIR') });
  expect(await run('--port', '90500').ended).toEqual({
    code: 2,
    output: "--port: expected 0 to 65535, given '90500'\n",
  });
});
