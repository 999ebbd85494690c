import { randomUUID } from 'node:crypto';
import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import postgres, { type Sql } from 'postgres';
import { Stripe } from 'stripe';
import { inject, test } from 'vitest';
import { z } from 'zod';
import { payAtCheckout } from '../../local/demo/checkout.ts';
import { poll } from '../../local/demo/customer.ts';
import type { Database } from '../../supabase/functions/_shared/database.types.ts';

export { payAtCheckout, poll };
export type Client = SupabaseClient<Database>;

/** The running stack's addresses and keys. */
export const stack = inject('stack');

/** A test that needs the voice part. Skipped where there is no LiveKit server to be had. */
export const voiceTest = stack.LIVEKIT_URL ? test : test.skip;
if (!stack.LIVEKIT_URL)
  console.warn('Tests of calls are skipped: there is no LiveKit server here.');

/** A signed-in person. */
export interface Person {
  id: string;
  email: string;
  accessToken: string;
  client: Client;
}

/** An answer of an Edge Function, read whole. */
export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export function connect(key = stack.PUBLISHABLE_KEY): Client {
  return createClient<Database>(stack.API_URL, key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

/** The operator, with the secret key. */
export const operator = connect(stack.SECRET_KEY);

/** The owner of the database, for arranging what no API may do. Ends with the process. */
export const owner: Sql = postgres(stack.DB_URL, { onnotice: () => {}, max: 3, idle_timeout: 5 });

/** The real SDK against the double. */
export function stripe(): Stripe {
  const { hostname, port, protocol } = new URL(stack.STRIPE_API_BASE ?? '');
  return new Stripe(stack.STRIPE_SECRET_KEY, {
    host: hostname,
    port,
    protocol: protocol === 'https:' ? 'https' : 'http',
    maxNetworkRetries: 0,
  });
}

export async function signUp(fullName = 'Ada Lovelace'): Promise<Person> {
  const client = connect();
  const email = `${randomUUID()}@example.com`;
  const { data, error } = await client.auth.signUp({
    email,
    password: 'Correct1Horse',
    options: { data: { full_name: fullName } },
  });
  if (error || !data.user || !data.session) throw error ?? new Error('no session');
  return { id: data.user.id, email, accessToken: data.session.access_token, client };
}

/** A signed-in admin, or somebody of the support. */
export async function signUpAdmin(role: 'admin' | 'support' = 'admin'): Promise<Person> {
  const person = await signUp('Grace Hopper');
  await owner`insert into admins (user_id, role) values (${person.id}, ${role})`;
  return person;
}

/** Calls an Edge Function as a person (or as nobody), and reads the answer whatever its status. */
export async function invoke(
  name: string,
  options: {
    as?: Person | null;
    body?: unknown;
    rawBody?: string | Uint8Array<ArrayBuffer>;
    method?: string;
    headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const headers: Record<string, string> = {
    apikey: stack.PUBLISHABLE_KEY,
    'content-type': 'application/json',
    ...(options.as ? { authorization: `Bearer ${options.as.accessToken}` } : {}),
    ...options.headers,
  };
  const method = options.method ?? 'POST';
  const response = await fetch(`${stack.API_URL}/functions/v1/${name}`, {
    method,
    headers,
    ...(method === 'GET' || method === 'HEAD'
      ? {}
      : { body: options.rawBody ?? JSON.stringify(options.body ?? {}) }),
  });
  const text = await response.text();
  const body = text ? z.record(z.string(), z.unknown()).parse(JSON.parse(text)) : {};
  return { status: response.status, headers: response.headers, body };
}

/** Runs the sweep and the reconciliation, as the scheduler does. */
export function maintenance(): Promise<Answer> {
  return invoke('maintenance', { headers: { apikey: stack.SECRET_KEY } });
}

/** Orders an hour through hosted checkout. */
export async function orderAnHour(person: Person) {
  const { status, body } = await invoke('purchase', {
    as: person,
    body: { package_id: 'starter_1h' },
  });
  if (status !== 201) throw new Error(`purchase answered ${status}: ${JSON.stringify(body)}`);
  return z
    .object({ payment_id: z.string(), time_card_id: z.string(), checkout_url: z.string() })
    .parse(body);
}

export async function paymentStatus(paymentId: string): Promise<string> {
  const { data, error } = await operator
    .from('payments')
    .select('status')
    .eq('id', paymentId)
    .single();
  if (error) throw new Error(error.message);
  return data.status;
}

/** Orders an hour, pays it, and waits for the webhook; answers the payment's and the card's id. */
export async function buyAnHour(person: Person) {
  const order = await orderAnHour(person);
  await payAtCheckout(stack, order.checkout_url);
  await poll(
    'the webhook',
    () => paymentStatus(order.payment_id),
    (status) => status === 'succeeded',
  );
  return order;
}

/** Gives a person a card of so many seconds without a purchase. */
export async function giveCard(person: Pick<Person, 'id'>, seconds: number): Promise<string> {
  const id = randomUUID();
  await owner`insert into time_cards (id, owner_id, source, status) values (${id}, ${person.id}, 'grant', 'active')`;
  await owner`select private.move_seconds(${id}, 'issue', null, 'remaining', ${seconds})`;
  return id;
}

export async function balanceOf(person: Person): Promise<number | null> {
  const { data, error } = await person.client.rpc('get_balance');
  if (error) throw new Error(error.message);
  return data.remaining_seconds;
}

/** Asks the switches of the Stripe double: `faults` to set one, `flush` to wait until all webhooks are delivered. */
export async function stripeDouble(
  path: string,
  body: object = {},
  method = 'POST',
): Promise<unknown> {
  const response = await fetch(`${stack.STRIPE_API_BASE}/_double/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.STRIPE_SECRET_KEY}`,
      'content-type': 'application/json',
    },
    ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok)
    throw new Error(`the double answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Takes back every fault of the Stripe double that has not happened yet. */
export async function healStripe(): Promise<void> {
  await stripeDouble('faults', {}, 'DELETE');
}

/** Every invariant that is broken; empty when all is well. */
export async function violations(): Promise<unknown[]> {
  const { data, error } = await operator.rpc('verify_ledger');
  if (error) throw new Error(error.message);
  return data;
}
