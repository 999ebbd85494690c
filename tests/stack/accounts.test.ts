import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { connect, operator, signUp } from '../support/stack.ts';

const email = () => `${randomUUID()}@example.com`;

test.each(['short1A', 'alllowercase1', 'ALLUPPERCASE1', 'NoDigitsHere'])(
  'the password %s is refused as weak',
  async (password) => {
    const { data, error } = await connect().auth.signUp({ email: email(), password });
    expect(error).toMatchObject({ status: 422, code: 'weak_password' });
    expect(data.user).toBeNull();
  },
);

test.each(['A', 'x'.repeat(101)])(
  'a name of %# characters out of bounds is refused',
  async (name) => {
    const address = email();
    const { error } = await connect().auth.signUp({
      email: address,
      password: 'Correct1Horse',
      options: { data: { full_name: name } },
    });
    expect(error).not.toBeNull();
    const { data } = await operator.from('profiles').select('id').eq('email', address);
    expect(data).toEqual([]);
  },
);

test('signing up makes the profile that the person then reads', async () => {
  const person = await signUp('Grace Hopper');
  const { data } = await person.client
    .from('profiles')
    .select('id, email, full_name, is_active')
    .single();
  expect(data).toEqual({
    id: person.id,
    email: person.email,
    full_name: 'Grace Hopper',
    is_active: true,
  });
});

test('an address signs up once', async () => {
  const person = await signUp();
  const { error } = await connect().auth.signUp({ email: person.email, password: 'Correct1Horse' });
  expect(error?.code).toBe('user_already_exists');
});

test('signing in works with the right password only', async () => {
  const person = await signUp();
  const client = connect();
  const wrong = await client.auth.signInWithPassword({
    email: person.email,
    password: 'Wrong1Horse',
  });
  expect(wrong.error?.code).toBe('invalid_credentials');
  const right = await client.auth.signInWithPassword({
    email: person.email,
    password: 'Correct1Horse',
  });
  expect(right.data.user?.id).toBe(person.id);
});

test('a person changes their name and preferences, and nothing else of their profile', async () => {
  const person = await signUp();
  const own = () => person.client.from('profiles');
  const changed = await own()
    .update({ full_name: 'Ada King', preferences: { voice: 'calm' } })
    .eq('id', person.id)
    .select('full_name, preferences')
    .single();
  expect(changed.data).toEqual({ full_name: 'Ada King', preferences: { voice: 'calm' } });

  const refused = await own().update({ is_active: false }).eq('id', person.id);
  expect(refused.error?.code).toBe('42501');
  const tooShort = await own().update({ full_name: 'A' }).eq('id', person.id);
  expect(tooShort.error).toMatchObject({ code: 'PT400', message: 'invalid_input' });
});

test('anybody reads the price list and the agents on offer without signing in', async () => {
  const visitor = connect();
  const { data: packages } = await visitor.from('packages').select('*').order('sort_order');
  expect(packages?.[0]).toMatchObject({
    id: 'starter_1h',
    total_seconds: 3600,
    price_cents: 999,
    currency: 'usd',
  });
  const { data: agents } = await visitor.from('agent_types').select('id').order('sort_order');
  expect(agents).toEqual([{ id: 'basic' }, { id: 'enhanced' }, { id: 'rag' }]);
});
