import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isUnencrypted } from '../../../client/cli/connection';
import { command } from './support/command';

const where = { TENANT_PIPELINES_URL: 'http://127.0.0.1:1', TENANT_PIPELINES_KEY: 'acme_api_0123456789' };
const period = ['--from', '2026-01-01', '--to', '2026-01-03'];

describe('The command line', () => {
  it('tells its words, options and exit codes, and each word its own', async () => {
    for (const asked of ['--help', '-h', 'help']) {
      const { code, out, err } = await command([asked]);
      expect([code, err]).toEqual([0, '']);
      for (const part of [
        'run PIPELINE',
        'list ',
        '--json',
        'TENANT_PIPELINES_KEY',
        '  3  the interface refused',
        '  6  a backfill or another operation is paused',
        '  70  an error of the command',
      ]) {
        expect(out).toContain(part);
      }
    }
    const { code, out } = await command(['run', 'a/b/c', '--help', '--tenant', 'x']);
    expect(code).toBe(0);
    expect(out).toMatch(/^tenant-pipelines run PIPELINE \[options\]\n/);
    expect(out).toContain('--idempotency-key KEY  ');
  });

  it.each([
    ['nothing', [], /^Error Given nothing\. Expected: run, .*, list, /],
    ['an unknown word', ['lst'], /^Error Unknown word 'lst', did you mean list\? Expected: /],
    [
      'half a word',
      ['schedules', 'stop', 'x'],
      /^Error Unknown word 'schedules stop'\. Expected: schedules list, /,
    ],
    ['half a word, nearly', ['schedules', 'puase'], /'schedules puase', did you mean schedules pause\?/],
    [
      'a schedule without times',
      ['schedules', 'create', 'p'],
      /^Error Expected --cron or --every, given neither$/,
    ],
    [
      'a changed schedule without a change',
      ['schedules', 'change', 's'],
      /^Error Expected something to change/,
    ],
    ['many runs without a filter', ['bulk-cancel'], /^Error Expected --status, .*, given neither$/],
    ['all runs and a filter', ['bulk-rerun', '--all', '--to', '2026-11-30'], /--all, given both$/],
    ['an option in place of a word', ['--json'], /^Error Unknown word '--json'\. /],
    [
      'an unknown option',
      ['list', '--statsu', 'x'],
      /'--statsu', did you mean --status\? Expected: --status, /,
    ],
    ['a short option', ['list', '-s'], /^Error Unknown option '-s'\. /],
    ['an option of another word', ['cancel', 'r', '--wait', '3'], /^Error Unknown option '--wait'\. /],
    ['an option without its value', ['list', '--status'], /^Error --status: expected STATUS, given nothing$/],
    [
      'a forgotten value',
      ['list', '--status', '--json'],
      /expected STATUS, given '--json' \(what begins with -/,
    ],
    ['a flag with a value', ['list', '--json=yes'], /^Error --json: takes no value, given 'yes'$/],
    [
      'a wrong name',
      ['list', '--status', 'done'],
      /^Error --status: expected one of .*COMPLETED.*, given 'done'$/,
    ],
    ['a number out of bounds', ['list', '--limit', '0'], /^Error --limit: expected a whole number from 1 to/],
    [
      'no number',
      ['follow', 'r', '--wait', '3s'],
      /^Error --wait: expected a whole number from 1 to .*given '3s'$/,
    ],
    ['no seconds', ['run', 'p', '--json', '--wait', '5m'], /^Error --wait: .*given '5m'$/],
    ['no rows', ['run', 'p', '--rows', 'all'], /^Error --rows: .*given 'all'$/],
    ['no seconds of a rerun', ['rerun', 'r', '--wait', '5m'], /^Error --wait: .*given '5m'$/],
    ['no rows of a rerun', ['rerun', 'r', '--rows', 'all'], /^Error --rows: .*given 'all'$/],
    [
      'no seconds of a backfill',
      ['backfill', 'p', ...period, '--wait', '5m'],
      /^Error --wait: .*given '5m'$/,
    ],
    [
      'both of a backfill',
      ['backfill', 'p', ...period, '--no-wait', '--wait', '3'],
      /^Error Expected --no-wait or --wait SECONDS, given both$/,
    ],
    ['too little', ['show'], /^Error show: expected RUN, given nothing$/],
    ['too much', ['show', 'a', 'b'], /^Error show: expected RUN, given a b$/],
    [
      'both',
      ['run', 'p', '--no-wait', '--wait', '3'],
      /^Error Expected --no-wait or --wait SECONDS, given both$/,
    ],
  ])('says of %s what was given and what is expected', async (_, args, expected) => {
    const { code, out, err } = await command(args, { environment: where });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trimEnd()).toMatch(expected);
  });

  it.each([
    ['no URL', {}, /--url or TENANT_PIPELINES_URL: expected a URL like .*given nothing/],
    ['a URL without its scheme', { TENANT_PIPELINES_URL: 'api.example.com' }, /given 'api\.example\.com'/],
    [
      'no key',
      { TENANT_PIPELINES_URL: 'https://api.example.com' },
      /TENANT_PIPELINES_KEY or --key: expected/,
    ],
    [
      'a key set to nothing',
      { ...where, TENANT_PIPELINES_KEY: '' },
      /TENANT_PIPELINES_KEY or --key: expected/,
    ],
    ['a broken key', { ...where, TENANT_PIPELINES_KEY: 'acme_api_012 345' }, /^Error The API key has blanks/],
  ])('asks nobody with %s', async (_, environment, expected) => {
    const { code, err } = await command(['list'], { environment });
    expect(code).toBe(2);
    expect(err).toMatch(expected);
    expect(err).not.toContain('345');
  });
});

describe('A key', () => {
  const servers: Server[] = [];
  const serve = async (answer: RequestListener): Promise<string> => {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  afterAll(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('is not sent on to where a server redirects', async () => {
    const elsewhere: unknown[] = [];
    const other = await serve((request, response) => {
      elsewhere.push(request.headers);
      response.end('{}');
    });
    const url = await serve((_, response) => response.writeHead(302, { Location: `${other}/` }).end());
    const { code, err } = await command(['list', '--url', url], { environment: where });
    expect({ code, elsewhere }).toEqual({ code: 3, elsewhere: [] });
    expect(err).toContain('answered 302');
  });

  it.each([
    ['http://api.example.com', true],
    ['http://127.0.0.1.example.com', true],
    ['https://api.example.com', false],
    ['http://localhost:8080', false],
    ['http://127.0.0.1:8080', false],
    ['http://[::1]:8080', false],
  ])('goes to %s as it is: %s', (url, expected) => expect(isUnencrypted(url)).toBe(expected));
});
