import { idempotencyKeySchema } from '../../../../shared/runs/rules/run-identity';
import { keyOfPlannedTime, spreadMsOf } from '../../../../shared/schedules/rules/schedule-identity';

it('The key of a planned time is one that no caller can send', () => {
  const key = keyOfPlannedTime('sch_1', Date.parse('2026-11-30T12:00:00Z'));
  expect(key).toBe('schedule sch_1 2026-11-30T12:00:00.000Z');
  expect(idempotencyKeySchema.safeParse(key).success).toBe(false);
});

it('Schedules spread over their window, each always in the same place', () => {
  const places = Array.from({ length: 6_000 }, (_, index) => spreadMsOf(`sch_${index}`, 600));
  expect(spreadMsOf('sch_17', 600)).toBe(places[17]);
  expect(spreadMsOf('sch_17', 0)).toBe(0);
  expect(places.every((ms) => ms % 1000 === 0 && ms >= 0 && ms < 600_000)).toBe(true);
  // Of 6,000 some 600 in each tenth.
  for (let tenth = 0; tenth < 10; tenth++) {
    const inTenth = places.filter((ms) => Math.floor(ms / 60_000) === tenth).length;
    expect([tenth, inTenth > 500 && inTenth < 700]).toEqual([tenth, true]);
  }
});
