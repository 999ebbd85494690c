import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  giveCard,
  openDatabase,
  openShop,
  type Row,
  signUp,
  type TestDatabase,
} from '../support/database.ts';
import { addDocument } from './knowledge-base.ts';
import { authorize, end, offerAgent, talk } from './scenario.ts';

let db: TestDatabase;
let admin: string;
let user: string;
let session: string;

beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
  await db.owner`update settings set max_sessions_per_user = 50`;
  admin = await signUp(db, 'Root');
  await db.owner`insert into admins (user_id, role) values (${admin}, 'admin')`;
  user = await signUp(db);
  await giveCard(db, user, 36_000);
  session = await talk(db, user, await offerAgent(db, { kind: 'rag' }));

  const add = (file_name: string, title: string, chunks: [string, string][], language = 'en') =>
    addDocument(
      db,
      admin,
      chunks.map(([heading, content]) => ({ heading, content })),
      { file_name, title, language },
    );
  await add('refunds.md', 'Refunds', [
    ['Refunds › What comes back', 'Minutes that were not used are refunded. Minutes stay minutes.'],
    ['Refunds › How long it takes', 'The bank needs five to ten days.'],
  ]);
  await add('calls.md', 'Calls', [
    ['Calls › When a call drops', 'If the line breaks, only the minutes until then are taken.'],
    ['Calls › Silence', 'After a while without a word we ask, and then end the call politely.'],
    [
      'Calls › Counting',
      'A call takes minutes from your cards. The minutes of a call are seconds.',
    ],
  ]);
  await add('erstattung.md', 'Erstattung', [['Erstattung', 'Karten werden erstattet.']], 'de');
  await add('qo.md', 'Qo', [['Qo', "tlhIngan maH taH pagh taHbe'"]], 'tlh');
});
afterAll(() => db.close());

function search(query: string | null, args: Record<string, unknown> = {}): Promise<Row[]> {
  return db.rpc('service', 'agent_search_knowledge', { session_id: session, query, ...args });
}

async function headings(query: string): Promise<unknown[]> {
  return (await search(query)).map((row) => row.heading);
}

test('a passage comes with its title, heading, source and score', async () => {
  expect(await search('how many days does the bank need')).toEqual([
    {
      document_id: expect.any(String),
      title: 'Refunds',
      heading: 'Refunds › How long it takes',
      source: 'refunds.md',
      content: 'The bank needs five to ten days.',
      score: 0.016393,
    },
  ]);
});

test('a spoken question finds its answer though no passage has all of its words', async () => {
  const [first] = await headings('So, um, what happens to my minutes if the line breaks off?');
  expect(first).toBe('Calls › When a call drops');
});

test('a rare word weighs more than one that nearly every passage has', async () => {
  const [first] = await headings('minutes, minutes, bank');
  expect(first).toBe('Refunds › How long it takes');
});

test('a passage that has all the words comes before those that have some', async () => {
  const [first] = await headings('minutes refunded');
  expect(first).toBe('Refunds › What comes back');
});

test('words in quotation marks are wanted in that order', async () => {
  const [first] = await headings('"minutes of a call"');
  expect(first).toBe('Calls › Counting');
});

test('a word of the heading counts more than the same word in the text', async () => {
  await addDocument(db, admin, [
    { heading: 'Zoo › Other', content: 'A koala eats leaves.' },
    { heading: 'Zoo › Koala', content: 'It sleeps.' },
  ]);
  expect(await headings('koala')).toEqual(['Zoo › Koala', 'Zoo › Other']);
});

test('words are found in other forms, in the language of the document', async () => {
  expect(await headings('refunding')).toContain('Refunds › What comes back');
  expect(await headings('eine Karte erstatten')).toEqual(['Erstattung']);
});

test('a document of a language without stems is found by its very words', async () => {
  expect(await headings('TAH')).toEqual(['Qo']);
  expect(await headings('taHs')).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['null', null],
  ['white space', ' \n\t '],
  ['stop words', 'what is it that you do'],
  ['emoji', '😀 👩‍👩‍👧 🏳️‍🌈'],
  ['operators', `& | ! <-> :* ( ) ' " \\ -`],
  ['an open quotation', '"bank'],
  ['SQL', `'; drop table knowledge_chunks; select '`],
  ['a backslash at the end', 'bank\\'],
  ['words in apostrophes', `'bank' ''bank'' o'bank`],
  ['10 kB of one word', 'x'.repeat(10_000)],
  ['10 kB of words', 'zebra '.repeat(1_700)],
  ['10 kB of one word of three bytes a letter', '界'.repeat(10_000)],
  ['an address with an apostrophe', "example.com/o'brien http://example.com/'or'1'='1"],
  ['addresses', 'http://user:pass@example.com/a?b=c&d=%00 x@example.com 127.0.0.1 -1.5e300'],
  ['other scripts', 'שלום مرحبا Привет 你好 こんにちは'],
  ['a combining storm', 'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘'],
  ['control characters', '\u0001\u001f\u007f\u2028\ufeff'],
])('odd input is no error: %s', async (_, query) => {
  const rows = await search(query);
  expect(rows.length).toBeLessThanOrEqual(5);
  expect(await headings('bank')).toHaveLength(1);
});

test.each([
  ['more than there may be', 1_000, 3],
  ['none', 0, 1],
  ['a negative number', -5, 1],
  ['null', null, 3],
  ['two', 2, 2],
])('asked for %s of it, it answers what is sensible', async (_, max_results, count) => {
  expect(await search('minutes', { max_results })).toHaveLength(count);
});

test.each([
  ['of the wrong length', [1, 2, 3]],
  ['no vector', { a: 1 }],
  ['of words', Array(1536).fill('x')],
  ['of huge numbers', Array(1536).fill(1e300)],
])('an embedding that is %s is as good as none', async (_, embedding) => {
  expect(await search('bank', { embedding })).toHaveLength(1);
});

test('the score is that of reciprocal ranks with k = 60', async () => {
  const scores = (await search('minutes')).map((row) => row.score);
  expect(scores).toEqual([1 / 61, 1 / 62, 1 / 63].map((score) => Number(score.toFixed(6))));
});

test('a removed document is not found any more', async () => {
  const { document_id } = await addDocument(db, admin, [{ content: 'The wombat sleeps.' }]);
  expect(await headings('wombat')).toHaveLength(1);
  await db.call({ user: admin }, 'admin_remove_document', { document_id, reason: 'a test' });
  expect(await headings('wombat')).toEqual([]);
});

test('only an open session of a knowledge agent may search', async () => {
  const rag = await offerAgent(db, { kind: 'rag' });
  const pending = await authorize(db, user, rag);
  await expect(search('bank', { session_id: pending.session_id })).resolves.toHaveLength(1);

  const over = await talk(db, user, rag);
  await end(db, over, 0);
  const refused = (session_id: string | null) => db.refusal(search('bank', { session_id }));
  expect(await refused(over)).toMatchObject({ code: 'PT409', message: 'illegal_transition' });
  expect(await refused(randomUUID())).toMatchObject({ code: 'PT404', message: 'not_found' });
  expect(await refused(null)).toMatchObject({ code: 'PT404', message: 'not_found' });
  expect(await refused(await talk(db, user, 'basic'))).toMatchObject({
    code: 'PT403',
    message: 'not_allowed',
  });
});

test('support may look, customers may not', async () => {
  const support = await signUp(db, 'Support');
  await db.owner`insert into admins (user_id, role) values (${support}, 'support')`;
  const look = (caller: string) =>
    db.rpc({ user: caller }, 'admin_search_knowledge', { query: 'bank' });
  expect(await look(support)).toEqual(await search('bank'));
  expect(await db.refusal(look(user))).toMatchObject({ code: 'PT403', message: 'not_allowed' });
});

test('without pgvector there are no embeddings to be had', async () => {
  const none = { is_available: false, is_used: false };
  const ofSession = (session_id: string) =>
    db.call('service', 'agent_knowledge_vectors', { session_id });
  expect(await ofSession(session)).toEqual(none);
  expect(await db.refusal(ofSession(randomUUID()))).toMatchObject({ message: 'not_found' });

  const ofAdmin = (id: string) => db.call({ user: id }, 'admin_knowledge_vectors');
  expect(await ofAdmin(admin)).toEqual(none);
  expect(await db.refusal(ofAdmin(user))).toMatchObject({ message: 'not_allowed' });
});
