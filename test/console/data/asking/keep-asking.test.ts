import { ApiProblem } from '../../../../client';
import { type Asking, keepAsking, type Surroundings } from '../../../../console/data/asking/keep-asking';

/** A call that is under way: it answers, and ends, when the test says so. */
interface Call {
  readonly signal: AbortSignal;
  readonly answer: (answer: string) => Promise<void>;
  readonly end: (error?: Error) => Promise<void>;
}

/** All that was promised by now has come about: what a test drives has no timers of its own. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

class Page implements Surroundings {
  private now = 0;
  private timers: { readonly at: number; readonly act: () => void }[] = [];
  private watcher: (() => void) | undefined;
  private isSeen = true;
  readonly calls: Call[] = [];
  readonly told: string[] = [];
  readonly asking: Asking;

  constructor(everyMs?: number, { isSeen = true } = {}) {
    this.isSeen = isSeen;
    this.asking = keepAsking<string>(
      {
        ask: (signal) => this.call(signal),
        everyMs: () => everyMs,
        onAsk: (isByItself) => this.told.push(isByItself ? 'asks again' : 'asks'),
        onAnswer: (answer) => this.told.push(answer),
        onProblem: ({ title }) => this.told.push(title),
        onEnd: () => {},
      },
      this,
    );
  }

  random = () => 0;
  isHidden = () => !this.isSeen;
  after = (ms: number, act: () => void) => {
    const timer = { at: this.now + ms, act };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((each) => each !== timer);
    };
  };
  watch = (act: () => void) => {
    this.watcher = act;
    return () => {
      this.watcher = undefined;
    };
  };
  get last(): Call {
    const call = this.calls.at(-1);
    if (call === undefined) throw new Error('Nothing was asked');
    return call;
  }
  get isWatching() {
    return this.watcher !== undefined;
  }
  get pauses() {
    return this.timers.map(({ at }) => at - this.now);
  }
  async see(isSeen: boolean) {
    this.isSeen = isSeen;
    this.watcher?.();
    await settled();
  }
  /** Lets the pause pass that is the only one. */
  async wait() {
    const [timer, ...others] = this.timers;
    if (timer === undefined || others.length > 0) throw new Error(`There are ${this.timers.length} timers`);
    this.timers = [];
    this.now = timer.at;
    timer.act();
    await settled();
  }

  private async *call(signal: AbortSignal): AsyncGenerator<string> {
    let answers: string[] = [];
    let end: { readonly error?: Error | undefined } | undefined;
    let wake = () => {};
    this.calls.push({
      signal,
      answer: (answer) => {
        answers.push(answer);
        wake();
        return settled();
      },
      end: (error) => {
        end = { error };
        wake();
        return settled();
      },
    });
    signal.addEventListener('abort', () => wake());
    for (;;) {
      const given = answers;
      answers = [];
      yield* given;
      if (end?.error !== undefined) throw end.error;
      if (end !== undefined) return;
      signal.throwIfAborted();
      if (answers.length > 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
}

const refusal = (status: number, code: 'run_not_found' | 'unauthenticated') =>
  new ApiProblem(new Response(null, { status }), {
    type: 'about:blank',
    title: `Refused by ${status}`,
    status,
    code,
  });

describe('What is asked again by itself', () => {
  it('is asked so long after the answer, one call at a time', async () => {
    const page = new Page(5_000);
    await page.last.answer('one');
    expect(page.pauses).toEqual([]);
    await page.last.end();
    expect(page.pauses).toEqual([5_000]);
    await page.wait();
    expect(page.calls).toHaveLength(2);
    expect(page.told).toEqual(['asks', 'one', 'asks again']);
  });

  it('is not asked again unless wanted', async () => {
    const page = new Page();
    await page.last.answer('one');
    await page.last.end();
    expect(page.pauses).toEqual([]);
    page.asking.again();
    expect(page.calls).toHaveLength(2);
  });

  it('tells no answer of a call in whose place another was made', async () => {
    const page = new Page(5_000);
    const slow = page.last;
    page.asking.again();
    expect(slow.signal.aborted).toBe(true);
    await page.last.answer('new');
    await page.last.end();
    await slow.answer('old');
    await slow.end(new TypeError('late'));
    expect(page.told).toEqual(['asks', 'asks', 'new']);
    expect(page.pauses).toEqual([5_000]);
  });

  it('ends its call and its pauses, and is told nothing, when nobody shows it any more', async () => {
    const page = new Page(5_000);
    const { last } = page;
    page.asking.end();
    expect([last.signal.aborted, page.isWatching]).toEqual([true, false]);
    await last.answer('late');
    await last.end();
    expect([page.told, page.pauses]).toEqual([['asks'], []]);
  });

  it('is not asked once it has ended, even if wished', () => {
    const page = new Page(5_000);
    page.asking.end();
    page.asking.again();
    expect([page.calls.length, page.told, page.pauses]).toEqual([1, ['asks'], []]);
  });
});

describe('What fails', () => {
  const broken = new TypeError('fetch failed');

  it('is asked again later and later, and as usual after an answer', async () => {
    const page = new Page(5_000);
    const pauses: number[] = [];
    for (let failure = 1; failure <= 7; failure++) {
      await page.last.end(broken);
      pauses.push(...page.pauses);
      await page.wait();
    }
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    await page.last.answer('one');
    await page.last.end();
    expect(page.pauses).toEqual([5_000]);
  });

  it('is asked again soon where it breaks after an answer, however often', async () => {
    const page = new Page();
    for (let failure = 1; failure <= 3; failure++) {
      await page.last.answer('one');
      await page.last.end(broken);
      expect(page.pauses).toEqual([2_000]);
      await page.wait();
    }
  });

  it('is asked again where it may pass, though nothing else would ask', async () => {
    const page = new Page();
    await page.last.end(broken);
    expect(page.pauses).toEqual([2_000]);
    const refused = new Page();
    await refused.last.end(refusal(404, 'run_not_found'));
    expect(refused.pauses).toEqual([]);
  });

  it('is not asked again once the key is refused, not even when the page is seen again', async () => {
    const page = new Page(5_000);
    await page.last.end(refusal(401, 'unauthenticated'));
    expect(page.pauses).toEqual([]);
    await page.see(false);
    await page.see(true);
    expect(page.calls).toHaveLength(1);
  });
});

describe('A page that is hidden', () => {
  it('asks nothing until it is seen, and then at once', async () => {
    const page = new Page(5_000);
    await page.last.answer('one');
    await page.last.end();
    await page.see(false);
    expect(page.pauses).toEqual([]);
    await page.see(true);
    expect(page.calls).toHaveLength(2);
    expect(page.told).toEqual(['asks', 'one', 'asks']);
  });

  it('is let have its first answer, and not asked for that again where once is enough', async () => {
    const page = new Page(undefined, { isSeen: false });
    await page.see(false);
    expect(page.last.signal.aborted).toBe(false);
    await Promise.all([page.last.answer('one'), page.last.end()]);
    await page.see(true);
    expect([page.told, page.calls.length]).toEqual([['asks', 'one'], 1]);
  });

  it('hears no more of what would go on, and asks for it when it is seen', async () => {
    const page = new Page();
    await page.last.answer('one');
    await page.see(false);
    expect(page.last.signal.aborted).toBe(true);
    await page.see(true);
    expect(page.told).toEqual(['asks', 'one', 'asks']);
    await page.last.answer('two');
    expect(page.last.signal.aborted).toBe(false);
  });

  it('that is seen again before its call has ended asks anew, too', async () => {
    const page = new Page();
    await page.last.answer('one');
    await Promise.all([page.see(false), page.see(true)]);
    expect(page.calls).toHaveLength(2);
  });

  it('does not ask twice for what is under way', async () => {
    const page = new Page(5_000);
    await page.see(false);
    await page.see(true);
    expect(page.calls).toHaveLength(1);
  });
});
