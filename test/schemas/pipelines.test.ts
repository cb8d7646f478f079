import { join } from 'node:path';
import { checkSchemas } from '../../local/tools/check/check-schemas';

it('schemas/ has no problems, and its SQL is what GoogleSQL accepts over the tables that it meets', async () => {
  const schemasDirectory = join(__dirname, '../../schemas');
  const { pipelines, problems } = await checkSchemas({ schemasDirectory, allowedSources: ['*', 'gs://*'] });
  expect(problems).toEqual([]);
  expect(pipelines).toBeGreaterThanOrEqual(3);
});
