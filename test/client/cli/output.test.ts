import { nearestName } from '../../../client/cli/arguments/nearest';
import { type CataloguePipeline, toParameters } from '../../../client/cli/arguments/parameters';
import { bytesText, costText, durationText, plainText, timeText } from '../../../client/cli/output/formats';
import { statusLine } from '../../../client/cli/output/progress';
import { paintStatuses, queueText } from '../../../client/cli/output/run-lines';
import { createTerminal, hasColours } from '../../../client/cli/output/terminal';

describe('Texts for people', () => {
  it.each([
    [durationText(860), '0.9 s'],
    [durationText(59_949), '59.9 s'],
    [durationText(59_999), '1 min'],
    [durationText(86_400_000), '24 h'],
    [durationText(200_000), '3 min 20 s'],
    [durationText(3_600_000 * 25 + 61_000), '25 h 1 min'],
    [bytesText(0), '0 B'],
    [bytesText(999), '999 B'],
    [bytesText(1_000), '1 kB'],
    [bytesText(10_485_760), '10.5 MB'],
    [bytesText(999_500), '1 MB'],
    [bytesText(1.5e12), '1.5 TB'],
    [costText(0, 'USD'), '0 USD'],
    [costText(12.345, 'USD'), '12.35 USD'],
    [costText(1234, 'EUR'), '1,234 EUR'],
    [costText(0.000062539, 'USD'), '0.0000625 USD'],
    [timeText('2026-11-30T16:04:05.678Z'), '2026-11-30 16:04:05'],
    [timeText('never'), 'never'],
    [queueText({ place: 3, estimated_wait_seconds: 240 }), 'place 3, starts in about 4 min'],
    [queueText({ place: 1, estimated_wait_seconds: null }), 'place 1'],
    // What could steer a terminal stays out.
    [plainText('a\u001b[31mb\u009b\nc\td\r\u0000'), 'a[31mb\nc\td'],
  ])('%s is %s', (text, expected) => expect(text).toBe(expected));

  it('guesses what was meant, or nothing', () => {
    const names = ['tenant', 'status', 'limit'];
    expect(['tenants', 'sttaus', 'limt', 'color', ''].map((each) => nearestName(each, names))).toEqual([
      'tenant',
      'status',
      'limit',
      undefined,
      undefined,
    ]);
  });
});

describe('A terminal', () => {
  const isTTY = true;
  it.each([
    [{ isTTY }, {}, true],
    [{}, {}, false],
    [{ isTTY }, { TERM: 'dumb' }, false],
    [{ isTTY }, { NO_COLOR: '1' }, false],
    [{ isTTY }, { NO_COLOR: '' }, true],
    [{}, { FORCE_COLOR: '1' }, true],
    [{ isTTY }, { FORCE_COLOR: '0' }, false],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('%j with %j has colours: %s', (output, environment, expected) => {
    expect(hasColours({ write: () => true, ...output }, environment)).toBe(expected);
  });

  it('has one last line, which others stand above and which is taken away', () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text), isTTY, columns: 10 };
    const terminal = createTerminal(output, output, { NO_COLOR: '1' });
    terminal.status('working on it');
    terminal.say('done');
    terminal.status(undefined);
    terminal.status(undefined);
    const erase = '\r\u001b[2K';
    expect(written).toEqual([`${erase}working o`, erase, 'done\n', `${erase}working o`, erase]);
  });

  it('that is none has lines only, and JSON in one', () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text) };
    const terminal = createTerminal(output, output, {});
    terminal.status('working on it');
    terminal.json({ a: [1] });
    terminal.say(terminal.paint('red', 'plain'));
    expect(written).toEqual(['{"a":[1]}\n', 'plain\n']);
  });

  it('is told what is under way, and for how long', () => {
    const running = new Map([['load', 2_000]]);
    expect(statusLine({ running, since: 1_000, now: 3_000 })).toMatch(/^. 2\.0 s {2}load 1\.0 s$/);
    expect(statusLine({ running: new Map(), since: 0, now: 0 })).toMatch(/^. 0\.0 s {2}waiting/);
  });

  it('shows words of status in their colours, and no others', () => {
    const paint = (colour: string, text: string) => `<${colour}>${text}`;
    expect(paintStatuses('FAILED COMPLETED constructor ABCDEFG', paint)).toBe(
      '<red>FAILED <green>COMPLETED constructor ABCDEFG',
    );
  });
});

describe('Parameters', () => {
  const pipeline: CataloguePipeline = {
    pipeline: 'a/b/c',
    description: 'C',
    timeout_seconds: 60,
    parameters: {
      day: { type: 'DATE', description: 'The day.', required: true },
      n: { type: 'INT64', description: 'N.', default: 1 },
      share: { type: 'FLOAT64', description: 'Share.', default: 0.5 },
      all: { type: 'BOOL', description: 'All.', default: false },
    },
  };
  const texts = (given: Record<string, string>) => new Map(Object.entries(given));

  it('are sent as the interface takes them; those of the command line stand above those of the file', () => {
    const given = texts({ day: '2026-11-30', n: '9007199254740993', share: '1e-3', all: 'true' });
    expect(toParameters(pipeline, { day: '2026-01-01', n: 5 }, given)).toEqual({
      day: '2026-11-30',
      n: '9007199254740993',
      share: 0.001,
      all: true,
    });
    // What is wrong is for the interface to refuse.
    expect(toParameters(pipeline, { day: '2026-01-01' }, texts({ share: 'much', all: 'yes' }))).toMatchObject(
      {
        share: 'much',
        all: 'yes',
      },
    );
  });

  it('stay as they are where the definition may not be read', () => {
    expect(toParameters(undefined, {}, texts({ all: 'true' }))).toEqual({ all: 'true' });
  });

  it('that are unknown or missing are told with those that there are', () => {
    const refused = (file: Record<string, unknown>, given: Record<string, string>) => () =>
      toParameters(pipeline, file, texts(given));
    expect(refused({ day: 'x', dya: 1 }, {})).toThrow(
      "Unknown parameter 'dya'. a/b/c has:\n  day  DATE, required: The day.",
    );
    expect(refused({}, { n: '1' })).toThrow("Parameter 'day' is required: --param day=…");
    expect(refused({}, { toString: '1' })).toThrow("Unknown parameter 'toString'");
  });
});
