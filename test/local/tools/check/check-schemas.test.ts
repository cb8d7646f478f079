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
  const put = (path: string, text: string | Buffer) => {
    mkdirSync(dirname(join(schemas, path)), { recursive: true });
    writeFileSync(join(schemas, path), text);
  };
  let problems: readonly string[];
  let graph: string;
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
    put(
      'pipelines/a/b/maker.yaml',
      'description: It makes a table.\nsources: [rates]\nsteps:\n  - { id: one, type: query, sql: SELECT day FROM rates.daily, destination: { table: made_elsewhere, write_disposition: WRITE_TRUNCATE } }\n',
    );
    put(
      'pipelines/a/b/reader.yaml',
      'description: It reads what another makes.\nneeds_pipeline: [a/b/maker]\nsteps:\n  - { id: one, type: query, sql: SELECT day FROM made_elsewhere }\n',
    );
    for (const [name, { yaml, files = {} }] of Object.entries(broken)) {
      put(`pipelines/a/b/${name}.yaml`, yaml);
      for (const [file, text] of Object.entries(files)) put(`pipelines/a/b/${file}`, text);
    }
    const checked = await checkSchemas({
      schemasDirectory: schemas,
      allowedSources: ['rates', 'gs://files/'],
    });
    // A warning's place comes first, as a problem's.
    const warnings = checked.warnings.map((warning) => warning.replace(/^([^:]+):/, '$1: warning: '));
    problems = [...checked.problems, ...warnings];
    graph = checked.graph;
    expect(checked.pipelines).toBe(Object.keys(broken).length + 3);
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
    expect(toldOf(['sound.yaml', 'maker.yaml', 'reader.yaml'])).toEqual([]);
    expect(graph).toContain('a.b.reader["a/b/reader"]');
    expect(graph).toMatch(/^ {2}a\.b\.maker --> a\.b\.reader$/m);
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
