import { h } from 'preact';
import { Route, Router } from 'preact-iso/router';
import { eventually } from '../support/local-cloud';
import { type Answering, consoleInNode, failing } from './support/console-in-node';

const page = consoleInNode();

/** A promise, and what keeps it. */
function later<T>() {
  let keep: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    keep = resolve;
  });
  return { promise, keep };
}

describe('A list that is opened again', () => {
  it('is asked for as far as it was shown, at once, and loses none of its rows', async () => {
    const { usePages } = await import('../../console/data/use-pages');
    const asked: (string | undefined)[] = [];
    const Letters = () => {
      const { loaded, more } = usePages(
        'letters',
        async (cursor) => {
          asked.push(cursor);
          const from = Number(cursor ?? 0);
          return { rows: [...'abcdef'.slice(from, from + 2)], next: String(from + 2) };
        },
        { keyOf: (letter) => letter },
      );
      return [
        `${loaded.answer?.join('')}${loaded.isAsking ? ' …' : ''}`,
        h('button', { onClick: more.start }, 'More'),
      ];
    };
    const open = () => page.open('/', h(Letters, null), () => failing);
    await open();
    await page.says('ab ');
    page.press('More');
    await page.says('abcd ');
    asked.length = 0;
    page.leave();
    await open();
    expect(page.words()).toContain('abcd …');
    await eventually('both pages', async () => (asked.length > 1 ? true : undefined));
    await page.says('abcd ');
    expect(asked).toEqual([undefined, '2']);
  });
});

describe('The page of a pipeline', () => {
  const pipeline = {
    pipeline: 'gcp/billing/costs',
    description: 'Costs by day',
    timeout_seconds: 60,
    slots: 1,
    at_limit: 'refuse',
    queue_ttl_seconds: 60,
    concurrency: null,
    needs_pipeline: [],
    watermark: null,
    steps: [],
    parameters: { account: { type: 'STRING' }, month: { type: 'STRING', default: 'may' } },
  };
  const open = async (address: string, answer: Answering) => {
    const { PipelinePage } = await import('../../console/pipelines/pipeline/pipeline-page');
    const path = '/tenants/:tenant/pipelines/:provider/:domain/:pipeline';
    await page.open(
      address,
      h(Router, null, h(Route, { path, component: () => h(PipelinePage, null) })),
      (asked) => (asked.path.endsWith('/gcp/billing/costs') ? { body: pipeline } : answer(asked)),
    );
  };
  const start = '/tenants/acme/pipelines/gcp/billing/costs';

  it('has a form where the run that another is to be like has no parameters', async () => {
    await open(`${start}?like=without`, ({ path }) =>
      path.endsWith('/without') ? { body: { parameters: null } } : failing,
    );
    await page.says('Start the run');
    expect(page.field('month').value).toBe('may');
  });

  it('keeps what is typed in while the other run’s values come, and offers these', async () => {
    let run: Awaited<ReturnType<Answering>> = failing;
    await open(`${start}?like=other`, ({ path }) => (path.endsWith('/other') ? run : failing));
    await page.says('Start the run');
    page.type('account', 'typed');
    run = { body: { parameters: { account: 'of the other', month: 'june' } } };
    expect(page.has('Fill in the other run’s values')).toBe(false);
    page.press('Try again now');
    await page.says('Fill in the other run’s values');
    expect([page.field('account').value, page.field('month').value]).toEqual(['typed', 'may']);
    page.press('Fill in the other run’s values');
    await eventually('the values', async () =>
      page.field('account').value === 'of the other' ? true : undefined,
    );
    expect(page.field('month').value).toBe('june');
  });

  it('goes on to say that it has not run yet while that is asked anew', async () => {
    const again = later<Awaited<ReturnType<Answering>>>();
    let asks = 0;
    await open(start, ({ path }) => {
      if (!path.endsWith('/runs')) return failing;
      asks += 1;
      return asks === 1 ? { body: { runs: [], next_cursor: null } } : again.promise;
    });
    await page.says('It has not run yet.');
    page.lookAgain();
    await eventually('the next look', async () => (asks === 2 ? true : undefined));
    await page.says('It has not run yet.');
    again.keep(failing);
    await page.says('What is shown came');
    expect(page.words()).toContain('It has not run yet.');
  });
});

describe('Runs in flight', () => {
  it('are those of the filter before until the next one’s have come, and the words say so', async () => {
    const { InFlightPage } = await import('../../console/runs/in-flight-page');
    const none = {
      body: { running: 0, queued: 0, runs: [], tenants: { read: 1, failed: 0, more: false } },
    };
    const ofAll = later<Awaited<ReturnType<Answering>>>();
    const refused = {
      status: 400,
      body: {
        status: 400,
        code: 'invalid_request',
        title: 'Invalid',
        detail: 'tenant: no tenant id',
        errors: [{ field: 'tenant', message: 'no tenant id' }],
      },
    };
    await page.open('/runs/in-flight?tenant=acme', h(InFlightPage, null), ({ query }) =>
      query.get('tenant') === 'acme' ? none : query.has('tenant') ? refused : ofAll.promise,
    );
    const enter = async (tenant: string) => {
      page.type('Tenant', tenant);
      // The page is drawn with it first.
      await new Promise(setImmediate);
      page.field('Tenant').happen('focusout');
    };
    await page.says('No run in flight matches.');
    await enter('');
    await eventually('what is asked for all', async () => (page.isBusy() ? true : undefined));
    expect(page.words()).toContain('No run in flight matches.');
    ofAll.keep(none);
    await page.says('Nothing runs or waits now.');
    expect(page.isBusy()).toBe(false);

    await enter('?');
    await page.says('This is what was asked for before.');
    expect(page.isBusy()).toBe(false);
  });
});

describe('The form that onboards a tenant', () => {
  it('has the tier that is sent, also where the tiers come late', async () => {
    const { OnboardPage } = await import('../../console/tenants/onboard-page');
    let tiers: Awaited<ReturnType<Answering>> = failing;
    await page.open('/onboard', h(OnboardPage, null), () => tiers);
    await page.says('Onboard');
    await page.says('Try again now');
    expect(page.field('Tier').value).toBe('FREE');
    const quotas = {
      max_pipelines_per_month: 1,
      max_concurrent_pipelines: 1,
      max_bytes_billed_per_month: null,
      max_queued_pipelines: 1,
    };
    tiers = { body: { tiers: ['LARGE', 'FREE'].map((tier) => ({ tier, ...quotas })) } };
    page.press('Try again now');
    await page.says('LARGE');
    expect(page.field('Tier').value).toBe('FREE');
  });
});
