import type { StackEnv } from './env.ts';
import { writeStamp, type Stamp } from './home.ts';
import type { Keys } from './keys.ts';
import { configureLiveKit, liveKitAccess, obtainLiveKit } from './livekit.ts';
import { NO_LIVEKIT, type LiveKitSource } from './livekit-find.ts';
import type { Logs } from './logs.ts';
import { needsVoiceDouble, type StackOptions } from './needs.ts';
import type { Part } from './part.ts';
import {
  adminPart,
  appPart,
  functionsPart,
  gatewayPart,
  livekitPart,
  stripePart,
  voicePart,
  workerPart,
  type PartsContext,
} from './parts.ts';
import { LOOPBACK } from './ports.ts';
import { databaseUrl, initialisePostgres, postgresPart } from './postgres.ts';
import { describe, Problem } from './problem.ts';
import { processBirth } from './processes.ts';
import { writeRunFile } from './run-file.ts';
import { applyMigrations, prepareDatabase } from './schema.ts';
import { seedStack } from './seeding.ts';
import type { Supervisor } from './supervisor.ts';
import { stackValues, type Values } from './values.ts';

const at = (port: number): string => `${LOOPBACK}:${port}`;

interface StartUp extends StackOptions {
  readonly stamp: Stamp;
  readonly keys: Keys;
  readonly logs: Logs;
  readonly source: LiveKitSource;
  readonly supervisor: Supervisor;
}

/**
 * Starts every part as soon as what it needs is there: the database and what stands on it one after the
 * other, all else beside that.
 */
export async function startEverything(up: StartUp): Promise<{ values: Values; notes: string[] }> {
  const { env, screen, supervisor } = up;
  const notes = realVendors(env);
  const startPart = (part: Part, says: string) =>
    screen.step(part.name, async () => {
      await supervisor.start(part);
      return says;
    });

  const database = startDatabase(up, notes);
  const rooms = startRooms(up, notes);
  const functions = rooms.then(({ context }) =>
    startPart(functionsPart(context), `${at(env.ports.functions)}, Deno`),
  );
  const voice = needsVoiceDouble(env)
    ? startPart(
        voicePart(contextOf(up, undefined)),
        `${at(env.ports.voice)}, ${voiceDoubles(env).join(' and ')} double`,
      )
    : undefined;
  const gateway = database.then(() =>
    startPart(gatewayPart(contextOf(up, undefined)), `${at(env.ports.api)}, Data API and Auth`),
  );
  const worker = Promise.all([rooms, gateway, voice]).then(async ([{ access, context }]) => {
    if (!access || env.without.has('worker')) return undefined;
    return startPart(workerPart(context, access), `${at(env.ports.worker)}, agent mindbot`);
  });
  const everything = [
    database,
    rooms,
    functions,
    voice,
    gateway,
    worker,
    env.stripe
      ? undefined
      : startPart(stripePart(contextOf(up, undefined)), `${at(env.ports.stripe)}, Stripe double`),
    env.without.has('app')
      ? undefined
      : startPart(appPart(contextOf(up, undefined)), `${at(env.ports.app)}, example app`),
    env.without.has('admin')
      ? undefined
      : startPart(adminPart(contextOf(up, undefined)), `${at(env.ports.admin)}, admin panel`),
    Promise.all([rooms, gateway]).then(([{ access }]) => plantSeed(up, valuesOf(up, access))),
  ];
  await Promise.all(everything);
  const { access } = await rooms;
  const values = valuesOf(up, access);
  writeRunFile(up.paths.run, {
    pid: process.pid,
    birth: processBirth(process.pid) ?? '',
    startedAt: new Date().toISOString(),
    values,
  });
  return { values, notes };
}

/** The vendors of speech and language that have no key of their own. */
function voiceDoubles(env: StackEnv): string[] {
  return [...(env.openai.apiKey ? [] : ['OpenAI']), ...(env.deepgram.apiKey ? [] : ['Deepgram'])];
}

/** A key may come from a shell's start-up file that nobody thinks of, and real vendors cost money. */
function realVendors(env: StackEnv): string[] {
  const real = [
    ...(env.stripe ? ['Stripe (STRIPE_SECRET_KEY)'] : []),
    ...(env.openai.apiKey ? ['OpenAI (OPENAI_API_KEY)'] : []),
    ...(env.deepgram.apiKey ? ['Deepgram (DEEPGRAM_API_KEY)'] : []),
  ];
  return real.length > 0 ? [`Real vendors, not doubles: ${real.join(', ')}.`] : [];
}

function contextOf(up: StartUp, livekit: PartsContext['livekit']): PartsContext {
  return { repository: up.repository, env: up.env, keys: up.keys, paths: up.paths, livekit };
}

function valuesOf(up: StartUp, livekit: PartsContext['livekit']): Values {
  const { env, keys } = up;
  return stackValues(env, keys, {
    livekit,
    stripeDouble: !env.stripe,
    voiceDouble: needsVoiceDouble(env),
    worker: livekit !== undefined && !env.without.has('worker'),
    app: !env.without.has('app'),
    admin: !env.without.has('admin'),
  });
}

/** Postgres, its roles, the `auth` schema, our migrations. */
async function startDatabase(up: StartUp, notes: string[]): Promise<void> {
  const { env, keys, logs, paths, repository, screen, supervisor } = up;
  const url = databaseUrl(env.ports.db, keys.databasePassword);
  const signal = supervisor.stopping;
  await screen.step('postgres', async (step) => {
    step.note('making the database folder');
    const isNew = await initialisePostgres(paths, keys.databasePassword, logs, signal);
    step.note('starting');
    try {
      await supervisor.start(await postgresPart(paths, env.ports.db, url));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(
        `${error.message}\nIf the data folder ${paths.home} is damaged, start afresh with: npm run reset`,
      );
    }
    return `${LOOPBACK}:${env.ports.db}, Postgres 17${isNew ? ', new data folder' : ''}`;
  });
  await screen.step('migrations', async (step) => {
    step.note('roles and the auth schema');
    await prepareDatabase(url);
    step.note('supabase db push');
    const { summary, warnings } = await applyMigrations({ url, repository, paths, logs, signal });
    notes.push(...warnings);
    return summary;
  });
}

/** The LiveKit server, if there is one to be had. */
async function startRooms(up: StartUp, notes: string[]) {
  const { env, keys, logs, paths, screen, supervisor } = up;
  let context = contextOf(up, undefined);
  await screen.step('livekit', async (step) => {
    const source = await obtainLiveKit(up.source, {
      env,
      logs,
      signal: supervisor.stopping,
      step,
      warn: (text) => screen.warn(text),
    });
    context = contextOf(up, liveKitAccess(source, env, keys));
    if (source.kind === 'none') {
      notes.push(source.help);
      return 'not there, the voice part is off';
    }
    if (source.kind === 'external') return `${source.url}, from the environment`;
    configureLiveKit(source, env, keys, paths);
    const part = livekitPart(context, source);
    try {
      if (part) await supervisor.start(part);
    } catch (error) {
      // An image that cannot be fetched, say: as with a build that fails, the rest goes on.
      if (source.kind !== 'docker' || supervisor.stopping.aborted) throw error;
      screen.warn(describe(error));
      notes.push(NO_LIVEKIT);
      context = contextOf(up, undefined);
      return 'not there, the voice part is off';
    }
    return `${LOOPBACK}:${env.ports.livekit}, ${origin(source)}`;
  });
  return { access: context.livekit, context };
}

function origin(source: LiveKitSource): string {
  if (source.kind === 'binary') return `from ${source.from}`;
  return source.kind === 'docker' ? 'in Docker' : 'just built';
}

async function plantSeed(up: StartUp, values: Values): Promise<void> {
  const { env, logs, paths, screen, stamp } = up;
  if (stamp.seededAt !== null || env.without.has('seed')) return;
  await screen.step('seed', async () => {
    try {
      await seedStack(env, values, (line) => logs.append('seed', line));
    } catch (error) {
      throw new Problem(`The seed could not be planted: ${describe(error)}`, { cause: error });
    }
    writeStamp(paths, { ...stamp, seededAt: new Date().toISOString() });
    return 'price list, agent types, demo accounts';
  });
}
