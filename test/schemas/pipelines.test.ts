import { join } from 'node:path';
import { checkSchemas } from '../../local/tools/check/check-schemas';

it('schemas/ has no problems, and GoogleSQL accepts its SQL over the tables that it will meet', async () => {
  const schemasDirectory = join(__dirname, '../../schemas');
  const { pipelines, problems } = await checkSchemas({ schemasDirectory, allowedSources: ['*', 'gs://*'] });
  expect(problems).toEqual([]);
  expect(pipelines).toBeGreaterThanOrEqual(3);
});
