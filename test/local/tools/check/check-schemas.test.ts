import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkSchemas } from '../../../../local/tools/check/check-schemas';
import { brokenContent } from './broken-content';
import { brokenForm } from './broken-form';

const broken = { ...brokenForm, ...brokenContent };
const shipped = join(__dirname, '../../../../schemas');

describe('the check of definitions', () => {
  const schemas = mkdtempSync(join(tmpdir(), 'schemas-'));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(schemas, path)), { recursive: true });
    writeFileSync(join(schemas, path), text);
  };
  let problems: readonly string[];
  beforeAll(async () => {
    for (const name of ['tables', 'tiers.json', 'schedules.json']) {
      cpSync(join(shipped, name), join(schemas, name), { recursive: true });
    }
    put('sources/rates/daily.json', '{"schema": {"fields": [{"name": "day", "type": "DATE"}]}}');
    put('sources/secret/plans.json', '{"schema": {"fields": [{"name": "plan", "type": "STRING"}]}}');
    put('sources/secret/broken.json', '{"schema": {"fields": [{"name": "plan", "type": "TEXT"}]}}');
    put('sources/a.b.c/x.json', '{}');
    put('pipeline.schema.json', '{}');
    put('pipelines/a/b/Big.yaml', '');
    put('pipelines/a-b/c/d.yaml', '');
    put(
      'pipelines/a/b/sound.yaml',
      'description: It is sound.\nsources: [rates]\nsteps:\n  - { id: one, type: query, sql: SELECT day FROM rates.daily }\n',
    );
    for (const [name, { yaml, files = {} }] of Object.entries(broken)) {
      put(`pipelines/a/b/${name}.yaml`, yaml);
      for (const [file, text] of Object.entries(files)) put(`pipelines/a/b/${file}`, text);
    }
    const checked = await checkSchemas({
      schemasDirectory: schemas,
      allowedSources: ['rates', 'gs://files/'],
    });
    problems = checked.problems;
    expect(checked.pipelines).toBe(Object.keys(broken).length + 1);
  });
  afterAll(() => rmSync(schemas, { recursive: true }));

  const folder = () => join(schemas, 'pipelines/a/b');
  /** The problems of a definition and the files beside it, without the folder's name. */
  const toldOf = (names: readonly string[]) =>
    problems
      .filter((problem) => names.some((name) => problem.startsWith(`${join(folder(), name)}:`)))
      .map((problem) => problem.slice(folder().length + 1));

  it.each(Object.entries(broken))(
    'reports %s with its place and what is expected',
    (name, { files = {}, told }) => {
      const found = toldOf([`${name}.yaml`, ...Object.keys(files)]);
      expect(found.map((problem) => problem.replace(`${name}.yaml:`, '').trim())).toEqual(told);
    },
  );

  it('knows at least thirty kinds of broken definitions', () => {
    expect(Object.keys(broken).length).toBeGreaterThanOrEqual(30);
  });

  it('reports nothing in a sound definition', () => {
    expect(toldOf(['sound.yaml'])).toEqual([]);
  });

  it('reports names that cannot be part of a path, wrong tables of sources, and a JSON Schema that is out of date', () => {
    const others = problems.filter((problem) => !problem.startsWith(folder()));
    expect(others.map((problem) => problem.slice(schemas.length + 1))).toEqual([
      "pipelines/a-b: expected a name of 1 to 64 of a-z, 0-9 and _, given 'a-b'",
      'sources/a.b.c: expected a folder named like a source: dataset or project.dataset',
      expect.stringMatching(
        /^sources\/secret\/broken\.json:1:49 schema\.fields\[0\] \('plan'\)\.type: expected one/,
      ),
      'pipeline.schema.json: is out of date; run: npm run schema',
    ]);
    expect(problems).toContain(
      `${folder()}/Big.yaml: expected a name of 1 to 64 of a-z, 0-9 and _, given 'Big'`,
    );
  });
});
