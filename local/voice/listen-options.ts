import { z } from 'zod';

const flag = (initial: boolean) =>
  z
    .enum(['true', 'false'])
    .default(initial ? 'true' : 'false')
    .transform((value) => value === 'true');

/** The part of the query of `/v1/listen` that changes what the double does; the rest is let be. */
const listenOptionsSchema = z.object({
  model: z.string().min(1).max(100).default('base-general'),
  encoding: z.literal('linear16', 'the double understands linear16 only'),
  sample_rate: z.coerce.number().int().min(8000).max(48_000),
  channels: z.coerce.number().int().min(1).max(2).default(1),
  interim_results: flag(false),
  vad_events: flag(false),
  punctuate: flag(false),
  smart_format: flag(false),
  utterance_end_ms: z.coerce.number().int().min(1000).max(5000).optional(),
});

export type ListenOptions = z.infer<typeof listenOptionsSchema>;

/** Reads the query; what is wrong with it comes back as one line. */
export function parseListenOptions(
  query: URLSearchParams,
): { options: ListenOptions } | { problem: string } {
  const parsed = listenOptionsSchema.safeParse(Object.fromEntries(query));
  if (parsed.success) return { options: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { problem: problems.join('; ') };
}
