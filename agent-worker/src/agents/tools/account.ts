import { llm } from '@livekit/agents';
import { z } from 'zod';
import type { AgentContext } from '../agent-context.ts';
import { spokenDuration } from '../lines.ts';
import { inWords } from './tool-words.ts';

const seconds = z.number().int();

const balance = z.object({
  remaining_seconds: seconds,
  used_seconds: seconds,
  usable_cards: z.number().int(),
  next_expiry_at: z.string().nullable(),
  is_low: z.boolean(),
});

const usage = z.object({
  call_seconds: seconds,
  call_cost_seconds: seconds,
  calls_30_days: z.number().int(),
  billed_seconds_30_days: seconds,
});

function spokenDate(at: string): string {
  return new Date(at).toLocaleDateString('en-US', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** What the customer has and has used: only their own, whatever the model asks. */
export function accountTools({ appUrl, control, rpc }: AgentContext) {
  return [
    llm.tool({
      name: 'get_balance',
      description:
        'Tells how much talking time the customer has left, on how many time cards, and when the next of them expires.',
      execute: () =>
        inWords('get_balance', async () => {
          const answer = await rpc.call('agent_balance', {}, balance);
          // The meter knows the seconds since the last beat, too.
          const left = Math.min(answer.remaining_seconds, control.figures().remainingSeconds);
          const cards = answer.usable_cards === 1 ? 'one card' : `${answer.usable_cards} cards`;
          const expiry = answer.next_expiry_at
            ? ` The next of them expires on ${spokenDate(answer.next_expiry_at)}.`
            : '';
          const low = answer.is_low ? ' That is little; they may want to top up.' : '';
          return `The customer has ${spokenDuration(left)} left, on ${cards}.${expiry}${low}`;
        }),
    }),
    llm.tool({
      name: 'get_usage',
      description: 'Tells how long this call has been and how much the customer has used lately.',
      execute: () =>
        inWords('get_usage', async () => {
          const answer = await rpc.call('agent_usage', {}, usage);
          const { usedSeconds } = control.figures();
          return (
            `This call has taken ${spokenDuration(usedSeconds)} so far. In the last thirty days before it: ` +
            `${answer.calls_30_days} calls, ${spokenDuration(answer.billed_seconds_30_days)} in all.`
          );
        }),
    }),
    llm.tool({
      name: 'send_top_up_link',
      description:
        "Shows a link on the customer's screen where they can buy more time. Use it when they want to top up.",
      execute: () =>
        inWords('send_top_up_link', async () => {
          if (!appUrl) return 'There is no link here. The customer can buy time in the app.';
          // The address is ours, never the model's.
          control.notify('top_up_link', { url: appUrl });
          return "The link is on the customer's screen now.";
        }),
    }),
  ];
}
