import { z } from 'zod';
import { invalidParams, noSuch } from './errors.ts';
import { integer } from './params.ts';

/** The parameters of every list (https://docs.stripe.com/api/pagination). */
export const pageParams = {
  limit: integer.optional(),
  starting_after: z.string().min(1).optional(),
  ending_before: z.string().min(1).optional(),
};

const range = z.strictObject({
  gt: integer.optional(),
  gte: integer.optional(),
  lt: integer.optional(),
  lte: integer.optional(),
});

/** A time in seconds, or a range of times. */
export const createdParam = z
  .union([integer, range], { error: 'Invalid created: a time or a range of times' })
  .optional();

export function matchesCreated(created: number, want: z.infer<typeof createdParam>): boolean {
  if (want === undefined) return true;
  if (typeof want === 'number') return created === want;
  return (
    (want.gt === undefined || created > want.gt) &&
    (want.gte === undefined || created >= want.gte) &&
    (want.lt === undefined || created < want.lt) &&
    (want.lte === undefined || created <= want.lte)
  );
}

interface Page {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

export interface List<T> {
  object: 'list';
  data: T[];
  has_more: boolean;
  url: string;
}

/**
 * One page of `items`, which are given oldest first and listed newest first.
 * `matches` filters; a cursor may name an item that the filter leaves out.
 */
export function listOf<T extends { id: string }>(
  items: Iterable<T>,
  page: Page,
  url: string,
  matches: (item: T) => boolean = () => true,
): List<T> {
  const limit = page.limit ?? 10;
  if (limit < 1 || limit > 100) {
    throw invalidParams(
      limit < 1
        ? 'This value must be greater than or equal to 1.'
        : `This value must be less than or equal to 100 (it currently is '${limit}').`,
      { code: 'parameter_invalid_integer', param: 'limit' },
    );
  }
  if (page.starting_after !== undefined && page.ending_before !== undefined) {
    throw invalidParams(
      'You may only specify one of these parameters: ending_before, starting_after.',
      { code: 'parameters_exclusive', param: 'ending_before' },
    );
  }
  const newestFirst = [...items].toReversed();
  const { starting_after: after, ending_before: before } = page;
  if (before !== undefined) {
    const newer = newestFirst
      .slice(0, cursor(newestFirst, before, 'ending_before'))
      .filter(matches);
    return {
      object: 'list',
      data: newer.slice(-limit),
      has_more: newer.length > limit,
      url,
    };
  }
  const from = after === undefined ? 0 : cursor(newestFirst, after, 'starting_after') + 1;
  const rest = newestFirst.slice(from).filter(matches);
  return { object: 'list', data: rest.slice(0, limit), has_more: rest.length > limit, url };
}

function cursor(items: { id: string }[], id: string, param: string): number {
  const at = items.findIndex((item) => item.id === id);
  if (at === -1) throw noSuch('object', id, param);
  return at;
}
