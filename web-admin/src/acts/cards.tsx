import { day, durationInWords } from '../core/format.ts';
import type { CardRow, UserRow } from '../core/rows.ts';
import type { ActSpec } from './act.ts';
import { callAct } from './call.ts';
import { DayInput, endOfDay, NumberInput, SwitchInput, wholeNumber } from './fields.tsx';

type Person = Pick<UserRow, 'id' | 'email'>;

interface Grant {
  hours: string;
  minutes: string;
  expires_at: string;
  seconds: null;
  /** One per opened dialog, so that trying again after a lost answer gives once. */
  idempotency_key: string;
}

const grantedSeconds = ({ hours, minutes }: Grant): number | undefined => {
  const wholeHours = hours.trim() === '' ? 0 : wholeNumber(hours);
  const wholeMinutes = minutes.trim() === '' ? 0 : wholeNumber(minutes);
  if (wholeHours === undefined || wholeMinutes === undefined) return undefined;
  const seconds = wholeHours * 3600 + wholeMinutes * 60;
  return seconds > 0 ? seconds : undefined;
};

interface GrantAnswer {
  time_card_id: string | null;
  total_seconds: number | null;
}

export const grantTime = (person: Person): ActSpec<Grant, GrantAnswer> => ({
  button: 'Grant time',
  title: `Grant time to ${person.email}`,
  initial: {
    hours: '1',
    minutes: '0',
    expires_at: '',
    seconds: null,
    idempotency_key: crypto.randomUUID(),
  },
  fields: ({ values, set, problem }) => (
    <>
      <NumberInput
        label="Hours"
        value={values.hours}
        onChange={(hours) => set({ hours })}
        problem={problem('seconds')}
        isOptional
      />
      <NumberInput
        label="Minutes"
        value={values.minutes}
        onChange={(minutes) => set({ minutes })}
        isOptional
      />
      <DayInput
        label="Expires at the end of"
        value={values.expires_at}
        onChange={(expires_at) => set({ expires_at })}
        problem={problem('expires_at')}
        hint="Empty: it never expires."
        isOptional
      />
    </>
  ),
  consequence: (values) => {
    const seconds = grantedSeconds(values);
    return (
      (seconds !== undefined && (
        <>
          {person.email} gets a free time card of <strong>{durationInWords(seconds)}</strong>
          {values.expires_at === ''
            ? ' that never expires'
            : `, good until the end of ${day(endOfDay(values.expires_at))}`}
          . A call that is going on gets the time with its next beat.
        </>
      )) ||
      undefined
    );
  },
  confirm: 'Grant',
  run: (values, reason) =>
    callAct('admin_grant_time', {
      user_id: person.id,
      seconds: grantedSeconds(values) ?? 0,
      reason,
      idempotency_key: values.idempotency_key,
      ...(values.expires_at === '' ? {} : { expires_at: endOfDay(values.expires_at) }),
    }),
  answer: (card) => `${person.email} has ${durationInWords(card.total_seconds ?? 0)} more.`,
  audit: {
    action: 'admin_grant_time',
    table: 'time_cards',
    subject: (card) => card.time_card_id ?? '',
  },
});

type Card = Pick<
  CardRow,
  | 'id'
  | 'status'
  | 'source'
  | 'owner_email'
  | 'code_hint'
  | 'remaining_seconds'
  | 'held_seconds'
  | 'expired_seconds'
  | 'expires_at'
>;

/** `the gift card of ada@example.com`. */
const nameOf = (card: Card): string => {
  const owner = card.owner_email ?? (card.code_hint && `whoever has the code …${card.code_hint}`);
  return `the ${card.source} card of ${owner ?? 'nobody yet'}`;
};

interface CardAnswer {
  id: string;
  status: string;
  remaining_seconds: number;
  revoked_seconds: number;
  expires_at: string | null;
}

const cardAudit = (action: string) => ({
  action,
  table: 'time_cards',
  subject: (card: CardAnswer) => card.id,
});

export const revokeCard = (card: Card): ActSpec<object, CardAnswer> => ({
  button: 'Revoke',
  title: `Revoke ${nameOf(card)}`,
  initial: {},
  consequence: () => (
    <>
      <strong>{durationInWords(card.remaining_seconds)}</strong> on {nameOf(card)} are taken back,
      and the card can never be used again.
      {card.held_seconds > 0 &&
        ` A call holds ${durationInWords(card.held_seconds)} of it: it is told to end; what was talked is billed, the rest is taken back too.`}
      {' No money is refunded by this.'}
    </>
  ),
  confirm: 'Revoke the card',
  isDangerous: true,
  run: (_, reason) => callAct('admin_revoke_card', { time_card_id: card.id, reason }),
  answer: (after) =>
    `The card is revoked; ${durationInWords(after.revoked_seconds)} were taken back.`,
  audit: cardAudit('admin_revoke_card'),
  blocked: card.status === 'revoked' && 'This card is revoked already.',
});

interface Extension {
  expires_at: string;
  isForEver: boolean;
}

const extendBlock = (card: Card): string | false => {
  if (card.status === 'revoked') return 'A revoked card has no time that could last longer.';
  if (card.status === 'pending') return 'It is not active yet: its time begins when it is.';
  if (card.expires_at === null && card.status === 'active') return 'It never expires anyway.';
  return card.status === 'used' && card.expired_seconds === 0 && 'There is no time left on it.';
};

export const extendCard = (card: Card): ActSpec<Extension, CardAnswer> => ({
  button: 'Extend',
  title: `Extend ${nameOf(card)}`,
  initial: { expires_at: '', isForEver: false },
  fields: ({ values, set, problem }) => (
    <>
      {!values.isForEver && (
        <DayInput
          label="Expires at the end of"
          value={values.expires_at}
          onChange={(expires_at) => set({ expires_at })}
          problem={problem('expires_at')}
          hint={card.expires_at === null ? '' : `Now: ${day(card.expires_at)}`}
        />
      )}
      <SwitchInput
        label="It never expires"
        value={values.isForEver}
        onChange={(isForEver) => set({ isForEver })}
      />
    </>
  ),
  consequence: ({ expires_at, isForEver }) =>
    isForEver || expires_at !== '' ? (
      <>
        {nameOf(card)} lasts{' '}
        <strong>{isForEver ? 'for ever' : `until the end of ${day(endOfDay(expires_at))}`}</strong>.
        {card.expired_seconds > 0 &&
          ` ${durationInWords(card.expired_seconds)} that had expired come back.`}
      </>
    ) : undefined,
  confirm: 'Extend the card',
  run: ({ expires_at, isForEver }, reason) =>
    callAct('admin_extend_card', {
      time_card_id: card.id,
      expires_at: isForEver ? null : endOfDay(expires_at),
      reason,
    }),
  answer: (after) =>
    after.expires_at === null
      ? `The card never expires; ${durationInWords(after.remaining_seconds)} are left on it.`
      : `The card lasts until ${day(after.expires_at)}; ${durationInWords(after.remaining_seconds)} are left on it.`,
  audit: cardAudit('admin_extend_card'),
  blocked: extendBlock(card),
});
