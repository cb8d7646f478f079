import type { HttpReply } from '../../../../shared/http/reply';
import { problemReply } from '../../../../shared/http/reply';
import { findRoute, type Route } from '../../../../shared/http/route';
import type { Journal } from '../judge/journal';
import type { Chance } from '../time/chance';
import type { VirtualTime } from '../time/virtual-time';
import type { Trouble } from './calls';
import { beginLife, type Life } from './life';

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
}

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  /** The connection broke: nobody knows what became of the request. */
  | { readonly kind: 'unanswered' };

export type Ask = (request: Request) => Promise<Answer>;

export interface Fleet {
  readonly ask: Ask;
  /** Lets one of the instances die. */
  readonly kill: () => void;
  readonly deaths: () => number;
}

interface Instance {
  readonly life: Life;
  readonly routes: readonly Route[];
  /** Whoever waits for an answer of this instance. */
  readonly open: Set<(answer: Answer) => void>;
}

const networkMs = [1, 60] as const;

/** Several instances of one function behind one address; one that dies is replaced by a fresh one. */
export function createFleet(
  name: string,
  size: number,
  compose: (life: Life) => readonly Route[],
  world: {
    readonly time: VirtualTime;
    readonly chance: Chance;
    readonly trouble: Trouble;
    readonly journal: Journal;
  },
): Fleet {
  const { time, chance, trouble, journal } = world;
  const instances: Instance[] = [];
  let deaths = 0;

  const begin = (place: number, generation: number): Instance => {
    const full = `${name}-${place + 1}.${generation}`;
    const open = new Set<(answer: Answer) => void>();
    const life = beginLife(full, time, chance, (where) => {
      deaths++;
      journal.note(`${full} dies ${where}`);
      instances[place] = begin(place, generation + 1);
      for (const answer of open) answer({ kind: 'unanswered' });
    });
    return { life, routes: compose(life), open };
  };
  for (let place = 0; place < size; place++) instances.push(begin(place, 1));

  const ask: Ask = (request) =>
    new Promise((resolve) => {
      time.after(chance.mostlyShort(...networkMs), undefined, () => {
        const { life, routes, open } = chance.pick(instances);
        const answerOnce = (answer: Answer) => {
          if (!open.delete(answerOnce)) return;
          const isLost = chance.happens(trouble.faultRate / 4);
          const arrived: Answer = isLost ? { kind: 'unanswered' } : answer;
          time.after(chance.mostlyShort(...networkMs), undefined, () => resolve(arrived));
        };
        open.add(answerOnce);
        time.after(0, life, () => {
          void serve(routes, request, journal.logOf(life.name)).then(({ status, body }) =>
            answerOnce({ kind: 'answered', status, body: isRecord(body) ? body : {} }),
          );
        });
      });
    });
  const kill = () => chance.pick(instances).life.end('on purpose');
  return { ask, kill, deaths: () => deaths };
}

async function serve(
  routes: readonly Route[],
  { method, path, query, headers = {}, body }: Request,
  log: ReturnType<Journal['logOf']>,
): Promise<HttpReply> {
  try {
    const { route, params } = findRoute(routes, method, path);
    const lowerCased = new Map(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
    return await route.handle({
      operation: route.operation,
      method,
      path,
      params,
      query: new URLSearchParams(query),
      header: (wanted) => lowerCased.get(wanted.toLowerCase()),
      address: '192.0.2.1',
      recognise: () => undefined,
      json: async () => body,
    });
  } catch (error) {
    return problemReply(error, path, log);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
