import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { TransientFailure } from '../../../../../shared/pipelines/execution';
import type { Answer } from '../../../../support/https-api';
import { type HttpStepWorld, json, startHttpStepWorld } from './http-step-world';

describe('an http step', () => {
  let world: HttpStepWorld;
  beforeAll(async () => {
    world = await startHttpStepWorld();
  });
  afterAll(() => world?.close());
  beforeEach(() => world.clear());

  describe('when something goes wrong', () => {
    it('goes on with the page that failed, after the pause that the API asked for', async () => {
      const answers: Answer[] = [
        { body: 'id\n1\n' },
        { status: 429, headers: { 'Retry-After': '7' } },
        { breaksAfter: 'id\n2\n' },
        { body: 'id\n3\n' },
        { body: '' },
      ];
      world.api.answerBy((_, index) => answers[index] ?? { status: 404 });
      const run = world.runOf(`
format: CSV
csv: { skip_leading_rows: 1, allow_jagged_rows: true }
paging: { type: page_number, parameter: page }
retry: { max_attempts: 3, initial_backoff_seconds: 0 }`);
      expect(await executePipeline(run, world.toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
        steps: [{ attempts: 1 }],
      });
      expect(world.asked()).toEqual([1, 2, 2, 2, 3].map((page) => `/v1/rates?page=${page}`));
      expect(world.sleeps).toEqual([7000, 0]);
      expect((await world.rates()).map((row) => Object(row).id)).toEqual(['1', '3']);
    });

    it.each([408, 429, 500, 503])(
      'is delivered again after %d if its retries are used up',
      async (status) => {
        world.api.answerBy(() => ({ status }));
        const run = world.runOf('format: JSON\nretry: { max_attempts: 2, initial_backoff_seconds: 0 }');
        const failed = executePipeline(run, world.toolsWith());
        await expect(failed).rejects.toThrow(TransientFailure);
        await expect(failed).rejects.toThrow(
          `Step 'rates' after 2 tries: GET https://${world.api.host}/v1/rates, page 1: answered ${status}, expected 200.`,
        );
        expect(world.api.asked).toHaveLength(2);
      },
    );

    it('does not wait longer than it has time', async () => {
      const later = new Date(Date.now() + 3_600_000 * 2).toUTCString();
      world.api.answerBy(() => ({ status: 503, headers: { 'Retry-After': later } }));
      await expect(executePipeline(world.runOf('format: JSON'), world.toolsWith())).rejects.toThrow(
        'after 1 tries',
      );
      expect([world.sleeps, world.api.asked.length]).toEqual([[], 1]);
    });

    it('asks again if an answer does not come in time, and fails after the time of the step', async () => {
      world.api.answerBy((_, index) => (index === 0 ? 'hang' : json([{ id: 5 }])));
      const run = world.runOf('format: JSON\nrequest_timeout_seconds: 1');
      expect(await executePipeline(run, world.toolsWith())).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 1,
      });
      expect(world.lines[0]).toContain('no whole answer within 1 seconds');
      world.api.answerBy(() => 'hang');
      expect(
        await executePipeline(world.runOf('format: JSON\ntimeout_seconds: 1'), world.toolsWith()),
      ).toMatchObject({
        status: 'FAILED',
        errorCode: 'timed_out',
        errorMessage: "Step 'rates' failed: Not finished within 1 seconds.",
      });
    });

    const paged = (type: string) => `format: JSON\nrecords: items\npaging: ${type}`;
    const linked = paged('{ type: next_link, path: next }');
    const wrong: readonly (readonly [string, string, Answer, string, string])[] = [
      [
        'a redirect',
        'format: JSON',
        { status: 302, headers: { Location: '/' } },
        'invalid_data',
        'page 1: answered 302, expected 200: redirects are not followed.',
      ],
      [
        'a wrong key',
        'format: JSON',
        { status: 401 },
        'access_denied',
        'page 1: answered 401, expected 200.',
      ],
      ['a wrong path', 'format: JSON', { status: 404 }, 'not_found', 'page 1: answered 404, expected 200.'],
      [
        'what is no JSON',
        'format: JSON',
        { body: '<html>' },
        'invalid_data',
        'page 1: the answer is not JSON.',
      ],
      [
        'what is no UTF-8',
        'format: JSON',
        { body: Buffer.from([0x22, 0xff, 0x22]) },
        'invalid_data',
        'page 1: the answer is not UTF-8.',
      ],
      [
        'a compressed answer',
        'format: JSON',
        { body: 'x', headers: { 'Content-Encoding': 'gzip' } },
        'invalid_data',
        'page 1: the answer is compressed, expected one that is not.',
      ],
      [
        'an object instead of records',
        'format: JSON',
        json({ items: [] }),
        'invalid_data',
        'page 1: expected an array, given an object.',
      ],
      [
        'no records at the path',
        'format: JSON\nrecords: data.items',
        json({ data: {} }),
        'invalid_data',
        "page 1: expected an array at 'data.items', given nothing.",
      ],
      [
        'a record that is none',
        'format: JSON',
        json([{ id: 1 }, 2]),
        'invalid_data',
        'page 1: expected objects in an array, given a number as record 2.',
      ],
      ['a column that is none', 'format: JSON', json([{ nope: 1 }]), 'invalid_data', 'no such field: nope.'],
      [
        'a value of another type',
        'format: CSV',
        { body: 'one,2,x\n' },
        'invalid_data',
        "Could not parse 'one' as INT64 for field id",
      ],
      [
        'a next page elsewhere',
        linked,
        json({ items: [], next: 'https://example.com/2' }),
        'access_denied',
        'page 1: it names a next page elsewhere, expected one on localhost:',
      ],
      [
        'a next page without https',
        linked,
        json({ items: [], next: 'http://localhost/2' }),
        'access_denied',
        'page 1: it names a next page elsewhere',
      ],
      [
        'a next page that is this one',
        linked,
        json({ items: [], next: '/v1/rates' }),
        'invalid_data',
        'page 1: it names a next page that was read before.',
      ],
      [
        'a next page that is no text',
        linked,
        json({ items: [], next: { url: '/2' } }),
        'invalid_data',
        "page 1: expected a text or null at 'next', given another value.",
      ],
      [
        'a next page that is no URL',
        linked,
        json({ items: [], next: 'https://' }),
        'invalid_data',
        'page 1: it names a next page, but not by a URL.',
      ],
      [
        'too many pages',
        `${paged('{ type: page_number, parameter: page }')}\nmax_pages: 2`,
        json({ items: [{ id: 1 }] }),
        'resources_exceeded',
        'page 3: there are more pages than its max_pages, 2.',
      ],
      [
        'too many bytes',
        `${paged('{ type: page_number, parameter: page }')}\nmax_bytes: 30`,
        json({ items: [{ id: 1 }] }),
        'resources_exceeded',
        'page 2: the answers are larger than its max_bytes, 30.',
      ],
      [
        'too many bytes of CSV',
        'format: CSV\nmax_bytes: 3',
        { body: '1,2,x\n' },
        'resources_exceeded',
        'page 1: the answers are larger than its max_bytes, 3.',
      ],
    ];
    it.each(wrong)(
      'fails for %s, and says what was expected',
      async (_, fields, answer, errorCode, message) => {
        world.api.answerBy(() => answer);
        const outcome = await executePipeline(world.runOf(fields), world.toolsWith());
        expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'rates', errorCode });
        expect(outcome.errorMessage).toContain("Step 'rates' failed: ");
        expect(outcome.errorMessage).toContain(message);
      },
    );

    it('asks no host that the deployment does not allow, and fails if its secret does not exist', async () => {
      world.api.answerBy(() => json([]));
      const http = { hosts: ['localhost'], get: world.api.get, secretOf: () => ' ' };
      for (const refusing of [undefined, http]) {
        expect(
          await executePipeline(world.runOf('format: JSON'), world.toolsWith({ http: refusing })),
        ).toMatchObject({
          status: 'FAILED',
          errorCode: 'access_denied',
          errorMessage: `Step 'rates' names the host '${world.api.host}', expected one that the deployment allows (HTTP_STEP_HOSTS).`,
        });
      }
      const run = world.runOf(
        'format: JSON\nsecret_header: { name: X-Key, environment: PIPELINE_SECRET_OTHER }',
      );
      for (const value of [undefined, '', ' \n', 'a\nb', 'é']) {
        const tools = world.toolsWith({
          http: { hosts: [world.api.host], get: world.api.get, secretOf: () => value },
        });
        expect(await executePipeline(run, tools)).toMatchObject({
          errorCode: 'access_denied',
          errorMessage:
            "Step 'rates' needs the secret PIPELINE_SECRET_OTHER, which the deployment does not have.",
        });
      }
      expect(world.api.asked).toEqual([]);
    });
  });
});
