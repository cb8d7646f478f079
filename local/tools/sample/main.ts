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
  return `Wrote ${focus.rows} rows of costs in the FOCUS 1.0 format to ${focus.path}
Wrote ${gcp.rows} rows of a Google Cloud billing export to ${gcp.path}
  cost ${dollars(costMicros)}, credits ${dollars(creditMicros)}, net ${dollars(costMicros + creditMicros)} USD

With the local cloud running (npm start), in another shell:
  npm run pipeline -- run focus/billing/daily_costs --tenant demo --param source_uri=${focus.uri}
  npm run pipeline -- run gcp/billing/daily_costs --tenant demo --param source_uri=${gcp.uri}
`;
}

/** Millionths to a decimal, without going through floating point. */
function dollars(micros: number): string {
  const digits = Math.abs(micros).toString().padStart(7, '0');
  return `${micros < 0 ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

main(process.argv[2] ?? '.data');
