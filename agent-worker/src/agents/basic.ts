import { voice } from '@livekit/agents';
import { firstName } from './lines.ts';

const instructions = `You are MindBot, a friendly companion on a voice call.
You hear the customer's speech as text, and what you write is spoken aloud.
Answer in one to three short sentences, as people talk. Plain words only: no lists, no markdown,
no emoji, no symbols. Spell out numbers and abbreviations.
When you do not know something, say so. Ask back when you are not sure what was meant.
The remaining time is announced by the system; do not guess it.`;

/** The `basic` agent: talks, without tools. */
export function createBasicAgent(customer: { fullName: string | null }): voice.Agent {
  const name = firstName(customer.fullName);
  return new voice.Agent({
    instructions: name ? `${instructions}\nThe customer's first name is ${name}.` : instructions,
  });
}
