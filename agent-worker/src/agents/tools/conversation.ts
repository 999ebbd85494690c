import { llm } from '@livekit/agents';
import { z } from 'zod';
import type { AgentContext } from '../agent-context.ts';
import { inWords } from './tool-words.ts';

export const moods = ['happy', 'neutral', 'sad', 'angry', 'confused', 'stressed'] as const;

/** About the call itself. */
export function conversationTools({ control, rpc }: AgentContext) {
  return [
    llm.tool({
      name: 'rate_call',
      description: 'Keeps the rating that the customer gives this call, one to five.',
      parameters: z.strictObject({
        rating: z.number().int().min(1).max(5),
        comment: z.string().max(500).nullable(),
      }),
      execute: ({ rating, comment }) =>
        inWords('rate_call', async () => {
          await rpc.call('agent_rate_call', { rating, comment }, z.unknown());
          control.noteRating(rating);
          return 'The rating is kept. Thank the customer.';
        }),
    }),
    llm.tool({
      name: 'note_mood',
      description:
        "Notes the customer's mood when it is plain from what they say. Do not mention it.",
      parameters: z.strictObject({ mood: z.enum(moods) }),
      execute: ({ mood }) =>
        inWords('note_mood', async () => {
          control.noteMood(mood);
          return 'Noted. Go on without mentioning it.';
        }),
    }),
    llm.tool({
      name: 'end_call',
      description:
        'Ends the call with a goodbye. Only when the customer clearly wants to hang up now.',
      execute: async () => {
        control.endSoon();
        return 'The call ends now; the goodbye is being said.';
      },
    }),
  ];
}
