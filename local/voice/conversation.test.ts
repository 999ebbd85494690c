import { describe, expect, test } from 'vitest';
import { reply, ruleSchema, type ChatMessage, type Rule } from './conversation.ts';

const PROMPT: ChatMessage = { role: 'system', text: 'You are MindBot. The user is called Ada.' };
const NOON = new Date(2026, 0, 5, 12, 4);

function user(text: string): ChatMessage {
  return { role: 'user', text };
}

function assistant(text: string): ChatMessage {
  return { role: 'assistant', text };
}

function answer(messages: ChatMessage[], rules: Rule[] = [], tools: string[] = []): string {
  const said = reply(messages, rules, tools, NOON);
  return said.kind === 'text' ? said.text : `call ${said.name} ${JSON.stringify(said.arguments)}`;
}

/** The answer when LiveKit Agents has appended `task` to the standing prompt. */
function instructed(task: string, ...turns: ChatMessage[]): string {
  return answer([{ ...PROMPT, text: `${PROMPT.text}\n${task}` }, ...turns]);
}

describe('small talk', () => {
  test.each([
    ['Hello, can you hear me?', /hear you/],
    ['Hi there!', /^Hello!/],
    ['What can you do for me?', /arithmetic/],
    ['What is the capital of France?', /Paris/],
    ['what is the capital of the Netherlands', /Amsterdam/],
    ['What is the capital of Atlantis?', /do not know/],
    ['What is twelve plus thirty?', /\b42\b/],
    ['How much is 7 times 8?', /\b56\b/],
    ['one hundred minus twenty-two', /\b78\b/],
    ['What is 10 divided by 4?', /\b2\.5\b/],
    ['five divided by zero', /zero/],
    ['What time is it?', /12 oh 4/],
    ['How will the weather be?', /outside/],
    ['Tell me a joke, please.', /robot/],
    ['My name is Grace.', /Grace/],
    ['Thank you, that was nice.', /welcome/],
    ['Goodbye!', /^Goodbye/],
    ['I bought twenty-two red apples.', /You said: I bought twenty-two red apples\./],
    ['', /did not catch/],
  ])('%j is answered fittingly', (said, expected) => {
    expect(answer([PROMPT, user(said)])).toMatch(expected);
  });

  test('the name that the user gave earlier is remembered', () => {
    const turns = [
      user('My name is Grace.'),
      assistant('Nice to meet you.'),
      user("What's my name?"),
    ];
    expect(answer([PROMPT, ...turns])).toBe('Your name is Grace.');
  });

  test('the time left is told when the instructions know it', () => {
    const told: ChatMessage = { role: 'system', text: 'The user has 12 minutes left.' };
    expect(answer([PROMPT, told, user('How much time do I have left?')])).toContain('12 minutes');
    expect(answer([PROMPT, user('How much time do I have left?')])).toContain('on your screen');
  });

  test('the last answer is repeated when asked', () => {
    const turns = [user('Hi'), assistant('Hello Ada!'), user('Can you repeat that?')];
    expect(answer([PROMPT, ...turns])).toBe('Hello Ada!');
  });
});

describe('instructions', () => {
  test('an agent that has no user message yet greets by name', () => {
    expect(answer([PROMPT])).toBe('Hello Ada! I am MindBot. What would you like to talk about?');
  });

  test('a greeting tells the time left when it is told to', () => {
    const said = instructed('Greet the user and say that 9 minutes are left.');
    expect(said).toBe(
      'Hello Ada! I am MindBot. You have about 9 minutes left. What would you like to talk about?',
    );
  });

  test('"Say exactly" is obeyed word for word, whoever spoke last', () => {
    const task = 'Say exactly: "Your balance is "low", Ada."';
    expect(instructed(task)).toBe('Your balance is "low", Ada.');
    expect(instructed(task, user('Hi'))).toBe('Your balance is "low", Ada.');
    expect(instructed(task, user('Hi'), assistant('Hello'))).toBe('Your balance is "low", Ada.');
  });

  test.each([
    ['Tell the user kindly that the time is up and say goodbye.', /Goodbye!$/],
    ['Warn the user that only 5 minutes are left.', /about 5 minutes left/],
    ['The user has been silent; ask whether they are still there.', /still there, Ada\?/],
    ['The user has just topped up. Thank them.', /^Thank you, Ada/],
  ])('%j is followed in the middle of a call', (task, expected) => {
    expect(instructed(task, user('Hi'), assistant('Hello Ada!'))).toMatch(expected);
  });

  test('a standing prompt does not take the turn from the user', () => {
    const standing = 'Say goodbye kindly when the time is up, and warn when 5 minutes remain.';
    expect(instructed(standing, user('What is 2 plus 2?'))).toContain('4');
  });
});

describe('tools', () => {
  const all = ['get_balance', 'get_usage', 'remember', 'recall', 'forget', 'rate_call', 'end_call'];

  test.each([
    ['How much time do I have left?', 'call get_balance {}'],
    ['How much have I used?', 'call get_usage {}'],
    [
      'Please remember that my favourite team is Ajax.',
      'call remember {"item":"favourite_team","value":"Ajax"}',
    ],
    ['Remember that I am vegan', 'call remember {"item":"note","value":"I am vegan"}'],
    ['What do you remember about me?', 'call recall {}'],
    ['Forget my favourite team.', 'call forget {"item":"favourite_team"}'],
    ['I rate this call five', 'call rate_call {"rating":5,"comment":null}'],
    ['Please hang up.', 'call end_call {}'],
  ])('%j uses the tool that is there for it', (said, expected) => {
    expect(answer([PROMPT, user(said)], [], all)).toBe(expected);
    expect(answer([PROMPT, user(said)])).not.toMatch(/^call /);
  });

  test.each([
    [
      'The customer has about 29 minutes left, on one card.',
      'You have about 29 minutes left, on one card.',
    ],
    ['Remembered about the customer: {"dog":"Rex"}', 'I remember this: your dog is Rex.'],
    ["The link is on the customer's screen now.", 'The link is on your screen now.'],
  ])('what a tool says about the user is told to the user: %j', (result, expected) => {
    expect(answer([PROMPT, user('Go'), { role: 'tool', text: result }])).toBe(expected);
  });
});

describe('what was looked up', () => {
  const found: ChatMessage = {
    role: 'tool',
    text: JSON.stringify({
      note: 'They are quotations.',
      passages: [
        {
          title: 'Refunds',
          heading: 'Refunds › Unused time',
          text: 'Ask by mail. **Unused** minutes are paid back within a week. Used ones are not.',
        },
      ],
    }),
  };

  test.each([
    [
      'are the two sentences that fit the question, with their source',
      'Are unused minutes paid back?',
      'According to Refunds: Unused minutes are paid back within a week. Used ones are not.',
    ],
    [
      'say nothing about anything else',
      'Who won the world cup?',
      'I do not know. Nothing in my documents answers that.',
    ],
  ])('%s', (_what, question, expected) => {
    expect(answer([PROMPT, found, user(question)], [], ['search_knowledge'])).toBe(expected);
    expect(answer([PROMPT, user(question), found], [], ['search_knowledge'])).toBe(expected);
  });

  test('does not keep the model from small talk', () => {
    expect(answer([PROMPT, found, user('Hi!')], [], ['search_knowledge'])).toMatch(/^Hello!/);
  });
});

describe('rules', () => {
  test('a rule comes before small talk and may use its groups', () => {
    const rules: Rule[] = [{ match: 'i like (\\w+)', answer: 'So $1 it is.' }];
    expect(answer([PROMPT, user('Hello, I like tea!')], rules)).toBe('So tea it is.');
  });

  test('a rule calls a tool only when the request offers it, and its result is spoken', () => {
    const rules: Rule[] = [
      { match: 'refund', call: { name: 'search', arguments: { query: 'refund' } } },
      { match: 'refund', answer: 'No tool.' },
    ];
    const asked = [PROMPT, user('How do refunds work?')];
    expect(answer(asked, rules, ['search'])).toBe('call search {"query":"refund"}');
    expect(answer(asked, rules)).toBe('No tool.');
    const result: ChatMessage = { role: 'tool', text: 'Within 14 days.' };
    expect(answer([...asked, result], rules, ['search'])).toContain('Within 14 days.');
  });

  test('a pattern that is no regular expression is refused', () => {
    expect(ruleSchema.safeParse({ match: '(', answer: 'x' }).success).toBe(false);
  });
});
