import { styleText } from 'node:util';

/** Where text goes; process.stdout is one. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean | undefined;
  /** How many characters a line of a terminal has; 0 where it does not say. */
  readonly columns?: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;
export type Colour = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** What a command says. */
export interface Terminal {
  /** A line of the result. */
  readonly say: (line: string) => void;
  /** A line beside the result, which a script does not read. */
  readonly note: (line: string) => void;
  /** A value as JSON: over several lines where people read it, in one line elsewhere. */
  readonly json: (value: unknown) => void;
  /** A value as one line of JSON. */
  readonly jsonLine: (value: unknown) => void;
  /** The text as it is where there are no colours. */
  readonly paint: (colour: Colour, text: string) => string;
  /** The last line of a terminal, replaced by the next one; undefined takes it away. Elsewhere nothing. */
  readonly status: (line: string | undefined) => void;
  /** Whether somebody watches. */
  readonly isLive: boolean;
}

const eraseLine = '\r\u001b[2K';

export function createTerminal(stdout: Output, stderr: Output, environment: Environment): Terminal {
  const isLive = stdout.isTTY === true && environment.TERM !== 'dumb';
  const isColoured = hasColours(stdout, environment);
  let status: string | undefined;
  const erase = () => {
    if (status !== undefined) stdout.write(eraseLine);
    status = undefined;
  };
  const line = (output: Output) => (text: string) => {
    const before = status;
    erase();
    output.write(`${text}\n`);
    if (before !== undefined) show(before);
  };
  const paint = (colour: Colour, text: string) =>
    isColoured ? styleText(colour, text, { validateStream: false }) : text;
  const show = (text: string) => {
    // A line that is broken by the terminal could not be taken away again.
    const fitting = text.slice(0, (stdout.columns || 80) - 1);
    stdout.write(`${eraseLine}${paint('dim', fitting)}`);
    status = text;
  };
  const say = line(stdout);
  return {
    say,
    note: line(stderr),
    json: (value) => say(JSON.stringify(value, null, stdout.isTTY === true ? 2 : undefined)),
    jsonLine: (value) => say(JSON.stringify(value)),
    paint,
    status: (text) => {
      if (!isLive) return;
      if (text === undefined) erase();
      else show(text);
    },
    isLive,
  };
}

/**
 * As Node itself decides: FORCE_COLOR before NO_COLOR, and otherwise colours for a terminal that can.
 * https://nodejs.org/api/cli.html#force_color1-2-3, https://no-color.org
 */
export function hasColours({ isTTY }: Output, { FORCE_COLOR, NO_COLOR, TERM }: Environment): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  return isTTY === true && TERM !== 'dumb';
}
