import { createTenantPlaces, type TenantPlaces, type Worked } from '../../../functions/worker/tenant-places';
import type { RunMessage } from '../../../shared/runs/rules/run-identity';

const runOf = (tenant_id: string, run_id: string): RunMessage => ({ tenant_id, run_id, pipeline: 'a/b/c' });

const begun = (run_id: string): RunMessage => ({ ...runOf('acme', run_id), has_begun: true });

/** Some work that goes on until it is told how it ends. */
function held() {
  let end: (how: Worked | Error) => void = () => undefined;
  const work = new Promise<Worked>((resolve, reject) => {
    end = (how) => (how instanceof Error ? reject(how) : resolve(how));
  });
  return { work: () => work, end: (how: Worked | Error) => end(how) };
}

describe('A tenant’s places in an instance of the worker', () => {
  let published: RunMessage[];
  let refusesToPublish: boolean;
  let warnings: string[];
  let nowMs: number;
  /** What a publishing waits for. */
  let publishing: Promise<void>;
  beforeEach(() => {
    nowMs = 0;
    publishing = Promise.resolve();
    published = [];
    refusesToPublish = false;
    warnings = [];
  });

  const placesOf = (most: number, mostWaiting?: number): TenantPlaces =>
    createTenantPlaces({
      most,
      ...(mostWaiting === undefined ? {} : { mostWaiting }),
      monotonicMs: () => nowMs,
      publishRun: async (run) => {
        await publishing;
        if (refusesToPublish) throw new Error('Pub/Sub is away');
        published.push(run);
      },
      log: (_severity, message) => void warnings.push(message),
    });
  const wokenRuns = () => published.map(({ run_id }) => run_id);
  const never = async (): Promise<Worked> => {
    throw new Error('This must not be worked on');
  };
  /** Two runs of the tenant that are worked on, in places for two, and these behind them. */
  const fullWith = async (places: TenantPlaces, ...waiting: readonly string[]) => {
    const works = [held(), held()] as const;
    const runs = works.map(({ work }, index) => places.inPlace(runOf('acme', `running-${index}`), work));
    for (const runId of waiting) expect(await places.inPlace(runOf('acme', runId), never)).toBe('waits');
    return { works, runs };
  };

  it('are so many; what finds none waits, and other tenants’ runs find theirs', async () => {
    const places = placesOf(2);
    await fullWith(places, 'waiting');
    expect(await places.inPlace(runOf('other', 'run'), async () => 'over')).toBe('over');
    expect(published).toEqual([]);
  });

  it('wake the two that have waited longest, each time that one becomes free', async () => {
    const { works, runs } = await fullWith(placesOf(2), 'w1', 'w2', 'w3');
    works[0].end('over');
    expect(await runs[0]).toBe('over');
    expect(wokenRuns()).toEqual(['w1', 'w2']);
    expect(published[0]).toEqual(runOf('acme', 'w1'));
  });

  it('wake all that wait when the last one becomes free: nobody would do it later', async () => {
    const { works, runs } = await fullWith(placesOf(2), 'w1', 'w2', 'w3', 'w4', 'w5', 'w6');
    works[0].end('over');
    await runs[0];
    works[1].end('over');
    await runs[1];
    expect(wokenRuns()).toEqual(['w1', 'w2', 'w3', 'w4', 'w5', 'w6']);
  });

  it('are kept for a run that is handed over, unless it is the last', async () => {
    const { works, runs } = await fullWith(placesOf(2), 'w1');
    works[0].end('handed over');
    expect(await runs[0]).toBe('handed over');
    expect(published).toEqual([]);
    works[1].end('handed over');
    await runs[1];
    expect(wokenRuns()).toEqual(['w1']);
  });

  it('are kept for a run that was handed over: others wait, and it gets in', async () => {
    const places = placesOf(2);
    const { works, runs } = await fullWith(places);
    works[0].end('handed over');
    await runs[0];
    expect(await places.inPlace(runOf('acme', 'w1'), never)).toBe('waits');
    expect(await places.inPlace(begun('running-0'), async () => 'over')).toBe('over');
    expect(wokenRuns()).toEqual(['w1']);
  });

  it('are not kept for long: it may have gone to another instance', async () => {
    const places = placesOf(2);
    const { works, runs } = await fullWith(places);
    works[0].end('handed over');
    await runs[0];
    nowMs = 15_000;
    expect(await places.inPlace(runOf('acme', 'w1'), async () => 'over')).toBe('over');
  });

  it('are not waited for by a run that another instance has begun', async () => {
    const places = placesOf(2);
    await fullWith(places, 'w1');
    expect(await places.inPlace(begun('elsewhere'), async () => 'over')).toBe('over');
    expect(wokenRuns()).toEqual([]);
  });

  it('are not kept from others where none is taken: nobody would wake these', async () => {
    const places = placesOf(1);
    expect(await places.inPlace(runOf('acme', 'long'), async () => 'handed over')).toBe('handed over');
    expect(await places.inPlace(runOf('acme', 'other'), async () => 'over')).toBe('over');
  });

  it('are no longer waited for by a run that has got one by another message', async () => {
    const places = placesOf(2);
    const { works, runs } = await fullWith(places, 'w1', 'w2');
    expect(await places.inPlace(begun('w1'), async () => 'over')).toBe('over');
    works[0].end('over');
    await runs[0];
    expect(wokenRuns()).toEqual(['w2']);
  });

  it('go first to a run that is delivered again, which may have begun', async () => {
    const places = placesOf(2);
    const { works, runs } = await fullWith(places, 'w1', 'w2', 'w3');
    expect(await places.inPlace(runOf('acme', 'w3'), never, true)).toBe('waits');
    works[0].end('over');
    await runs[0];
    expect(published).toEqual([begun('w3'), runOf('acme', 'w1')]);
  });

  it('are taken once by a run whose message comes twice; the second message is acknowledged', async () => {
    const places = placesOf(2);
    const first = held();
    const run = places.inPlace(runOf('acme', 'run'), first.work);
    expect(await places.inPlace(runOf('acme', 'run'), never)).toBe('is under way here');
    const other = held();
    void places.inPlace(runOf('acme', 'other'), other.work);
    expect(await places.inPlace(runOf('acme', 'w1'), never)).toBe('waits');
    first.end('over');
    await run;
    expect(await places.inPlace(runOf('acme', 'run'), async () => 'over')).toBe('over');
  });

  it('tell a message that is delivered again while it is worked on how that ends', async () => {
    const places = placesOf(2);
    const first = held();
    const run = places.inPlace(runOf('acme', 'run'), first.work);
    const again = places.inPlace(runOf('acme', 'run'), never, true);
    first.end(new Error('BigQuery is away'));
    await expect(run).rejects.toThrow('BigQuery is away');
    await expect(again).rejects.toThrow('BigQuery is away');
  });

  it('are counted right while somebody wakes: what he cannot wake is woken by who came meanwhile', async () => {
    const places = placesOf(1);
    const first = held();
    const run = places.inPlace(runOf('acme', 'first'), first.work);
    expect(await places.inPlace(runOf('acme', 'w1'), never)).toBe('waits');
    let goOn: () => void = () => undefined;
    publishing = new Promise((resolve) => {
      goOn = resolve;
    });
    first.end('over');
    await new Promise((resolve) => setImmediate(resolve));
    expect(await places.inPlace(runOf('acme', 'second'), async () => 'over')).toBe('over');
    const third = held();
    const last = places.inPlace(runOf('acme', 'third'), third.work);
    refusesToPublish = true;
    goOn();
    await run;
    expect(await places.inPlace(runOf('acme', 'w2'), never)).toBe('waits');
    refusesToPublish = false;
    third.end('over');
    await last;
    expect(wokenRuns()).toEqual(['w1', 'w2']);
  });

  it('become free by a failure, too, which the delivery is told', async () => {
    const { works, runs } = await fullWith(placesOf(2), 'w1');
    works[0].end(new Error('BigQuery is away'));
    await expect(runs[0]).rejects.toThrow('BigQuery is away');
    expect(wokenRuns()).toEqual(['w1']);
  });

  it('are waited for once by a run whose message comes twice', async () => {
    const { works, runs } = await fullWith(placesOf(2), 'w1', 'w1');
    works[0].end('over');
    await runs[0];
    expect(wokenRuns()).toEqual(['w1']);
  });

  it('are waited for by so many at most; the message of another has to be delivered again', async () => {
    const places = placesOf(2, 1);
    const { works, runs } = await fullWith(places, 'w1');
    await expect(places.inPlace(runOf('acme', 'w2'), never)).rejects.toMatchObject({ code: 'unavailable' });
    works[0].end('over');
    await runs[0];
    expect(wokenRuns()).toEqual(['w1']);
    const again = held();
    void places.inPlace(runOf('acme', 'w1'), again.work);
    expect(await places.inPlace(runOf('acme', 'w2'), never)).toBe('waits');
  });

  it('forget nobody who could not be woken: the next that ends tries again', async () => {
    const places = placesOf(2);
    const { works, runs } = await fullWith(places, 'w1');
    refusesToPublish = true;
    works[0].end('over');
    await runs[0];
    expect(warnings).toEqual(['A run that waits could not be woken; the next that ends tries again']);
    refusesToPublish = false;
    works[1].end('over');
    await runs[1];
    expect(wokenRuns()).toEqual(['w1']);
  });
});

it('A flood comes to all instances, and each of its runs is worked on once and woken not much more often than once', async () => {
  const flood = 500;
  const most = 4;
  /** Messages, the oldest first, and runs that are worked on, by instance. */
  const queue = Array.from({ length: flood }, (_, index) => runOf('flood', `run-${index}`));
  const underWay: (() => void)[][] = [[], [], []];
  const worked = new Map<string, number>();
  let published = 0;
  const instances = underWay.map(() =>
    createTenantPlaces({
      most,
      monotonicMs: () => 0,
      publishRun: async (run) => {
        published += 1;
        queue.push(run);
      },
      log: () => undefined,
    }),
  );
  let turn = 0;
  const busiest = underWay.map(() => 0);
  for (let step = 0; queue.length > 0 || underWay.some((ends) => ends.length > 0); step += 1) {
    expect(step).toBeLessThan(20 * flood);
    const run = queue.shift();
    if (run !== undefined) {
      // The first instance is alone until it has noted the whole flood.
      const index = step < flood ? 0 : turn++ % instances.length;
      void instances[index]?.inPlace(run, () => {
        worked.set(run.run_id, (worked.get(run.run_id) ?? 0) + 1);
        return new Promise((resolve) => {
          underWay[index]?.push(() => resolve('over'));
        });
      });
    }
    for (const [index, ends] of underWay.entries()) {
      busiest[index] = Math.max(busiest[index] ?? 0, ends.length);
      if (step >= flood && (step + index) % 5 === 0) ends.shift()?.();
    }
    // Whoever ended wakes others before the next step.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect([...worked.values()]).toEqual(Array.from({ length: flood }, () => 1));
  expect(busiest).toEqual([most, most, most]);
  expect(published).toBeLessThan(2 * flood);
});
