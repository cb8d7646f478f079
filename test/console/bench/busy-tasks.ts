import type { Browser } from 'playwright-core';

/** A task of a page's main thread: how long it took, and how much of that the processor worked for it, in milliseconds. */
export interface BusyTask {
  readonly ms: number;
  readonly cpuMs: number;
  /** What took most of it, by the time that it took. */
  readonly parts: string;
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly functionName?: string } };
}

/**
 * What kept main threads busy while something was done, that which the processor worked longest for first. On a machine that others use, too, the
 * processor's time says more than the clock's.
 */
export async function busyTasks(browser: Browser, act: () => Promise<void>): Promise<readonly BusyTask[]> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const isComplete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      includedCategories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8'],
    },
  });
  try {
    await act();
  } finally {
    await session.send('Tracing.end');
    await isComplete;
    await session.detach();
  }
  return tasksIn(events);
}

function tasksIn(events: readonly TraceEvent[]): readonly BusyTask[] {
  const isMain = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const timed = events.filter(({ pid, tid, dur }) => dur !== undefined && isMain.has(`${pid} ${tid}`));
  // What runs a task is noted at two depths: one of them is enough.
  const tasks = timed.filter(({ name, dur = 0 }) => name === 'ThreadControllerImpl::RunTask' && dur > 10_000);
  return tasks
    .map((task) => {
      const end = task.ts + (task.dur ?? 0);
      const inside = timed.filter(
        ({ ts, dur = 0, name, tid, pid }) =>
          ts >= task.ts &&
          ts + dur <= end &&
          dur > 3_000 &&
          tid === task.tid &&
          pid === task.pid &&
          !name.endsWith('RunTask'),
      );
      const parts = inside
        .map(({ name, dur = 0, args }) => `${args?.data?.functionName ?? name} ${Math.round(dur / 1_000)}`)
        .join(', ');
      return { ms: (task.dur ?? 0) / 1_000, cpuMs: (task.tdur ?? 0) / 1_000, parts };
    })
    .sort((one, other) => other.cpuMs - one.cpuMs);
}
