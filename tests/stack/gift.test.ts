import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import {
  balanceOf,
  invoke,
  owner,
  payAtCheckout,
  paymentStatus,
  type Person,
  poll,
  signUp,
  stack,
  violations,
} from '../support/stack.ts';

afterEach(async () => {
  expect(await violations()).toEqual([]);
});

const ordered = z.object({
  payment_id: z.string(),
  time_card_id: z.string(),
  checkout_url: z.string(),
  activation_code: z.string().regex(/^(?:[0-9A-Z]{4}-){4}[0-9A-Z]$/),
});

/** Orders an hour for somebody else. */
async function orderGift(giver: Person) {
  const { status, body } = await invoke('purchase', {
    as: giver,
    body: { package_id: 'starter_1h', gift: true },
  });
  expect(status).toBe(201);
  return ordered.parse(body);
}

async function giveAnHour(giver: Person) {
  const gift = await orderGift(giver);
  await payAtCheckout(stack, gift.checkout_url);
  await poll(
    'the webhook',
    () => paymentStatus(gift.payment_id),
    (status) => status === 'succeeded',
  );
  return gift;
}

/** A code that has the right shape, and that nobody has. */
const WRONG_CODE = 'ZZZZ-ZZZZ-ZZZZ-ZZZZ-Z';

function attemptsOf(person: Person): Promise<number> {
  return owner`select count(*)::int as count from private.code_attempts where user_id = ${person.id}`.then(
    ([row]) => Number(row?.count),
  );
}

test('a gift is paid by one and talked by the other', async () => {
  const [giver, friend] = [await signUp(), await signUp('Grace Hopper')];
  const gift = await giveAnHour(giver);
  expect([await balanceOf(giver), await balanceOf(friend)]).toEqual([0, 0]);

  const typed = gift.activation_code.toLowerCase().replaceAll('-', ' ');
  const { data, error, status } = await friend.client.rpc('redeem_code', { code: typed });
  expect(error).toBeNull();
  expect(status).toBe(200);
  expect(data).toMatchObject({ time_card_id: gift.time_card_id, total_seconds: 3600 });
  expect([await balanceOf(giver), await balanceOf(friend)]).toEqual([0, 3600]);

  const { data: seen } = await giver.client.from('time_cards').select('*').single();
  expect(seen).toMatchObject({
    id: gift.time_card_id,
    source: 'gift',
    owner_id: friend.id,
    code_hint: gift.activation_code.replaceAll('-', '').slice(-4),
  });
});

test('its code is told once: not to the same request again, nor in any row', async () => {
  const giver = await signUp();
  const request = {
    as: giver,
    body: { package_id: 'starter_1h', gift: true },
    headers: { 'idempotency-key': 'gift-1' },
  };
  const first = ordered.parse((await invoke('purchase', request)).body);
  const again = await invoke('purchase', request);
  expect(again.status).toBe(201);
  expect(again.body).toMatchObject({ payment_id: first.payment_id });
  expect(again.body).not.toHaveProperty('activation_code');
  const { data: cards } = await giver.client.from('time_cards').select('*');
  const { data: payments } = await giver.client.from('payments').select('*');
  expect(JSON.stringify([cards, payments])).not.toContain(first.activation_code);
});

test('it is worth nothing until it is paid', async () => {
  const [giver, friend] = [await signUp(), await signUp()];
  const gift = await orderGift(giver);
  const early = await friend.client.rpc('redeem_code', { code: gift.activation_code });
  expect(early.error?.message).toBe('code_not_accepted');
  await payAtCheckout(stack, gift.checkout_url);
  await poll(
    'the webhook',
    () => paymentStatus(gift.payment_id),
    (status) => status === 'succeeded',
  );
  const { error } = await friend.client.rpc('redeem_code', { code: gift.activation_code });
  expect(error).toBeNull();
  expect(await balanceOf(friend)).toBe(3600);
});

test('a refusal is an ordinary error to the client, and the attempt is counted all the same', async () => {
  const [giver, friend, late] = [await signUp(), await signUp(), await signUp()];
  const gift = await giveAnHour(giver);
  await friend.client.rpc('redeem_code', { code: gift.activation_code });

  for (const [code, attempts] of [
    [WRONG_CODE, 1],
    [gift.activation_code, 2],
  ] as const) {
    const { data, error, status } = await late.client.rpc('redeem_code', { code });
    expect(status).toBe(404);
    expect(data).toBeNull();
    expect(error).toMatchObject({
      code: 'PT404',
      message: 'code_not_accepted',
      details: `{"attempts_left": ${10 - attempts}}`,
      hint: expect.stringContaining('not valid'),
    });
    expect(await attemptsOf(late)).toBe(attempts);
  }
  expect(await balanceOf(late)).toBe(0);
});

test('who guesses is stopped, also with the right code', async () => {
  const [giver, guesser] = [await signUp(), await signUp()];
  const gift = await giveAnHour(giver);
  const guesses = await Promise.all(
    Array.from({ length: 12 }, () => guesser.client.rpc('redeem_code', { code: WRONG_CODE })),
  );
  const answers = guesses.map(({ status, error }) => `${status} ${error?.message}`);
  expect(answers.filter((answer) => answer === '404 code_not_accepted')).toHaveLength(10);
  expect(answers.filter((answer) => answer === '429 too_many_attempts')).toHaveLength(2);
  const right = await guesser.client.rpc('redeem_code', { code: gift.activation_code });
  expect(right.error?.message).toBe('too_many_attempts');
  expect(await balanceOf(guesser)).toBe(0);
});

test('two who redeem it at once: one gets it', async () => {
  const gift = await giveAnHour(await signUp());
  const friends = await Promise.all([signUp(), signUp(), signUp()]);
  const answers = await Promise.all(
    friends.map(({ client }) => client.rpc('redeem_code', { code: gift.activation_code })),
  );
  expect(answers.filter(({ error }) => error === null)).toHaveLength(1);
  const balances = await Promise.all(friends.map(balanceOf));
  expect(balances.toSorted()).toEqual([0, 0, 3600]);
});

test('a code that was lost is replaced, and the lost one dies', async () => {
  const [giver, friend] = [await signUp(), await signUp()];
  const gift = await giveAnHour(giver);
  const { data, error } = await giver.client.rpc('reissue_gift_code', {
    time_card_id: gift.time_card_id,
  });
  expect(error).toBeNull();
  const old = await friend.client.rpc('redeem_code', { code: gift.activation_code });
  expect(old.error?.message).toBe('code_not_accepted');
  const fresh = await friend.client.rpc('redeem_code', { code: data?.activation_code ?? '' });
  expect(fresh.error).toBeNull();
  expect(await balanceOf(friend)).toBe(3600);
  const foreign = await friend.client.rpc('reissue_gift_code', {
    time_card_id: gift.time_card_id,
  });
  expect(foreign.error).toMatchObject({ code: 'PT404', message: 'not_found' });
});

test('a card pays a gift at once', async () => {
  const [giver, friend] = [await signUp(), await signUp()];
  const { body } = await invoke('purchase', {
    as: giver,
    body: { package_id: 'starter_1h', gift: true, payment_method_id: 'pm_card_visa' },
  });
  expect(body).toMatchObject({ status: 'succeeded' });
  await friend.client.rpc('redeem_code', { code: String(body.activation_code) });
  expect([await balanceOf(giver), await balanceOf(friend)]).toEqual([0, 3600]);
});
