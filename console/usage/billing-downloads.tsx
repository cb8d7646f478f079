import { currentSession } from '../app/session';
import { Download } from '../files/download';

const formats = [
  { format: 'csv', text: 'Runs, CSV', ending: 'csv', mediaType: 'text/csv' },
  { format: 'jsonl', text: 'Runs, JSON lines', ending: 'jsonl', mediaType: 'application/x-ndjson' },
  { format: 'focus', text: 'FOCUS 1.2', ending: 'focus.csv', mediaType: 'text/csv' },
  { format: 'stripe', text: 'Stripe', ending: 'stripe.jsonl', mediaType: 'application/x-ndjson' },
  {
    format: 'stripe_stream',
    text: 'Stripe, stream',
    ending: 'stripe_stream.jsonl',
    mediaType: 'application/x-ndjson',
  },
  { format: 'openmeter', text: 'OpenMeter', ending: 'openmeter.jsonl', mediaType: 'application/x-ndjson' },
  {
    format: 'cloudevents',
    text: 'CloudEvents',
    ending: 'cloudevents.jsonl',
    mediaType: 'application/x-ndjson',
  },
] as const;

/** The month for billing systems: an event for each completed run, or lines. */
export function BillingDownloads({ month }: { readonly month: string }) {
  const { api } = currentSession();
  return (
    <div class="actions">
      {formats.map(({ format, text, ending, mediaType }) => (
        <Download
          key={format}
          text={text}
          fileName={`billing-${month}.${ending}`}
          mediaType={mediaType}
          parts={() => api.eachText('exportBilling', mediaType, { query: { month, format } })}
        />
      ))}
    </div>
  );
}
