/** Plays sequences of commands against a database and the reference model side by side. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import postgres, { type Sql } from 'postgres';
import { templateDatabase } from '../support/template-database.ts';
import { balance } from './charging.ts';
import { admin } from './calls.ts';
import type { Command } from './commands.ts';
import { balanceCents } from './money.ts';
import { play } from './play.ts';
import { defaultSettings, type Expected, type World } from './state.ts';

/** What model.step() answers. */
interface Step {
  rows: Record<string, unknown>[] | null;
  error: string | null;
  violations: { invariant: string }[];
  state: unknown;
  balance: Record<string, unknown>;
}

/** Where the database and the model part: after which command, and what each of them says. */
export interface Divergence {
  after: Command;
  what: string;
  model: unknown;
  database: unknown;
}

const people = [1, 2, 3].map((n) => `00000000-0000-4000-a000-00000000000${n}`);
const agents = [
  { id: 'basic', rate: 1000, minimum: 0 },
  { id: 'dear', rate: 1500, minimum: 20 },
  { id: 'cheap', rate: 333, minimum: 0 },
  { id: 'pricey_start', rate: 1000, minimum: 90 },
];
const packages = [
  { id: 'hour', seconds: 3600, cents: 999, validityDays: 365 },
  { id: 'odd', seconds: 601, cents: 700, validityDays: 1 },
  { id: 'lasting', seconds: 1000, cents: 333, validityDays: null },
];
/** What verify_ledger() says when the sweep has not run for a while; true again after every sweep. */
const supervision = ['no_session_is_silent_for_long', 'expired_card_is_not_active'];
const startsAt = Date.UTC(2026, 0, 1);

function newWorld(): World {
  return {
    now: startsAt,
    settings: defaultSettings,
    people: people.map((id) => ({ id, isActive: true, attempts: [] })),
    agents,
    packages,
    cards: [],
    sessions: [],
    payments: [],
    events: new Set(),
  };
}

/** One database with one connection: sequences are played in it one after another. */
export class Game {
  readonly #sql: Sql;
  readonly #drop: () => Promise<void>;
  #sequences = 0;
  commands = 0;

  private constructor(sql: Sql, drop: () => Promise<void>) {
    this.#sql = sql;
    this.#drop = drop;
  }

  /** A copy of the migrated template on that server, with the people and things to play with. */
  static async open(serverUrl: string): Promise<Game> {
    const name = `model_${randomUUID().replaceAll('-', '')}`;
    const options = { onnotice: () => {}, max: 1 };
    const maintenance = postgres(`${serverUrl}/postgres`, options);
    await maintenance.unsafe(`create database ${name} template ${templateDatabase}`);
    const sql = postgres(`${serverUrl}/${name}`, options);
    await sql.unsafe(await readFile(new URL('./step.sql', import.meta.url), 'utf8'));
    for (const id of people) {
      await sql`insert into auth.users (id, email, raw_user_meta_data) values (${id}, ${`${id}@example.com`}, '{"full_name": "Ada"}')`;
    }
    await sql`insert into auth.users (id, email) values (${admin}, 'admin@example.com')`;
    await sql`insert into admins (user_id, role) values (${admin}, 'admin')`;
    for (const { id, rate, minimum } of agents) {
      await sql`insert into agent_types (id, name, rate_permille, minimum_charge_seconds) values (${id}, ${id}, ${rate}, ${minimum})`;
    }
    for (const { id, seconds, cents, validityDays } of packages) {
      await sql`insert into packages (id, name, total_seconds, price_cents, validity_days) values (${id}, ${id}, ${seconds}, ${cents}, ${validityDays})`;
    }
    return new Game(sql, async () => {
      await sql.end({ timeout: 5 });
      await maintenance.unsafe(`drop database ${name} with (force)`);
      await maintenance.end();
    });
  }

  close(): Promise<void> {
    return this.#drop();
  }

  /** Plays a sequence in a transaction that is rolled back; answers the first divergence, or null. */
  async sequence(commands: readonly Command[]): Promise<Divergence | null> {
    // Rolled back rows stay in the tables until a vacuum, and everything reads whole tables here.
    if (this.#sequences++ % 50 === 49) await this.#sql.unsafe('vacuum');
    const world = newWorld();
    const sql = await this.#sql.reserve();
    try {
      await sql`begin`;
      for (const command of commands) {
        // Nothing happens at the same moment as something else: "oldest" is never a tie.
        world.now += 1;
        this.commands += 1;
        const divergence = await this.#step(sql, world, command);
        if (divergence) return divergence;
      }
      return await this.#lastCheck(sql, commands);
    } finally {
      await sql`rollback`;
      sql.release();
    }
  }

  /** verify_ledger() itself, whose parts have been asked after every step. */
  async #lastCheck(sql: Sql, commands: readonly Command[]): Promise<Divergence | null> {
    const last = commands.at(-1);
    const rows = await sql<{ invariant: string }[]>`select * from public.verify_ledger()`;
    const violations = rows.filter(({ invariant }) => !supervision.includes(invariant));
    if (!last || violations.length === 0) return null;
    return { after: last, what: 'verify_ledger at the end', model: [], database: violations };
  }

  async #step(sql: Sql, world: World, command: Command): Promise<Divergence | null> {
    const { caller, subject, statement, expect } = play(world, command);
    const at = new Date(world.now).toISOString();
    // Everybody's balance is asked in turn.
    const person = people[this.commands % people.length] ?? '';
    const [row] =
      await sql`select model.step(${at}, ${caller}, ${subject}, ${statement}, ${person}) as step`;
    const step = row?.step as Step;
    const expected = expect(step.rows ?? []);
    const given = { after: command };
    const violations = step.violations.filter(
      ({ invariant }) => command.op === 'sweep' || !supervision.includes(invariant),
    );
    if (violations.length > 0) {
      return { ...given, what: 'verify_ledger', model: [], database: violations };
    }
    return (
      differs(given, 'answer', ...answers(expected, step)) ??
      differs(given, 'state', picture(world), step.state) ??
      differs(given, 'balance', balance(world, person), step.balance)
    );
  }
}

function differs(
  given: { after: Command },
  what: string,
  model: unknown,
  database: unknown,
): Divergence | null {
  const difference = compare(model, database);
  return difference && { ...given, what, ...difference };
}

/** Where two values are not the same; null: nowhere. What the model leaves undefined, the design does not say. */
function compare(model: unknown, database: unknown): { model: unknown; database: unknown } | null {
  if (model === undefined || isDeepStrictEqual(model, database)) return null;
  if (!isPlain(model) || !isPlain(database)) return { model, database };
  const found = { model: {} as Record<string, unknown>, database: {} as Record<string, unknown> };
  for (const key of new Set([...Object.keys(model), ...Object.keys(database)])) {
    const inside =
      key in model ? compare(model[key], database[key]) : { model: null, database: database[key] };
    if (!inside) continue;
    found.model[key] = inside.model;
    found.database[key] = inside.database;
  }
  return Object.keys(found.model).length > 0 ? found : null;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Both answers, the database's cut down to the fields that the model knows. */
function answers(expected: Expected, step: Step): [unknown, unknown] {
  const refused = (error: unknown): [unknown, unknown] => [
    'errors' in expected && expected.errors.includes(String(error)) ? { error } : expected,
    { error },
  ];
  if (step.error !== null) return refused(step.error);
  const rows = (step.rows ?? []).map(unwrapped);
  const [first] = rows;
  // A refusal that had to be counted is answered, not raised.
  if (first && 'hint' in first && 'message' in first) return refused(first.message);
  if ('errors' in expected) return [expected, { rows }];
  const known = rows.map((row, index) => {
    const fields = Object.keys(expected.rows[index] ?? row);
    return Object.fromEntries(fields.map((field) => [field, row[field]]));
  });
  return [expected, { rows: known }];
}

/** A function that answers one JSON object answers it in a column of its own name. */
function unwrapped(row: Record<string, unknown>): Record<string, unknown> {
  const values = Object.values(row);
  const [value] = values;
  const isWrapped = values.length === 1 && typeof value === 'object' && value !== null;
  return isWrapped ? (value as Record<string, unknown>) : row;
}

/** The model's state in the shape of model.state(). */
function picture(world: World): unknown {
  return {
    cards: Object.fromEntries(
      world.cards.map(
        ({
          id,
          owner,
          source,
          status,
          remaining,
          held,
          used,
          expired,
          revoked,
          owed,
          expiresAt,
        }) => [
          id,
          { owner, source, status, remaining, held, used, expired, revoked, owed, expiresAt },
        ],
      ),
    ),
    sessions: Object.fromEntries(
      world.sessions.map((s) => [
        s.id,
        {
          user: s.user,
          status: s.status,
          granted: s.granted,
          used: s.used,
          billed: s.billed,
          uncollected: s.uncollected,
          seq: s.seq,
          settledBy: s.settledBy,
          proof: s.proof,
          startedAt: s.startedAt,
          endedAt: s.endedAt,
          endRequested: s.endRequested,
          holds: s.holds.map(({ card, held, used }) => ({ card: card.id, held, used })),
        },
      ]),
    ),
    payments: Object.fromEntries(
      world.payments.map((payment) => [
        payment.id,
        {
          status: payment.status,
          refundedCents: payment.refundedCents,
          card: payment.card.id,
          book: balanceCents(payment),
        },
      ]),
    ),
  };
}
