import type { PortName, StackEnv } from './env.ts';
import type { LiveKitSource } from './livekit-find.ts';
import type { HomePaths } from './paths.ts';
import type { Problem } from './problem.ts';
import type { Screen } from './screen.ts';

export interface StackOptions {
  readonly env: StackEnv;
  readonly paths: HomePaths;
  readonly repository: string;
  readonly screen: Screen;
  /** Called once, when a stack that has been up cannot go on. */
  readonly onFailure: (problem: Problem) => void;
}

/** The ports that will be listened on, given what is left out and what is elsewhere. */
export function neededPorts(env: StackEnv, source: LiveKitSource): PortName[] {
  const rooms: PortName[] =
    source.kind === 'external' || source.kind === 'none'
      ? []
      : ['livekit', 'livekitTcp', 'livekitUdp'];
  return [
    'api',
    'db',
    'functions',
    ...(env.stripe ? [] : (['stripe'] as const)),
    ...(needsVoiceDouble(env) ? (['voice'] as const) : []),
    ...(env.without.has('app') ? [] : (['app'] as const)),
    ...(env.without.has('admin') ? [] : (['admin'] as const)),
    ...(env.without.has('worker') || source.kind === 'none' ? [] : (['worker'] as const)),
    ...rooms,
  ];
}

/** Each vendor steps in for its double by itself; one server plays both. */
export function needsVoiceDouble(env: StackEnv): boolean {
  return !env.without.has('voice') && !(env.openai.apiKey && env.deepgram.apiKey);
}
