import { decimal } from './focus-file';
import { type Samples, writeSamples } from './write-samples';

/**
 * `npm run sample`: writes the samples and says how to run them. The one argument is the folder of the local
 * cloud's data: .data unless given.
 */
function main(dataDirectory: string): void {
  process.stdout.write(describe(writeSamples(dataDirectory)));
}

function describe({ focus, gcp }: Samples): string {
  const { costMicros, creditMicros } = gcp;
  const dollars = (micros: number) => decimal(micros, 6);
  return `Wrote ${focus.rows} rows of costs in the FOCUS 1.0 format to ${focus.path}
Wrote ${gcp.rows} rows of a Google Cloud billing export to ${gcp.path}
  cost ${dollars(costMicros)}, credits ${dollars(creditMicros)}, net ${dollars(costMicros + creditMicros)} USD

With the local cloud running (npm start), in another shell:
  npm run pipeline -- run focus/billing/daily_costs --tenant demo --param source_uri=${focus.uri}
  npm run pipeline -- run gcp/billing/daily_costs --tenant demo --param source_uri=${gcp.uri}
`;
}

main(process.argv[2] ?? '.data');
