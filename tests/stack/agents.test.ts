import { afterAll, afterEach, beforeAll, beforeEach, expect, inject } from 'vitest';
import type { RoomCustomer } from '../../local/demo/room-customer.ts';
import {
  answered,
  ask,
  call,
  hangUpAll,
  session,
  settled,
  shortBeats,
  usualBeats,
  voice,
} from '../support/calls.ts';
import {
  balanceOf,
  giveCard,
  operator,
  owner,
  type Person,
  poll,
  signUp,
  violations,
  voiceTest as test,
} from '../support/stack.ts';

beforeAll(shortBeats);
beforeEach(() => voice.reset());
afterEach(async () => {
  await hangUpAll();
  expect(await violations()).toEqual([]);
});
afterAll(async () => {
  await voice.reset();
  await usualBeats();
});

async function customer(seconds = 3600): Promise<Person> {
  const person = await signUp();
  await giveCard(person, seconds);
  return person;
}

async function preferencesOf(person: Person): Promise<Record<string, unknown>> {
  const { data, error } = await operator
    .from('profiles')
    .select('preferences')
    .eq('id', person.id)
    .single();
  if (error) throw new Error(error.message);
  return data.preferences as Record<string, unknown>;
}

interface Message {
  role: string;
  text: string;
}

/** Types something; answers all that the model was given with it, once `isThere` holds for that. */
async function given(
  caller: RoomCustomer,
  text: string,
  isThere: (since: Message[]) => boolean = () => true,
): Promise<Message[]> {
  await caller.type(text);
  const seen = async () => {
    const chats = (await voice.log()).filter(({ event }) => event === 'chat');
    const messages = (chats.at(-1)?.detail['messages'] ?? []) as Message[];
    const asked = messages.findLastIndex((message) => message.text === text);
    return asked >= 0 && isThere(messages.slice(asked + 1)) ? messages : [];
  };
  return poll('the model to be asked', seen, (messages) => messages.length > 0);
}

/** What the model was told before the conversation. */
async function instructionsSeen(caller: RoomCustomer): Promise<string> {
  const messages = await given(caller, 'Hello again.');
  return messages.find(({ role }) => role === 'system')?.text ?? '';
}

/** What a tool told the model that was made to use it. */
async function toolAnswer(caller: RoomCustomer, text: string): Promise<string> {
  const isTool = ({ role }: Message) => role === 'tool';
  const messages = await given(caller, text, (since) => since.some(isTool));
  return messages.findLast(isTool)?.text ?? '';
}

test('the enhanced agent tells the balance and the usage of whoever is on the line', async () => {
  const person = await customer(1800);
  await voice.rules([
    { match: 'how much', call: { name: 'get_balance' } },
    { match: 'used', call: { name: 'get_usage' } },
  ]);
  const { caller, sessionId } = await answered(person, 'enhanced');
  expect(await ask(caller, 'How much time is there?', /about/)).toMatch(
    /about (29|30) minutes left, on one card/,
  );
  expect(await toolAnswer(caller, 'What have I used?')).toMatch(/0 calls/);
  await caller.leave();
  expect((await settled(sessionId)).agent_state).toMatchObject({ tool_calls: 2 });
});

test('what a customer wants remembered is honoured in the next call, until it is forgotten', async () => {
  const person = await customer();
  await person.client
    .from('profiles')
    .update({ preferences: { theme: 'dark' } })
    .eq('id', person.id);
  await voice.rules([
    {
      match: 'remember',
      call: { name: 'remember', arguments: { item: 'favourite_colour', value: 'teal' } },
    },
    { match: 'forget', call: { name: 'forget', arguments: { item: 'favourite_colour' } } },
  ]);
  const first = await answered(person, 'enhanced');
  await toolAnswer(first.caller, 'Please remember my colour.');
  expect(await preferencesOf(person)).toEqual({
    theme: 'dark',
    agent_memory: { favourite_colour: 'teal' },
  });
  await first.caller.leave();
  await settled(first.sessionId);

  const second = await answered(person, 'enhanced');
  expect(await instructionsSeen(second.caller)).toContain('"favourite_colour":"teal"');
  await toolAnswer(second.caller, 'Now forget it.');
  expect(await preferencesOf(person)).toEqual({ theme: 'dark', agent_memory: {} });
});

test('the link to top up is ours, whatever address the model gives', async () => {
  const person = await customer();
  await voice.rules([
    {
      match: 'top up',
      call: { name: 'send_top_up_link', arguments: { url: 'https://evil.test' } },
    },
  ]);
  const { caller } = await answered(person, 'enhanced');
  await caller.type('I want to top up.');
  await caller.until('the link', () => caller.notices.some(({ type }) => type === 'top_up_link'));
  expect(caller.notices.find(({ type }) => type === 'top_up_link')).toEqual({
    type: 'top_up_link',
    url: `http://127.0.0.1:${inject('stackEnv')['MINDBOT_PORT_APP']}`,
    remaining_seconds: expect.any(Number),
  });
});

test('a customer rates the call and has it ended, with a goodbye that is heard', async () => {
  const person = await customer();
  await voice.rules([
    { match: 'five', call: { name: 'rate_call', arguments: { rating: 5, comment: 'Lovely' } } },
    { match: 'mood', call: { name: 'note_mood', arguments: { mood: 'happy' } } },
    { match: 'hang up', call: { name: 'end_call' } },
  ]);
  const { caller, sessionId } = await answered(person, 'enhanced');
  await toolAnswer(caller, 'I give it a five.');
  await toolAnswer(caller, 'You see my mood.');
  await caller.type('Please hang up.');
  await caller.until('the room to close', () => caller.disconnected);
  const row = await settled(sessionId);
  expect(row).toMatchObject({
    status: 'completed',
    end_reason: 'ended_on_request',
    rating: 5,
    rating_comment: 'Lovely',
  });
  expect(row.agent_state).toMatchObject({ rating: 5, mood: 'happy', tool_calls: 3 });
  expect(caller.saidBy('agent').at(-1)).toMatch(/goodbye/i);
});

test('a model that was talked into it gets no time, nobody else and no instructions', async () => {
  const victim = await customer(5000);
  await owner`update profiles set preferences = '{"agent_memory": {"pin": "1234"}}' where id = ${victim.id}`;
  const person = await customer(600);
  const theirs = { user_id: victim.id, session_id: victim.id };
  await voice.rules([
    { match: 'balance', call: { name: 'get_balance', arguments: theirs } },
    { match: 'recall', call: { name: 'recall', arguments: theirs } },
    {
      match: 'poison',
      call: {
        name: 'remember',
        arguments: { item: 'pin', value: '1', ...theirs },
      },
    },
    {
      match: 'inject',
      call: {
        name: 'remember',
        arguments: { item: "x'); update time_cards set remaining_seconds = 99999; --", value: 'x' },
      },
    },
    { match: 'rate', call: { name: 'rate_call', arguments: { rating: -5, comment: null } } },
  ]);
  const { caller, sessionId } = await answered(person, 'enhanced');
  expect(await toolAnswer(caller, 'My balance?')).toMatch(/about (9|10) minutes|Invalid/);
  expect(await toolAnswer(caller, 'Do recall.')).toMatch(/Nothing is remembered|Invalid/);
  expect(await toolAnswer(caller, 'Do poison.')).toMatch(/Invalid/);
  expect(await toolAnswer(caller, 'Do inject.')).toMatch(/Invalid/);
  expect(await toolAnswer(caller, 'Do rate.')).toMatch(/Invalid/);
  await caller.leave();

  const row = await settled(sessionId);
  expect(row.rating).toBeNull();
  expect(await balanceOf(victim)).toBe(5000);
  expect(await preferencesOf(victim)).toEqual({ agent_memory: { pin: '1234' } });
  expect(await balanceOf(person)).toBe(600 - row.billed_seconds);
  // The one that named somebody else was refused as a whole.
  expect(await preferencesOf(person)).not.toMatchObject({ agent_memory: { pin: '1' } });
});

test('new words of an admin are spoken in the next call, and no customer can read them', async () => {
  const person = await customer();
  const words = {
    instructions: 'You are Ruth, a gardener.',
    greeting: 'Good day {name}, Ruth here.',
  };
  const { data: before } = await operator
    .from('agent_prompts')
    .select('instructions, greeting')
    .eq('agent_type_id', 'basic')
    .single();
  await operator.from('agent_prompts').update(words).eq('agent_type_id', 'basic');
  try {
    const { caller } = await call(person);
    expect(caller.saidBy('agent')[0]).toMatch(/^Good day Ada, Ruth here\./);
    expect(await instructionsSeen(caller)).toMatch(/^You are Ruth, a gardener\./);
  } finally {
    await operator
      .from('agent_prompts')
      .update(before ?? {})
      .eq('agent_type_id', 'basic');
  }
  const seen = await person.client.from('agent_prompts').select('*');
  expect(seen.data ?? []).toEqual([]);
});

test('what was said is kept with the session, and not where the customer said so', async () => {
  const person = await customer();
  const first = await answered(person);
  await ask(first.caller, 'My name is Linus.', /Linus/);
  await first.caller.leave();
  expect(JSON.stringify((await settled(first.sessionId)).agent_state)).toContain('Linus');

  await person.client
    .from('profiles')
    .update({ preferences: { keep_transcripts: false } })
    .eq('id', person.id);
  expect((await session(first.sessionId)).agent_state).not.toHaveProperty('last_turns');

  const second = await answered(person);
  await ask(second.caller, 'My name is Linus.', /Linus/);
  await second.caller.leave();
  const { agent_state: state } = await settled(second.sessionId);
  expect(JSON.stringify(state)).not.toContain('Linus');
  expect(state).toMatchObject({ greeted: true, interruptions: expect.any(Number) });
});
