import { z } from 'zod';
import { FAULT_KINDS } from './faults.ts';
import type { Plan } from './plan.ts';

const ms = z.number().min(0);
const msOrNull = ms.nullable();

const actSchema = z.discriminatedUnion('do', [
  z.strictObject({
    do: z.literal('ask'),
    atMs: ms,
    tokens: z.number().int().min(1),
    promptWords: z.number().int().min(0),
    reader: z.enum(['fast', 'slow', 'late', 'never', 'stops', 'leaves', 'throws']),
    cancelAfterMs: msOrNull,
    by: z.enum(['call', 'signal']),
    deadlineMs: msOrNull,
    wait: z.boolean(),
    inside: z.boolean(),
  }),
  z.strictObject({ do: z.enum(['start', 'stop']), atMs: ms }),
  z.strictObject({ do: z.literal('drain'), atMs: ms, deadlineMs: msOrNull }),
  z.strictObject({ do: z.literal('suspend'), atMs: ms, forMs: ms }),
]);

const planSchema = z.strictObject({
  seed: z.number().int(),
  hours: z.number().positive(),
  download: z.strictObject({ mirrors: z.number().int().min(1).max(2) }).nullable(),
  limits: z.record(z.string(), z.number()),
  faults: z.array(
    z.strictObject({ kind: z.enum(FAULT_KINDS), atMs: ms, forMs: ms, at: z.number().int().min(0) }),
  ),
  acts: z.array(actSchema),
});

/** Reads a plan that was printed. @throws ZodError where it is none. */
export function readPlan(text: string): Plan {
  return planSchema.parse(JSON.parse(text)) as Plan;
}
