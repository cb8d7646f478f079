import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFocusFile } from './focus-file';
import { makeFocusRow } from './focus-sample';
import { type BillingSample, makeBillingSample } from './gcp-sample';

export interface WrittenFile {
  readonly path: string;
  /** The same file as pipelines name it. */
  readonly uri: string;
  readonly rows: number;
}

export interface Samples {
  readonly focus: WrittenFile;
  readonly gcp: WrittenFile & Pick<BillingSample, 'costMicros' | 'creditMicros'>;
}

const seed = 20_261_001;

/** Writes both samples into the local bucket `billing` of this data folder. Each time the same bytes. */
export function writeSamples(dataDirectory: string): Samples {
  const inBucket = (name: string) => ({
    path: join(dataDirectory, 'gcs', 'billing', name),
    uri: `gs://billing/${name}`,
  });
  return {
    focus: writeFocusSample(inBucket('focus_costs.csv')),
    gcp: writeGcpSample(inBucket('gcp_billing_export.ndjson')),
  };
}

type Place = Pick<WrittenFile, 'path' | 'uri'>;

function writeFocusSample(place: Place): Samples['focus'] {
  const rows = 1_000;
  writeFocusFile(place.path, rows, seed, makeFocusRow);
  return { ...place, rows };
}

function writeGcpSample(place: Place): Samples['gcp'] {
  const { rows, costMicros, creditMicros } = makeBillingSample(500, seed);
  mkdirSync(dirname(place.path), { recursive: true });
  writeFileSync(place.path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { ...place, rows: rows.length, costMicros, creditMicros };
}
