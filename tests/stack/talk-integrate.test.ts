import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { TokenSource } from 'livekit-client';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { RoomCustomer } from '../../local/demo/room-customer.ts';
import { giveCard, type Person, signUp, stack, voiceTest } from '../support/stack.ts';

const answer = z.object({
  server_url: z.string(),
  participant_token: z.string(),
  session_id: z.string(),
});

/** LiveKit's own client of token endpoints, as docs/integrate.md sets it up. */
function tokensOf(person: Person) {
  return TokenSource.endpoint(`${stack.API_URL}/functions/v1/livekit-token`, {
    headers: { apikey: stack.PUBLISHABLE_KEY, authorization: `Bearer ${person.accessToken}` },
  });
}

/** The commands of the guide, with the variables that it names. */
async function runCommandsOf(guide: string, person: Person): Promise<string> {
  const text = await readFile(
    fileURLToPath(new URL(`../../docs/${guide}`, import.meta.url)),
    'utf8',
  );
  const commands = /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', commands], {
    env: {
      ...process.env,
      SUPABASE_URL: stack.API_URL,
      SUPABASE_PUBLISHABLE_KEY: stack.PUBLISHABLE_KEY,
      EMAIL: person.email,
      PASSWORD: 'Correct1Horse',
    },
  });
  return stdout;
}

describe('an app that knows nothing of ours', () => {
  voiceTest('gets into a call with LiveKit’s stock token client, and hears the agent', async () => {
    const person = await signUp();
    await giveCard(person, 60);
    const { serverUrl, participantToken } = await tokensOf(person).fetch({
      agentMetadata: '{"agent_type":"basic"}',
    });
    const caller = new RoomCustomer();
    onTestFinished(() => caller.leave().catch(() => {}));
    await caller.join(serverUrl, participantToken);
    await caller.until('the agent to speak', () => caller.heardMs > 200);
    expect(Number(caller.attribute('mindbot.remaining_seconds'))).toBeGreaterThan(0);
  });

  voiceTest('is told a refusal in words by the stock client', async () => {
    await expect(tokensOf(await signUp()).fetch({})).rejects.toThrow(
      /received 402 .*insufficient_balance/,
    );
  });

  voiceTest('gets a token with the curl commands of the guide', async () => {
    const person = await signUp();
    await giveCard(person, 60);
    const { session_id: sessionId } = answer.parse(
      JSON.parse(await runCommandsOf('integrate.md', person)),
    );
    const { error } = await person.client.rpc('end_my_session', { session_id: sessionId });
    expect(error).toBeNull();
  });
});
