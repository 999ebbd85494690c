import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ruleSchema } from './conversation.ts';
import { linesSchema } from './script.ts';
import { createVoiceDouble } from './server.ts';

const environmentSchema = z.object({
  VOICE_DOUBLE_PORT: z.coerce.number().int().min(0).max(65_535).default(54_327),
  VOICE_DOUBLE_SCRIPT: z.string().optional(),
});

/** The optional file that VOICE_DOUBLE_SCRIPT names. */
const scriptFileSchema = z.strictObject({
  lines: linesSchema.optional(),
  rules: z.array(ruleSchema).max(1000).optional(),
});

function log(level: 'info' | 'error', msg: string, fields: object): void {
  const time = new Date().toISOString();
  console.log(JSON.stringify({ level, time, msg, part: 'voice-double', ...fields }));
}

function fail(msg: string, fields: object): never {
  log('error', msg, fields);
  process.exit(1);
}

function readScriptFile(path: string | undefined): z.infer<typeof scriptFileSchema> {
  if (path === undefined || path === '') return {};
  try {
    return scriptFileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return fail('VOICE_DOUBLE_SCRIPT is not a readable script', { path, problem });
  }
}

const environment = environmentSchema.safeParse(process.env);
if (!environment.success) {
  fail('the environment is not valid', { problem: z.prettifyError(environment.error) });
}
const { VOICE_DOUBLE_PORT, VOICE_DOUBLE_SCRIPT } = environment.data;
const { lines, rules } = readScriptFile(VOICE_DOUBLE_SCRIPT);

const double = await createVoiceDouble({
  port: VOICE_DOUBLE_PORT,
  warmUp: true,
  ...(lines === undefined ? {} : { lines }),
  ...(rules === undefined ? {} : { rules }),
  onError: (msg, error) => log('error', msg, { error: String(error) }),
}).catch((error: unknown) =>
  fail('cannot listen', { port: VOICE_DOUBLE_PORT, problem: String(error) }),
);

const stop = (signal: NodeJS.Signals) => {
  log('info', 'stopping', { signal });
  double.close().then(
    () => process.exit(0),
    (error: unknown) => fail('could not stop cleanly', { problem: String(error) }),
  );
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
log('info', 'ready', { url: double.url, ws_url: double.wsUrl, pid: process.pid });
