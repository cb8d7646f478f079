import { z } from 'zod';
import { scheduledToken } from '../judge/schedules';
import { pathOf } from '../world/definitions';
import type { World } from '../world/world';
import { untilAnswered } from './administrator';
import type { SchedulePlan } from './plan-schedules';

const madeSchema = z.object({ schedule_id: z.string() });

/** Makes a schedule, and changes it as planned. Where it is made twice, for an answer that was lost, both stay. */
export async function keepSchedule(
  { pipeline, rule, changes }: SchedulePlan,
  tenantId: string,
  world: World,
): Promise<void> {
  const path = `/api/v1/tenants/${tenantId}/schedules`;
  const body = { pipeline: pathOf(pipeline), parameters: { token: scheduledToken }, ...rule };
  const answer = await untilAnswered(`schedule ${tenantId}`, { method: 'POST', path, body }, world);
  if (answer.kind === 'unanswered' || answer.status !== 201) return;
  const { schedule_id } = madeSchema.parse(answer.body);
  for (const { afterMs, what } of changes) {
    await world.time.sleep(afterMs);
    const own = `${path}/${schedule_id}`;
    const name = `${what.kind} ${schedule_id}`;
    if (what.kind === 'delete') await untilAnswered(name, { method: 'DELETE', path: own }, world);
    else if (what.kind === 'rule')
      await untilAnswered(name, { method: 'PATCH', path: own, body: what.rule }, world);
    else await untilAnswered(name, { method: 'POST', path: `${own}/${what.kind}` }, world);
  }
}
