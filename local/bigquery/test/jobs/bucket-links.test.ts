import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { writeFile } from '../../jobs/extract/write-file';
import { findSources, openSource } from '../../jobs/load/source-files';
import { newFolder } from '../support/local-bigquery';

const folder = newFolder();
const gcs = join(folder, 'gcs');
const put = (path: string, content: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
};
const link = (path: string, target: string) => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  symlinkSync(target, join(folder, path));
};

beforeAll(() => {
  put('outside/secret.csv', 'secret');
  put('gcs/other/secret.csv', 'secret');
  put('gcs/bucket/a/own.csv', 'own');
  link('gcs/bucket/file.csv', '../../outside/secret.csv');
  link('gcs/bucket/folder', join(folder, 'outside'));
  link('gcs/bucket/a/up', '..');
  link('gcs/bucket/inside.csv', 'a/own.csv');
  link('gcs/bucket/nowhere.csv', 'absent');
  link('gcs/whole', '../outside');
  link('gcs/alias', 'other');
});
afterAll(() => rmSync(folder, { recursive: true }));

const readAll = async (uri: string): Promise<string[]> => {
  const files = await findSources(gcs, [uri]);
  return Promise.all(files.map(async (file) => `${file.uri} ${await text(await openSource(file))}`));
};
const inTheWay = (uri: string) =>
  expect.objectContaining({
    reason: 'invalid',
    message: `${uri}: a symbolic link is in the way; links are not followed locally.`,
  });

describe('a symbolic link in the local Cloud Storage', () => {
  it.each([
    'gs://bucket/file.csv',
    'gs://bucket/folder/secret.csv',
    'gs://bucket/a/up/a/own.csv',
    'gs://bucket/inside.csv',
    'gs://bucket/nowhere.csv',
    'gs://whole/secret.csv',
    'gs://alias/secret.csv',
    'gs://whole/*',
    'gs://alias/*.csv',
  ])('is not followed to read %s', async (uri) => {
    await expect(readAll(uri)).rejects.toEqual(inTheWay(uri));
  });

  it('is not listed, and neither is what is behind it', async () => {
    expect(await readAll('gs://bucket/*')).toEqual(['gs://bucket/a/own.csv own']);
  });

  it('that comes between looking and opening is not followed', async () => {
    put('gcs/race/a/own.csv', 'own');
    const [file] = await findSources(gcs, ['gs://race/a/own.csv']);
    if (file === undefined) throw new Error('There is no file');
    renameSync(join(gcs, 'race/a'), join(gcs, 'race/b'));
    put('outside/own.csv', 'secret');
    link('gcs/race/a', join(folder, 'outside'));
    await expect(openSource(file)).rejects.toEqual(inTheWay('gs://race/a/own.csv'));
  });

  it.each([
    ['bucket', 'folder', 'x.csv'],
    ['bucket', 'folder', 'deep', 'x.csv'],
    ['whole', 'x.csv'],
    ['alias', 'new', 'x.csv'],
  ])('is not followed to write %s/%s', async (...parts) => {
    const uri = `gs://${parts.join('/')}`;
    const before = [readdirSync(join(folder, 'outside')), readdirSync(join(gcs, 'other'))];
    await expect(writeFile({ gcsDirectory: gcs, parts, uri }, ['x'], false)).rejects.toEqual(inTheWay(uri));
    expect([readdirSync(join(folder, 'outside')), readdirSync(join(gcs, 'other'))]).toEqual(before);
  });

  it('that comes while a file is written is not followed', async () => {
    function* lines() {
      yield 'x';
      renameSync(join(gcs, 'late/a'), join(gcs, 'late/b'));
      link('gcs/late/a', join(folder, 'outside'));
    }
    const place = { gcsDirectory: gcs, parts: ['late', 'a', 'x.csv'], uri: 'gs://late/a/x.csv' };
    await expect(writeFile(place, lines(), false)).rejects.toEqual(inTheWay('gs://late/a/x.csv'));
    expect(existsSync(join(folder, 'outside/x.csv'))).toBe(false);
    expect(readdirSync(join(gcs, '.writing'))).toEqual([]);
  });

  it('in a file’s own place is replaced', async () => {
    const place = { gcsDirectory: gcs, parts: ['bucket', 'inside.csv'], uri: 'gs://bucket/inside.csv' };
    await writeFile(place, ['new'], false);
    expect(readFileSync(join(gcs, 'bucket/inside.csv'), 'utf8')).toBe('new');
    expect(readFileSync(join(gcs, 'bucket/a/own.csv'), 'utf8')).toBe('own');
  });

  it('may stand for the whole of Cloud Storage', async () => {
    link('elsewhere', gcs);
    const [file] = await findSources(join(folder, 'elsewhere'), ['gs://bucket/a/own.csv']);
    expect(file && (await text(await openSource(file)))).toBe('own');
  });
});
