import { z } from 'zod';
import { readFileIfThere, writeFileAtomic } from './files.ts';

/** Written once every part is up, and deleted at the end. */
const runSchema = z.object({
  pid: z.number(),
  birth: z.string(),
  startedAt: z.string(),
  values: z.record(z.string(), z.string()).readonly(),
});
export type RunFile = z.infer<typeof runSchema>;

export function writeRunFile(path: string, run: RunFile): void {
  writeFileAtomic(path, `${JSON.stringify(run, null, 2)}\n`);
}

/** What the running stack has written; undefined when it has written nothing that can be read. */
export function readRunFile(path: string): RunFile | undefined {
  const content = readFileIfThere(path);
  if (content === undefined) return undefined;
  try {
    return runSchema.parse(JSON.parse(content));
  } catch {
    return undefined;
  }
}
