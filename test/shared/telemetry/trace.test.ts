import { continueTrace, currentContext, inContext, traceAttributes } from '../../../shared/telemetry/context';
import { newTrace, traceOfHeaders, traceparentOf } from '../../../shared/telemetry/trace';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('The trace of a request', () => {
  it('is the one that traceparent names', () => {
    const sampled = traceOfHeaders({ traceparent: `00-${traceId}-${spanId}-01` });
    expect(sampled).toEqual({ traceId, spanId, isSampled: true, isContinued: true });
    expect(traceOfHeaders({ traceparent: `00-${traceId}-${spanId}-02` })).toMatchObject({ isSampled: false });
    // Later versions may have more fields.
    expect(traceOfHeaders({ traceparent: `cc-${traceId}-${spanId}-01-more` })).toMatchObject({ traceId });
  });

  it('or the one of Google’s older header, whose span is a decimal number', () => {
    const headers = { 'x-cloud-trace-context': `${traceId}/${BigInt(`0x${spanId}`)};o=1` };
    expect(traceOfHeaders(headers)).toEqual({ traceId, spanId, isSampled: true, isContinued: true });
    expect(traceOfHeaders({ 'x-cloud-trace-context': `${traceId}/7` })).toMatchObject({
      spanId: '0000000000000007',
      isSampled: false,
    });
    const other = { ...headers, traceparent: `00-${'a'.repeat(32)}-${spanId}-00` };
    expect(traceOfHeaders(other)).toMatchObject({ traceId: 'a'.repeat(32) });
  });

  it.each([
    ['nothing', {}],
    ['an empty one', { traceparent: '' }],
    ['capitals', { traceparent: `00-${traceId.toUpperCase()}-${spanId}-01` }],
    ['a short id', { traceparent: `00-${traceId.slice(1)}-${spanId}-01` }],
    ['zeros for the trace', { traceparent: `00-${'0'.repeat(32)}-${spanId}-01` }],
    ['zeros for the span', { traceparent: `00-${traceId}-${'0'.repeat(16)}-01` }],
    ['the forbidden version', { traceparent: `ff-${traceId}-${spanId}-01` }],
    ['more than version 00 has', { traceparent: `00-${traceId}-${spanId}-01-more` }],
    ['two of them', { traceparent: `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01` }],
    ['a new line', { traceparent: `00-${traceId}-${spanId}-01\n` }],
    ['a span of more than 64 bits', { 'x-cloud-trace-context': `${traceId}/99999999999999999999;o=1` }],
    ['no span', { 'x-cloud-trace-context': traceId }],
  ])('is none for %s', (_what, headers) => {
    expect(traceOfHeaders(headers)).toBeUndefined();
  });

  it('can be a new one, and is handed on in a form that can be read back', () => {
    const trace = newTrace();
    expect(trace).not.toEqual(newTrace());
    expect(traceOfHeaders({ traceparent: traceparentOf(trace) })).toEqual({ ...trace, isContinued: true });
  });

  it('belongs to everything that the request does, and to nothing else', async () => {
    const one = { trace: newTrace(), labels: {} };
    const other = { trace: newTrace(), labels: {} };
    const traceparents = await Promise.all(
      [one, other].map((context) =>
        inContext(context, async () => {
          await new Promise(setImmediate);
          return inContext(undefined, () => currentContext()) ?? traceAttributes().traceparent;
        }),
      ),
    );
    expect(traceparents).toEqual([traceparentOf(one.trace), traceparentOf(other.trace)]);
    expect(traceAttributes()).toEqual({});
  });

  it('becomes the one of a message, unless that is malformed', () => {
    const context = { trace: newTrace(), labels: {} };
    inContext(context, () => {
      const before = traceAttributes();
      continueTrace('00-nonsense');
      continueTrace(undefined);
      expect(traceAttributes()).toEqual(before);
      continueTrace(`00-${traceId}-${spanId}-01`);
      expect(traceAttributes()).toEqual({ traceparent: `00-${traceId}-${spanId}-01` });
    });
  });
});
