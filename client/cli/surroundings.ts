import type { Client } from '../client';
import type { GivenOptions, OptionSpecs } from './arguments/options';
import type { Environment, Output, Terminal } from './output/terminal';

/** What a command line has around it; tests give their own. */
export interface Surroundings {
  /** How it is called, for help: tenant-pipelines. */
  readonly program: string;
  readonly environment: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
  /** Of a file, or of standard input where it is called -. */
  readonly readText: (name: string) => Promise<string>;
  readonly now: () => number;
  readonly addition?: Addition;
}

/** An interface, and who asks. */
export interface Connection extends Pick<Located, 'rows'> {
  readonly client: Client;
  /** @throws CommandError where neither option nor key says it */
  readonly tenant: () => string;
}

/** What was said about the connection, by options or environment. */
export interface ConnectionRequest {
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
  readonly tenant: string | undefined;
}

/** Where to ask, and as whom. */
export interface Located {
  readonly url: string;
  readonly apiKey: string;
  /** Undefined: the key's. */
  readonly tenant?: string | undefined;
  /** The platform's own unless given. */
  readonly fetch?: typeof fetch | undefined;
  /** How many rows of what a run has made are shown, unless --rows says it; none, unless given. */
  readonly rows?: number | undefined;
}

/** What a project's own command line adds: where it finds keys. */
export interface Addition {
  /** Below the list of words. */
  readonly help: string;
  /** Of all words. */
  readonly options: OptionSpecs;
  /** Where no URL is given. @throws CommandError */
  readonly locate: (
    request: ConnectionRequest,
    given: GivenOptions<string>,
    terminal: Terminal,
  ) => Promise<Located>;
}
