/**
 * What is read again is all that was read, also by other files.
 * @jest-environment-options {"ownModules": true}
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endCompilers } from '../../../local/cloud/compilers';
import { createLocalConsole } from '../../../local/cloud/local-console';
import { type FileWatch, watchConsole, watchDefinitions } from '../../../local/cloud/watch-files';
import { loadPipelines, reloadPipelines } from '../../../shared/definitions/pipelines';
import { newDirectory, removeDirectory } from '../../support/server-process';

const text = (description: string, sql = 'SELECT 1 AS one') =>
  `description: ${description}\nsteps:\n  - { id: a, type: query, sql: "${sql}" }\n`;

describe('watchDefinitions', () => {
  const directory = newDirectory();
  const folder = join(directory, 'pipelines/shop/sales');
  const file = join(folder, 'daily.yaml');
  let hear: (line: string) => void = () => undefined;
  let watching: FileWatch;
  /** Resolves once that is said. */
  const saying = (what: RegExp) =>
    new Promise<void>((resolve) => {
      hear = (line) => {
        if (what.test(line)) resolve();
      };
    });

  beforeAll(() => {
    mkdirSync(folder, { recursive: true });
    mkdirSync(join(directory, 'tables'));
    writeFileSync(file, text('First.'));
    watching = watchDefinitions(
      directory,
      async () => reloadPipelines(),
      (line) => hear(line),
    );
  });
  afterAll(() => {
    watching.close();
    removeDirectory(directory);
  });

  it('has changed, broken, mended and new definitions read again', async () => {
    const pipelines = loadPipelines(directory);
    const descriptionOf = (name: string) => pipelines.get(`shop/sales/${name}`)?.description;
    expect(descriptionOf('daily')).toBe('First.');

    const changed = saying(/read again/);
    writeFileSync(file, text('Second.'));
    await changed;
    expect(descriptionOf('daily')).toBe('Second.');

    const broken = saying(/daily\.yaml:\d+:\d+ .*nope/);
    writeFileSync(file, `${text('Third.')}nope: 1\n`);
    await broken;
    expect(descriptionOf('daily')).toBe('Second.');

    const mended = saying(/read again/);
    // As editors do it.
    writeFileSync(join(directory, 'new'), text('Fourth.'));
    renameSync(join(directory, 'new'), file);
    await mended;
    expect(descriptionOf('daily')).toBe('Fourth.');

    const added = saying(/read again/);
    writeFileSync(join(folder, 'weekly.yaml'), text('Weekly.'));
    await added;
    expect([...pipelines.keys()]).toEqual(['shop/sales/daily', 'shop/sales/weekly']);
  });

  it('has the console built again, and says what is wrong with it', async () => {
    const sources = join(directory, 'console');
    mkdirSync(sources);
    const outcomes = [async () => undefined, async () => Promise.reject(new Error('main.tsx:3:4: nope'))];
    const watching = watchConsole(
      async () => outcomes.shift()?.(),
      (line) => hear(line),
      sources,
    );
    const built = saying(/^The console was built again\.$/);
    writeFileSync(join(sources, 'main.tsx'), '1');
    await built;
    const broken = saying(/^The console stays as it was:\nmain\.tsx:3:4: nope$/);
    writeFileSync(join(sources, 'main.tsx'), '2');
    await broken;
    watching.close();
  });

  it('has the console built again that was changed while it was built first, though compilers end then', async () => {
    const sources = join(directory, 'small-console');
    mkdirSync(join(sources, 'style'), { recursive: true });
    writeFileSync(join(sources, 'main.tsx'), 'document.title = "1";');
    writeFileSync(join(sources, 'style/main.css'), 'p { margin: 0 }');
    writeFileSync(
      join(sources, 'index.html'),
      '<head><link href="/main.css"></head><script src="/main.js"></script>',
    );
    let readAgain = 0;
    const { ready, rebuild } = createLocalConsole(
      join(directory, 'built'),
      async () => {
        readAgain += 1;
        endCompilers();
      },
      sources,
    );
    const endingThem = (building: Promise<void>) => building.finally(endCompilers);
    await Promise.all([endingThem(ready()), endingThem(rebuild()), endingThem(rebuild())]);
    expect(readAgain).toBe(3);
  });

  it('says where nothing can be watched', () => {
    const lines: string[] = [];
    const add = (line: string) => {
      lines.push(line);
    };
    watchDefinitions(join(directory, 'nowhere'), async () => undefined, add).close();
    expect(lines).toEqual([expect.stringMatching(/^Changes of definitions are not seen: .*ENOENT/)]);
  });
});
