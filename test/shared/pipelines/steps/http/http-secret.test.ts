import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import type { Answer } from '../../../../support/https-api';
import { type HttpStepWorld, json, secret, startHttpStepWorld } from './http-step-world';

describe('an http step', () => {
  let world: HttpStepWorld;
  beforeAll(async () => {
    world = await startHttpStepWorld();
  });
  afterAll(() => world?.close());
  beforeEach(() => world.clear());

  describe('with a secret', () => {
    const fields = 'secret_header: { name: Authorization, environment: PIPELINE_SECRET_RATES }';

    it.each<[string, string, Answer]>([
      ['as a value', 'format: JSON', json([{ id: 1, note: `you sent ${secret}` }])],
      ['without its scheme', 'format: JSON', json([{ id: 1, note: 'top-secret-token' }])],
      ['as a name', 'format: JSON\nignore_unknown_values: true', json([{ 'top-secret-token': 1 }])],
      ['in escapes', 'format: JSON', { body: '[{"id":1,"note":"\\u0074op-secret-token"}]' }],
      ['in CSV', 'format: CSV', { body: '1,2,top-secret-token\n' }],
    ])('loads no answer that repeats it %s, and tells nobody', async (_, format, answer) => {
      await world.tenant.query(
        'CREATE OR REPLACE TABLE rates AS SELECT 1 AS id, NUMERIC "1" AS rate, "before" AS note',
      );
      world.api.answerBy(() => answer);
      const run = world.runOf(`${format}\n${fields}`);
      const outcome = await executePipeline(run, world.toolsWith());
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'invalid_data' });
      expect(outcome.errorMessage).toContain(
        'the answer repeats the value of its secret header, so it is not loaded.',
      );
      expect(JSON.stringify([outcome, world.lines])).not.toContain('top-secret');
      expect(await world.rates()).toEqual([{ id: '1', rate: '1', note: 'before' }]);
    });

    it('shows it in no error and no log', async () => {
      const answers: Answer[] = [
        { status: 503, body: secret },
        { breaksAfter: secret },
        { status: 400, body: secret },
      ];
      world.api.answerBy((_, index) => answers[index] ?? { status: 404 });
      const outcome = await executePipeline(world.runOf(`format: JSON\n${fields}`), world.toolsWith());
      expect(outcome).toMatchObject({ status: 'FAILED', errorCode: 'invalid_data' });
      // Two tries, and the end.
      expect(world.lines).toHaveLength(3);
      expect(JSON.stringify([outcome, world.lines])).not.toContain('top-secret');
    });
  });
});
