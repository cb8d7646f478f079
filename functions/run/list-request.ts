import { z } from 'zod';
import {
  cursorSchema,
  earliest,
  encodeCursor,
  latest,
  limitSchema,
  momentSchema,
} from '../../shared/http/query';
import { runStatuses } from '../../shared/sql/runs/read-run';

/** Where a page ended: the last run on it. */
export interface Place {
  readonly admittedAt: Date;
  readonly runId: string;
}

const placeSchema = z
  .tuple([z.int(), z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)])
  .transform(([time, runId]) => ({ admittedAt: new Date(time), runId }))
  .refine(({ admittedAt }) => admittedAt >= earliest && admittedAt <= latest);

export const toCursor = ({ admittedAt, runId }: Place): string => encodeCursor([admittedAt.getTime(), runId]);

/** The query of `GET …/runs`. Unknown names are refused: a misspelt filter must not be passed over. */
export const listRequestSchema = z
  .strictObject({
    status: z.enum(runStatuses, { error: `expected one of ${runStatuses.join(', ')}` }).optional(),
    pipeline: z
      .string()
      .regex(/^[a-z0-9_]{1,64}(\/[a-z0-9_]{1,64}){2}$/, 'expected provider/domain/pipeline')
      .optional(),
    from: momentSchema.default(earliest),
    to: momentSchema.default(latest),
    limit: limitSchema(50, 200),
    cursor: cursorSchema(placeSchema).optional(),
  })
  .refine(({ from, to }) => from < to, {
    path: ['from'],
    error: 'expected a time before `to`',
  });

export type ListRequest = z.infer<typeof listRequestSchema>;
