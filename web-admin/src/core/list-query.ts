import type { SupabaseClient } from '@supabase/supabase-js';
import type { GetListParams } from 'ra-core';
import { fromBody } from './errors.ts';
import type { Result } from './errors.ts';
import { specOf } from './resources.ts';
import { supabase } from './supabase.ts';

export type Row = Record<string, unknown> & { id: string | number };

export interface ListAsked {
  /** `{status: 'active', 'created_at@gte': '…', q: 'ada'}`: column, operator of PostgREST after `@`; q searches. */
  filter: Readonly<Record<string, unknown>>;
  sort: { field: string; order: 'ASC' | 'DESC' };
  /** First row, counted from 0. */
  from: number;
  /** How many rows at most. */
  limit: number;
}

export const askedBy = (params: GetListParams): ListAsked => {
  const { page, perPage } = params.pagination ?? { page: 1, perPage: 25 };
  return {
    filter: (params.filter ?? {}) as Readonly<Record<string, unknown>>,
    sort: params.sort ?? { field: 'id', order: 'DESC' },
    from: (page - 1) * perPage,
    limit: perPage,
  };
};

const source = (resource: string, text: string | undefined) => {
  const { relation, search, columns } = specOf(resource);
  // One of many, which the client would have to know before: the rows are told apart by who reads them.
  const client: SupabaseClient = supabase as unknown as SupabaseClient;
  if (text === undefined || search === undefined) return client.from(relation).select(columns);
  return client.rpc(search, { query: text }, { get: true }).select(columns);
};

/**
 * Reads rows of a resource. Nothing is counted: a count would read every row that the filter finds. The id
 * is the last word of every order, so that pages neither overlap nor leave gaps.
 */
export const readRows = async (resource: string, asked: ListAsked): Promise<Result<Row[]>> => {
  const { q, ...filters } = asked.filter;
  const text = typeof q === 'string' && q.trim() !== '' ? q.trim() : undefined;
  let query = source(resource, text);
  for (const [key, value] of Object.entries(filters)) {
    const [column = '', operator = 'eq'] = key.split('@');
    query = query.filter(column, operator, value);
  }
  const { field } = asked.sort;
  const { sortId = 'id', nulls } = specOf(resource);
  const ascending = asked.sort.order === 'ASC';
  if (field !== 'id') {
    const isLow = nulls?.[field] === 'low';
    query = query.order(field, { ascending, ...(isLow ? { nullsFirst: ascending } : {}) });
  }
  query = query.order(sortId, { ascending });
  const { data, error, status } = await query.range(asked.from, asked.from + asked.limit - 1);
  return error ? { error: fromBody(error, status) } : { data: data as unknown as Row[] };
};
