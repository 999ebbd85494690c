/**
 * The voice pipeline of the agent worker without its metering, as the yardstick of `bench/voice.ts`: a worker of its
 * own that answers dispatches to `unmetered`. It is given the environment of the real one.
 */
import { fileURLToPath } from 'node:url';
import { defineAgent, cli, inference, ServerOptions, voice } from '@livekit/agents';
import { greeting } from '../../agent-worker/src/agents/lines.ts';
import { readEnv } from '../../agent-worker/src/env.ts';
import { healthPort } from '../../agent-worker/src/health-port.ts';
import { VendorGuards } from '../../agent-worker/src/resilience.ts';
import { createProviders } from '../../agent-worker/src/vendors/providers.ts';
import { createVoiceSession } from '../../agent-worker/src/voice-session.ts';

export const UNMETERED_AGENT = 'unmetered';

export default defineAgent<{ vad?: inference.VAD }>({
  prewarm(proc) {
    proc.userData.vad = new inference.VAD();
  },
  async entry(ctx) {
    await ctx.connect();
    const user = await ctx.waitForParticipant();
    const providers = createProviders(
      readEnv(process.env),
      new VendorGuards({ warn: () => {} }),
      null,
    );
    const session = createVoiceSession(providers, ctx.proc.userData.vad ?? new inference.VAD());
    session.on(voice.AgentSessionEventTypes.Error, () => {});
    await session.start({
      agent: new voice.Agent({ instructions: 'You are MindBot.' }),
      room: ctx.room,
      inputOptions: { participantIdentity: user.identity },
      record: false,
    });
    session.say(greeting({ fullName: null, isLowBalance: false, remainingSeconds: 3600 }));
  },
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const env = readEnv(process.env);
  cli.runApp(
    new ServerOptions({
      agent: fileURLToPath(import.meta.url),
      agentName: UNMETERED_AGENT,
      wsURL: env.LIVEKIT_URL,
      apiKey: env.LIVEKIT_API_KEY,
      apiSecret: env.LIVEKIT_API_SECRET,
      host: env.WORKER_HOST,
      port: await healthPort(env.WORKER_PORT),
      logLevel: 'info',
      numIdleProcesses: 1,
      initializeProcessTimeout: 60_000,
      // As the real worker: the load of the machine decides nothing.
      loadFunc: async () => 0,
    }),
  );
}
