/** How the database is called: as whom, with what, and what the model is to expect. */
import type { Command } from './commands.ts';
import { answer, type Expected, type World } from './state.ts';

export type Rows = Record<string, unknown>[];

/** A call of the database, and the model's step with the rows that the database answered (for ids it made up). */
export interface Play {
  caller: 'service_role' | 'authenticated' | 'none';
  subject: string;
  statement: string;
  expect: (rows: Rows) => Expected;
}

/** The one admin, who plays no other part. */
export const admin = '00000000-0000-4000-a000-0000000000ad';
export const nowhere = '00000000-0000-4000-8000-000000000000';

/** A value as an SQL literal whose type the function's argument decides. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'object') return `${literal(JSON.stringify(value))}::jsonb`;
  return `'${String(value).replaceAll("'", "''")}'`;
}

function rowsOf(query: string): string {
  return `select coalesce(jsonb_agg(to_jsonb(r)), '[]') from (${query}) r`;
}

function call(name: string, args: Record<string, unknown>): string {
  const list = Object.entries(args).map(([key, value]) => `${key} => ${literal(value)}`);
  return rowsOf(`select * from public.${name}(${list.join(', ')})`);
}

export function service(name: string, args: Record<string, unknown>, expect: Play['expect']): Play {
  return { caller: 'service_role', subject: '', statement: call(name, args), expect };
}

export function asUser(
  user: string,
  name: string,
  args: Record<string, unknown>,
  expect: Play['expect'],
): Play {
  return { caller: 'authenticated', subject: user, statement: call(name, args), expect };
}

/** Every act of an admin has a reason. */
export function asAdmin(name: string, args: Record<string, unknown>, expect: Play['expect']): Play {
  return asUser(admin, name, { ...args, reason: 'played' }, expect);
}

/** The owner of the database, for what has no call of its own. */
export function asOwner(statement: string, apply: () => void): Play {
  const expect = () => {
    apply();
    return answer();
  };
  return { caller: 'none', subject: '', statement, expect };
}

export const timestamp = (at: number | null) => (at === null ? null : new Date(at).toISOString());

/** The thing that a pick means: counted from the latest, wrapping round. */
export function picked<T>(list: readonly T[], pick: number): T | undefined {
  return list.length === 0 ? undefined : list[list.length - 1 - (pick % list.length)];
}

/** Who a pick means. */
export function personOf(world: World, pick: number): string {
  return picked(world.people, pick)?.id ?? nowhere;
}

/** The command of one kind. */
export type Of<Op extends Command['op']> = Extract<Command, { op: Op }>;

/** How each kind of command is played. */
export type Plays<Op extends Command['op']> = {
  [Kind in Op]: (world: World, command: Of<Kind>) => Play;
};
