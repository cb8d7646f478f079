import { writeSparingly } from '../write-sparingly';

it('a subscription whose pushes fail has one line a minute, with how many there were', () => {
  const written: string[] = [];
  const ends: (() => void)[] = [];
  const log = writeSparingly(
    (line) => written.push(line),
    (work) => ends.push(work),
  );
  const failed = (message: number) => `Push of message ${message} to s failed (attempt 1): refused`;
  for (let message = 1; message <= 100; message++) log(failed(message));
  expect(written).toEqual([failed(1)]);
  for (const end of ends.splice(0)) end();
  expect(written).toEqual([failed(1), `${failed(100)} (the last of 99 within a minute)`]);
  for (const end of ends.splice(0)) end();
  log(failed(1));
  expect(written).toHaveLength(3);
});
