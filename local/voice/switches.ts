import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import type { VoiceContext } from './context.ts';
import { ruleSchema } from './conversation.ts';
import { faultSchema } from './faults.ts';
import { OpenAIError, readBody, sendJson } from './http.ts';
import { linesSchema } from './script.ts';

const scriptSchema = z.strictObject({
  lines: linesSchema,
  mode: z.enum(['next', 'loop']).default('next'),
  clear: z.boolean().default(false),
});

const rulesSchema = z.strictObject({
  rules: z.array(ruleSchema).max(200),
  replace: z.boolean().default(false),
});

const faultsSchema = z.strictObject({
  faults: z.array(faultSchema).max(100),
  replace: z.boolean().default(false),
});

type Changed = Record<string, unknown>;
type Switch = (context: VoiceContext, body: unknown) => Changed;

function state({ script, rules, faults }: VoiceContext): Changed {
  return { script: script.read(), rules, faults: faults.list() };
}

const SWITCHES: Readonly<Record<string, Switch>> = {
  'GET /_double/state': (context) => state(context),
  'GET /_double/log': ({ journal }) => journal.read(),
  'POST /_double/script': (context, body) => {
    const { lines, mode, clear } = scriptSchema.parse(body);
    if (clear) context.script.clearNext();
    if (mode === 'loop') context.script.setLoop(lines);
    else context.script.say(lines);
    return state(context);
  },
  'POST /_double/rules': (context, body) => {
    const { rules, replace } = rulesSchema.parse(body);
    context.rules = replace ? rules : [...rules, ...context.rules].slice(0, 1000);
    return state(context);
  },
  'POST /_double/faults': (context, body) => {
    const { faults, replace } = faultsSchema.parse(body);
    if (replace) context.faults.clear();
    context.faults.add(faults);
    return state(context);
  },
  'POST /_double/reset': (context) => {
    context.script.reset();
    context.rules = context.initialRules;
    context.faults.clear();
    context.journal.clear();
    return state(context);
  },
};

/** The switches for tests, under /_double/. Errors have the shape of the product's own. */
export async function handleSwitch(
  request: IncomingMessage,
  response: ServerResponse,
  pathname: string,
  context: VoiceContext,
): Promise<void> {
  const run = SWITCHES[`${request.method ?? ''} ${pathname}`];
  if (run === undefined) {
    const hint = `Known: ${Object.keys(SWITCHES).join(', ')}.`;
    return sendJson(response, 404, { code: 'PT404', message: 'not_found', details: null, hint });
  }
  try {
    const text = await readBody(request);
    const body: unknown = text === '' ? {} : JSON.parse(text);
    sendJson(response, 200, run(context, body));
  } catch (error) {
    if (error instanceof OpenAIError) throw error;
    if (!(error instanceof z.ZodError) && !(error instanceof SyntaxError)) throw error;
    const details = error instanceof z.ZodError ? z.flattenError(error).fieldErrors : null;
    const hint = 'local/voice/README.md tells what the switches take.';
    sendJson(response, 400, { code: 'PT400', message: 'invalid_input', details, hint });
  }
}
