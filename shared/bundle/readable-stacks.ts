import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';

/**
 * Makes stack traces name source files instead of places in the bundle `file`, by the source map beside it.
 * The map is read with the first trace. Node's own `--enable-source-maps` reads it before the code, which
 * more than doubles the time of a cold start and takes 100 MB.
 */
export function makeStacksReadable(file: string): void {
  let placeOf: PlaceOf | undefined;
  Error.prepareStackTrace = (error, callSites) => {
    placeOf ??= readPlaces(file);
    const toPlace = placeOf;
    const frames = callSites.map((site) => `\n    at ${describe(site, file, toPlace)}`);
    return `${Error.prototype.toString.call(error)}${frames.join('')}`;
  };
}

/** The source of a line and column of the bundle, counted from 1. Undefined if the map does not have it. */
type PlaceOf = (line: number, column: number) => string | undefined;

function describe(site: NodeJS.CallSite, file: string, placeOf: PlaceOf): string {
  const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
  if (site.getFileName() !== file || line === null || column === null) return String(site);
  const place = placeOf(line, column);
  return place === undefined ? String(site) : String(site).replace(`${file}:${line}:${column}`, place);
}

/** Without a readable map, traces name places in the bundle. */
function readPlaces(file: string): PlaceOf {
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
    return (line, column) => {
      const entry = map.findEntry(line - 1, column - 1);
      if (!('originalSource' in entry)) return undefined;
      return `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    };
  } catch {
    return () => undefined;
  }
}
