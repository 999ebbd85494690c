import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, type TestDatabase } from '../support/database.ts';
import { authorize, customer, end, sessionRow, settleUp, sweep, talk, times } from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

const rate = (
  user: string,
  session: string | null,
  rating: number | null,
  comment: string | null = null,
) => db.call({ user }, 'rate_session', { session_id: session, rating, comment });

async function call(): Promise<{ user: string; session: string }> {
  const { user } = await customer(db);
  const session = await talk(db, user);
  await db.advance(10);
  await end(db, session, 10);
  return { user, session };
}

describe('rating a call', () => {
  test('keeps the rating and the comment, and tells when', async () => {
    const { user, session } = await call();
    expect(await rate(user, session, 4, '  Quite good. ')).toEqual({
      session_id: session,
      rating: 4,
      rated_at: expect.any(Date),
    });
    expect(await sessionRow(db, session)).toMatchObject({
      rating: 4,
      rating_comment: 'Quite good.',
      rated_at: expect.any(Date),
    });
  });

  test.each([
    [1, null],
    [5, ''],
    [3, '   '],
  ])('of %i with the comment %j has no comment', async (rating, comment) => {
    const { user, session } = await call();
    await rate(user, session, rating, comment);
    expect(await sessionRow(db, session)).toMatchObject({ rating, rating_comment: null });
  });

  test('can leave the comment out', async () => {
    const { user, session } = await call();
    await db.call({ user }, 'rate_session', { session_id: session, rating: 5 });
    expect(await sessionRow(db, session)).toMatchObject({ rating: 5, rating_comment: null });
  });

  test('can be changed for a day from the first time on, and not longer', async () => {
    const { user, session } = await call();
    const first = await rate(user, session, 2, 'Slow.');
    await db.advance(86_390);
    expect(await rate(user, session, 5)).toMatchObject({ rating: 5, rated_at: first.rated_at });
    expect(await sessionRow(db, session)).toMatchObject({ rating: 5, rating_comment: null });
    await db.advance(11);
    const refusal = await db.refusal(rate(user, session, 1));
    expect(refusal).toMatchObject({ code: 'PT409', message: 'illegal_transition' });
    expect(JSON.parse(refusal.detail ?? '')).toHaveProperty('rated_at');
    expect(await sessionRow(db, session)).toMatchObject({ rating: 5 });
  });

  test('can be done for the first time long after the call', async () => {
    const { user, session } = await call();
    await db.advance(30 * 86_400);
    expect(await rate(user, session, 3)).toMatchObject({ rating: 3 });
  });

  test('works for a call that broke off', async () => {
    const { user } = await customer(db);
    const session = await talk(db, user);
    await db.advance(91);
    await sweep(db);
    expect(await rate(user, session, 1)).toMatchObject({ rating: 1 });
  });

  test('ten times at once keeps one of them, whole', async () => {
    const { user, session } = await call();
    await Promise.all(times(10, (index) => rate(user, session, (index % 5) + 1, `${index % 5}`)));
    const { rating, rating_comment } = await sessionRow(db, session);
    expect(rating_comment).toBe(`${Number(rating) - 1}`);
  });

  test('changes nothing that was billed', async () => {
    const { user, session } = await call();
    const { rating: _, rated_at: __, ...before } = await sessionRow(db, session);
    await rate(user, session, 5);
    expect(await sessionRow(db, session)).toMatchObject(before);
  });
});

describe('refused is a rating', () => {
  test.each([[0], [6], [-1], [2_147_483_647], [null]])('of %s', async (rating) => {
    const { user, session } = await call();
    const refusal = await db.refusal(rate(user, session, rating));
    expect(refusal).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    expect(JSON.parse(refusal.detail ?? '')).toEqual({ rating: ['is 1 to 5'] });
    expect(await sessionRow(db, session)).toMatchObject({ rating: null, rated_at: null });
  });

  test('with a comment of 2001 characters; 2000 are taken', async () => {
    const { user, session } = await call();
    const refusal = await db.refusal(rate(user, session, 9, 'x'.repeat(2001)));
    expect(JSON.parse(refusal.detail ?? '')).toEqual({
      rating: ['is 1 to 5'],
      comment: ['has at most 2000 characters'],
    });
    const comment = await db.refusal(rate(user, session, 5, 'x'.repeat(2001)));
    expect(comment).toMatchObject({ code: 'PT400', message: 'invalid_input' });
    expect(JSON.parse(comment.detail ?? '')).toEqual({ comment: ['has at most 2000 characters'] });
    await rate(user, session, 5, 'ü'.repeat(2000));
    expect(await sessionRow(db, session)).toMatchObject({ rating_comment: 'ü'.repeat(2000) });
  });

  test('of a call that is not over', async () => {
    const { user } = await customer(db);
    const { session_id } = await authorize(db, user);
    const early = () => db.refusal(rate(user, session_id, 5));
    expect(await early()).toMatchObject({ code: 'PT409', message: 'illegal_transition' });
    await db.call('service', 'start_session', { session_id, worker_id: 'w' });
    expect(await early()).toMatchObject({ code: 'PT409', message: 'illegal_transition' });
  });

  test("of somebody else's call, or of none", async () => {
    const [mine, theirs] = [await call(), await call()];
    for (const session of [theirs.session, randomUUID(), null]) {
      expect(await db.refusal(rate(mine.user, session, 5))).toMatchObject({
        code: 'PT404',
        message: 'not_found',
      });
    }
    expect(await sessionRow(db, theirs.session)).toMatchObject({ rating: null });
  });

  test('by nobody', async () => {
    const { session } = await call();
    expect(await db.refusal(rate('', session, 5))).toMatchObject({ message: 'not_authenticated' });
    const args = { session_id: session, rating: 5 };
    expect((await db.refusal(db.call('anon', 'rate_session', args))).code).toBe('42501');
    expect((await db.refusal(db.call('service', 'rate_session', args))).code).toBe('42501');
  });
});
