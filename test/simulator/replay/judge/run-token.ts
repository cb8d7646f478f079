import { z } from 'zod';

const parametersSchema = z.looseObject({ token: z.string() });

/** Which request, planned time or date a run came from. */
export const tokenOf = (parameters: string | null): string =>
  parametersSchema.parse(JSON.parse(parameters ?? '{}')).token;
