import { llm } from '@livekit/agents';
import { z } from 'zod';
import type { AgentContext } from '../agent-context.ts';
import { inWords } from './tool-words.ts';

const memory = z.record(z.string(), z.string());
/** As the database has it: a name of small letters, a short text. */
const item = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,39}$/)
  .describe('A short name in small letters, such as favourite_team');

function listed(items: Readonly<Record<string, string>>): string {
  const known = Object.entries(items);
  if (known.length === 0) return 'Nothing is remembered about the customer.';
  return `Remembered about the customer: ${JSON.stringify(Object.fromEntries(known))}`;
}

/** What the customer wants kept for the next call. */
export function memoryTools({ rpc }: AgentContext) {
  return [
    llm.tool({
      name: 'remember',
      description:
        'Remembers something about the customer for this and later calls. Only what they want remembered, never passwords, card numbers or the like.',
      parameters: z.strictObject({ item, value: z.string().min(1).max(200) }),
      execute: ({ item: name, value }) =>
        inWords('remember', async () => {
          await rpc.call('agent_remember', { item: name, value }, memory);
          return 'It is remembered.';
        }),
    }),
    llm.tool({
      name: 'recall',
      description: 'Tells all that is remembered about the customer.',
      execute: () =>
        inWords('recall', async () => listed(await rpc.call('agent_recall', {}, memory))),
    }),
    llm.tool({
      name: 'forget',
      description: 'Forgets one thing that is remembered about the customer, by its name.',
      parameters: z.strictObject({ item }),
      execute: ({ item: name }) =>
        inWords('forget', async () => {
          const left = await rpc.call('agent_forget', { item: name }, memory);
          return `It is forgotten. ${listed(left)}`;
        }),
    }),
  ];
}
