import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, openShop, signUp, type TestDatabase } from '../support/database.ts';
import {
  atOnce,
  cardState,
  gift,
  randomFrom,
  redeem,
  refusedCode,
  setSettings,
  settleUp,
  times,
} from './scenario.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await openDatabase();
  await openShop(db);
});
afterEach(() => settleUp(db));
afterAll(() => db.close());

/** Crockford's base 32, written a second time. */
const alphabet = [...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'];
const wrongCode = 'AAAA-BBBB-CCCC-DDDD-E';

async function check(characters: string): Promise<string> {
  const [row] = await db.owner`select private.check_character(${characters}) as check`;
  return String(row?.check);
}

/** A pending card of nobody's, as an admin's batch makes it, and its code. */
async function promoCode(
  columns: Record<string, unknown> = {},
): Promise<[card: string, code: string]> {
  const [card] = await db.owner`
    insert into time_cards ${db.owner({ source: 'promo', status: 'pending', ...columns })} returning id`;
  const [row] = await db.owner`
    select private.move_seconds(${card?.id}, 'issue', null, 'remaining', 600), private.issue_code(${card?.id}) as code`;
  return [String(card?.id), String(row?.code)];
}

async function attempts(user: string): Promise<number> {
  const [row] = await db.owner`
    select count(*) from private.code_attempts where user_id = ${user}`;
  return Number(row?.count);
}

describe('a code', () => {
  test('is four groups of four characters and a check character, none of which look alike', async () => {
    for (const _ of times(50, (index) => index)) {
      const [card, code] = await promoCode();
      expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]$/);
      const characters = code.replaceAll('-', '');
      expect(await check(characters.slice(0, 16))).toBe(characters[16]);
      const [row] = await db.owner`select code_hint from time_cards where id = ${card}`;
      expect(row?.code_hint).toBe(characters.slice(-4));
    }
  });

  test('is random in every place: every character comes up everywhere', async () => {
    const rows = await db.owner`
      with cards as (insert into time_cards (source) select 'promo' from generate_series(1, 600) returning id)
      select id from cards`;
    const codes = await db.owner`
      select replace(private.issue_code(id), '-', '') as code from time_cards where id in ${db.owner(rows.map(({ id }) => id as string))}`;
    expect(new Set(codes.map(({ code }) => code)).size).toBe(600);
    for (const place of times(17, (index) => index)) {
      const seen = new Set(codes.map(({ code }) => String(code)[place]));
      expect({ place, seen: [...seen].toSorted().join('') }).toEqual({
        place,
        seen: alphabet.join(''),
      });
    }
  });

  test('is kept as an HMAC only, under a key that every database has of its own', async () => {
    const [card, code] = await promoCode();
    const [row] = await db.owner`
      select octet_length(a.code_hmac) as bytes,
        a.code_hmac = extensions.hmac(${code.replaceAll('-', '')}, s.code_pepper, 'sha256') as is_hmac,
        octet_length(s.code_pepper) as pepper_bytes
      from private.activation_codes a cross join private.secrets s where a.card_id = ${card}`;
    expect(row).toEqual({ bytes: 32, is_hmac: true, pepper_bytes: 32 });
    const everything = await db.owner`
      select to_jsonb(c)::text || to_jsonb(a)::text as row from time_cards c join private.activation_codes a on a.card_id = c.id`;
    for (const { row: text } of everything) {
      expect(text).not.toContain(code.slice(0, 9));
      expect(text).not.toContain(code.replaceAll('-', '').slice(0, 12));
    }
  });

  test('has a check character that shows any one wrong character', async () => {
    const random = randomFrom(5);
    const pick = () => alphabet[Math.floor(random() * 32)] as string;
    const right = times(16, pick).join('');
    const checks = await check(right);
    for (const place of times(16, (index) => index)) {
      for (const wrong of alphabet.filter((character) => character !== right[place])) {
        const typo = right.slice(0, place) + wrong + right.slice(place + 1);
        expect({ typo, check: await check(typo) }).not.toEqual({ typo, check: checks });
      }
    }
  });

  test('has a check character that shows every swap of neighbours but that of 0 and Z', async () => {
    const missed: string[] = [];
    for (const one of alphabet) {
      for (const other of alphabet.filter((character) => character > one)) {
        // Both parities of the place.
        const [there, back] = [`${one}${other}1`, `${other}${one}1`];
        if ((await check(there)) === (await check(back))) missed.push(one + other);
        if ((await check(`${there}1`)) === (await check(`${back}1`))) missed.push(one + other);
      }
    }
    expect(missed).toEqual(['0Z', '0Z']);
  });
});

describe('redeeming a code', () => {
  test('turns its card over to the caller, from now on and for as long as was meant', async () => {
    const user = await signUp(db);
    const [card, code] = await promoCode({ validity_days: 30 });
    await db.advance(5 * 86_400);
    const { status, body } = await redeem(db, user, code);
    expect({ status, body }).toEqual({
      status: null,
      body: {
        time_card_id: card,
        total_seconds: 600,
        remaining_seconds: 600,
        expires_at: expect.any(String),
      },
    });
    const [row] = await db.owner`
      select owner_id, status, expires_at - activated_at = interval '30 days' as lasts,
        to_jsonb(expires_at) #>> '{}' = ${String(body.expires_at)} as is_told,
        private.now() - activated_at < interval '1 minute' as starts_now
      from time_cards where id = ${card}`;
    expect(row).toEqual({
      owner_id: user,
      status: 'active',
      lasts: true,
      is_told: true,
      starts_now: true,
    });
    expect(await db.call({ user }, 'get_balance')).toMatchObject({ remaining_seconds: 600 });
  });

  test('of a card without a validity gives time that never expires', async () => {
    const [, code] = await promoCode();
    expect((await redeem(db, await signUp(db), code)).body).toMatchObject({ expires_at: null });
  });

  test.each<[string, (code: string) => string]>([
    ['in lower case', (code) => code.toLowerCase()],
    ['without separators', (code) => code.replaceAll('-', '')],
    ['with spaces', (code) => ` ${[...code.replaceAll('-', '')].join(' ')}\t\n`],
    ['with other separators', (code) => `«${code.replaceAll('-', '_–.')}»`],
    ['with O for 0', (code) => code.replaceAll('0', 'O')],
    ['with o for 0', (code) => code.replaceAll('0', 'o')],
    ['with I for 1', (code) => code.replaceAll('1', 'I')],
    ['with l for 1', (code) => code.replaceAll('1', 'l')],
  ])('takes it %s', async (_, typed) => {
    // A code that has both characters that are mistaken for letters.
    let [card, code] = await promoCode();
    while (!/0.*1|1.*0/.test(code)) [card, code] = await promoCode();
    expect((await redeem(db, await signUp(db), typed(code))).body).toMatchObject({
      time_card_id: card,
    });
  });

  test('works once, for its owner too', async () => {
    const [user, other] = [await signUp(db), await signUp(db)];
    const [card, code] = await promoCode();
    await redeem(db, user, code);
    const before = await cardState(db, card);
    expect(await redeem(db, user, code)).toEqual(refusedCode);
    expect(await redeem(db, other, code)).toEqual(refusedCode);
    expect(await cardState(db, card)).toEqual(before);
    const codes = await db.owner`select from private.activation_codes where card_id = ${card}`;
    expect(codes).toHaveLength(0);
  });

  test('twenty times at once gives the card to one of them', async () => {
    const users = await Promise.all(times(20, () => signUp(db)));
    const [card, code] = await promoCode();
    const answers = await Promise.all(users.map((user) => redeem(db, user, code)));
    const winners = users.filter((_, index) => answers[index]?.status === null);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === '404')).toHaveLength(19);
    const [row] = await db.owner`select owner_id from time_cards where id = ${card}`;
    expect(row?.owner_id).toBe(winners[0]);
  });

  test('answers one and the same to a wrong, a used, an unpaid, and a revoked one', async () => {
    const [user, other] = [await signUp(db), await signUp(db)];
    const [, used] = await promoCode();
    await redeem(db, other, used);
    const [revoked, revokedCode] = await promoCode();
    await db.owner`update time_cards set status = 'revoked' where id = ${revoked}`;
    await db.owner`select private.move_seconds(${revoked}, 'revoke', 'remaining', 'revoked', 600)`;
    const unpaid = await gift(db, other, false);
    const answers: unknown[] = [];
    for (const code of [wrongCode, used, revokedCode, unpaid.code, '-', 'ü', 'x'.repeat(200)]) {
      const { status, body } = await redeem(db, user, code);
      answers.push({ status, ...body, details: undefined });
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: '404', message: 'code_not_accepted' });
  });

  test('with one character wrong is refused', async () => {
    const [card, code] = await promoCode();
    const typo = (code.startsWith('A') ? 'B' : 'A') + code.slice(1);
    expect(await redeem(db, await signUp(db), typo)).toEqual(refusedCode);
    expect(await redeem(db, await signUp(db), code.slice(0, -1))).toEqual(refusedCode);
    expect(await cardState(db, card)).toEqual({ status: 'pending', remaining: 600 });
  });

  test.each([[null], [''], ['   '], ['x'.repeat(201)]])(
    'that is %j is invalid_input and no attempt',
    async (code) => {
      const user = await signUp(db);
      expect(await db.refusal(redeem(db, user, code))).toMatchObject({
        code: 'PT400',
        message: 'invalid_input',
        detail: expect.stringContaining('"code"'),
      });
      expect(await attempts(user)).toBe(0);
    },
  );

  test('by somebody inactive is account_inactive, counts nothing and takes nothing', async () => {
    const user = await signUp(db);
    const [card, code] = await promoCode();
    await db.owner`update profiles set is_active = false where id = ${user}`;
    for (const typed of [code, wrongCode]) {
      expect(await db.refusal(redeem(db, user, typed))).toMatchObject({
        code: 'PT403',
        message: 'account_inactive',
      });
    }
    expect(await attempts(user)).toBe(0);
    expect(await cardState(db, card)).toEqual({ status: 'pending', remaining: 600 });
  });

  test('by nobody is not_authenticated, by a visitor not permitted', async () => {
    expect(await db.refusal(redeem(db, '', wrongCode))).toMatchObject({
      code: 'PT401',
      message: 'not_authenticated',
    });
    for (const caller of ['anon', 'service'] as const) {
      const call = db.as(caller, (sql) => sql`select public.redeem_code(${wrongCode})`);
      expect((await db.refusal(call)).code).toBe('42501');
    }
  });
});

describe('attempts', () => {
  const attemptsLeft = async (user: string, code = wrongCode) =>
    JSON.parse(String((await redeem(db, user, code)).body.details)).attempts_left as number;
  const tooMany = { code: 'PT429', message: 'too_many_attempts' };

  test('are counted although they are refused, down to the limit, and then no code is looked at', async () => {
    await setSettings(db, { code_attempts_per_hour: 3 });
    const user = await signUp(db);
    const [card, code] = await promoCode();
    expect(await attemptsLeft(user)).toBe(2);
    expect(await attemptsLeft(user)).toBe(1);
    expect(await attemptsLeft(user)).toBe(0);
    const refusal = await db.refusal(redeem(db, user, wrongCode));
    expect(refusal).toMatchObject(tooMany);
    expect(JSON.parse(refusal.detail ?? '')).toEqual({ limit: 3 });
    expect(await db.refusal(redeem(db, user, code))).toMatchObject(tooMany);
    expect(await cardState(db, card)).toEqual({ status: 'pending', remaining: 600 });
  });

  test('that were accepted are not counted', async () => {
    await setSettings(db, { code_attempts_per_hour: 2 });
    const user = await signUp(db);
    for (const _ of times(5, (index) => index)) {
      const [, code] = await promoCode();
      expect((await redeem(db, user, code)).status).toBeNull();
    }
    expect(await attemptsLeft(user)).toBe(1);
  });

  test("are each person's own", async () => {
    await setSettings(db, { code_attempts_per_hour: 1 });
    const [user, other] = [await signUp(db), await signUp(db)];
    await redeem(db, user, wrongCode);
    expect(await db.refusal(redeem(db, user, wrongCode))).toMatchObject(tooMany);
    const [card, code] = await promoCode();
    expect((await redeem(db, other, code)).body).toMatchObject({ time_card_id: card });
  });

  test('come back one by one, each an hour after it was made, and not a second before', async () => {
    await setSettings(db, { code_attempts_per_hour: 2 });
    const user = await signUp(db);
    await redeem(db, user, wrongCode);
    await db.advance(1800);
    await redeem(db, user, wrongCode);
    await db.advance(1790);
    expect(await db.refusal(redeem(db, user, wrongCode))).toMatchObject(tooMany);
    await db.advance(11);
    expect(await attemptsLeft(user)).toBe(0);
    expect(await db.refusal(redeem(db, user, wrongCode))).toMatchObject(tooMany);
    await db.advance(3601);
    expect(await attemptsLeft(user)).toBe(1);
    expect(await attempts(user)).toBe(1);
  });

  test('made at once are at most the limit', async () => {
    const user = await signUp(db);
    const calls = times(25, (index) => redeem(db, user, `${wrongCode}${index}`));
    const refused = await atOnce(calls);
    expect(refused).toEqual(times(15, () => 'too_many_attempts'));
    expect(await attempts(user)).toBe(10);
  });

  test('made at once with the right code among them give its card at most once', async () => {
    await setSettings(db, { code_attempts_per_hour: 3 });
    const user = await signUp(db);
    const [card, code] = await promoCode();
    const calls = times(12, (index) => redeem(db, user, index % 4 === 3 ? code : wrongCode));
    await atOnce(calls);
    expect(await attempts(user)).toBe(3);
    const [row] = await db.owner`
      select count(*) from time_cards where owner_id = ${user} and id = ${card} and status = 'active'`;
    expect(Number(row?.count)).toBeLessThanOrEqual(1);
  });
});

test('codes, attempts and the pepper cannot be reached by anybody of the API', async () => {
  const user = await signUp(db);
  const [card] = await promoCode();
  for (const caller of ['anon', { user }, 'service'] as const) {
    for (const statement of [
      'select code_pepper from private.secrets',
      'select * from private.activation_codes',
      'delete from private.code_attempts',
      `select private.issue_code('${card}')`,
      "select private.code_hmac('A')",
      "select private.normal_code('A')",
      `select private.check_character('A')`,
    ]) {
      const call = db.as(caller, (sql) => sql.unsafe(statement));
      expect({ statement, code: (await db.refusal(call)).code }).toEqual({
        statement,
        code: '42501',
      });
    }
  }
});
