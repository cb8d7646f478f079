import { runCommandLine, type Surroundings } from '../../../../client/cli';

export interface CommandSurroundings
  extends Partial<Pick<Surroundings, 'environment' | 'interrupted' | 'addition'>> {
  /** Texts of files by their names. */
  readonly files?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  /** Called with all that was said so far, each time. */
  readonly heard?: (out: string) => void;
}

/** The command line without a process of its own: its exit code, and what it wrote. */
export async function command(
  args: readonly string[],
  { files = {}, isTerminal = false, heard, ...given }: CommandSurroundings = {},
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: '', err: '' };
  const output = (name: keyof typeof written) => ({
    isTTY: isTerminal,
    write: (text: string) => {
      written[name] += text;
      heard?.(written.out);
    },
  });
  const code = await runCommandLine(args, {
    program: 'tenant-pipelines',
    environment: {},
    stdout: output('out'),
    stderr: output('err'),
    interrupted: new AbortController().signal,
    readText: async (name) => {
      const text = files[name];
      if (text === undefined) throw new Error(`no such file: ${name}`);
      return text;
    },
    now: Date.now,
    ...given,
  });
  return { code, ...written };
}
