import { sparingLog } from '../sparing-log';

describe('a sparing log', () => {
  const written: string[] = [];
  const ends: (() => void)[] = [];
  const log = sparingLog(
    (line) => written.push(line),
    (work) => ends.push(work),
  );
  const told = () => written.splice(0);
  const minuteEnds = () => {
    for (const end of ends.splice(0)) end();
  };

  it('writes a state once at first, and then once a minute with how often it was, as long as it lasts', () => {
    const full = (path: number) => `BigQuery cannot write its data: ENOSPC: no space left on device, ${path}`;
    for (let line = 1; line <= 3_427; line++) log(full(line));
    log('Something else');
    expect(told()).toEqual([full(1), 'Something else']);
    minuteEnds();
    expect(told()).toEqual([`${full(3_427)} (the last of 3426 within a minute)`]);
    log(full(7));
    log(full(8));
    expect(told()).toEqual([]);
    minuteEnds();
    expect(told()).toEqual([`${full(8)} (the last of 2 within a minute)`]);
    minuteEnds();
    expect([told(), ends.length]).toEqual([[], 0]);
    log(full(9));
    expect(told()).toEqual([full(9)]);
    minuteEnds();
  });

  it('takes lines for one kind if they differ in ids, numbers or what comes after the first line', () => {
    log('Push of message 5 to s failed (attempt 1): no\n    at a');
    log('Push of message 66 to s failed (attempt 2): no\n    at b');
    log('run 285f9649-25a6-4f7d-9eb2-a5a2b17fb7f3 is late');
    log('run a297eb5d-fac6-41d5-aeff-32ce92ad31d9 is late');
    log('Push of message 5 to other failed (attempt 1): no');
    expect(told()).toHaveLength(3);
    minuteEnds();
    minuteEnds();
    told();
  });

  it('remembers a bounded number of kinds', () => {
    const name = (number: number) => [...String(number)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    for (let kind = 0; kind < 3_000; kind++) log(name(kind));
    expect(told()).toHaveLength(3_000);
    expect(ends).toHaveLength(1_000);
  });
});
