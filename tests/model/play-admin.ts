/** Plays what admins do, the clock, and cards dealt by the owner of the database. */
import { randomUUID } from 'node:crypto';
import { extend, grant, issueCodes, revoke } from './admin.ts';
import {
  asAdmin,
  asOwner,
  literal,
  nowhere,
  personOf,
  picked,
  type Plays,
  timestamp,
} from './calls.ts';
import { adminEnd, setActive } from './charging.ts';
import { newCard } from './money.ts';
import { answer, refuse, type Settings } from './state.ts';

export const adminPlays: Plays<
  | 'advance'
  | 'deal'
  | 'grant'
  | 'revoke'
  | 'extend'
  | 'issueCodes'
  | 'adminEnd'
  | 'setActive'
  | 'settings'
> = {
  advance(world, command) {
    world.now += command.ms;
    return asOwner(`select '[]'::jsonb`, () => {});
  },

  deal(world, command) {
    const id = randomUUID();
    const expiresAt = command.lifeMs === null ? null : world.now + command.lifeMs;
    const columns = [id, personOf(world, command.person), 'grant', 'active', command.priority];
    const values = [...columns, timestamp(expiresAt), command.seconds];
    return asOwner(`select model.make_card(${values.map(literal).join(', ')})`, () => {
      world.cards.push({
        ...newCard(world, id, command.seconds),
        owner: personOf(world, command.person),
        source: 'grant',
        status: 'active',
        priority: command.priority,
        expiresAt,
      });
    });
  },

  grant(world, command) {
    const user = personOf(world, command.person);
    const expiresAt = command.lifeMs === null ? null : world.now + command.lifeMs;
    const args = { user_id: user, seconds: command.seconds, expires_at: timestamp(expiresAt) };
    return asAdmin('admin_grant_time', args, (rows) =>
      grant(world, { user, seconds: command.seconds, expiresAt }, String(rows[0]?.time_card_id)),
    );
  },

  revoke(world, command) {
    const card = picked(world.cards, command.card);
    return asAdmin('admin_revoke_card', { time_card_id: card?.id ?? nowhere }, () =>
      card ? revoke(card) : refuse('not_found'),
    );
  },

  extend(world, command) {
    const card = picked(world.cards, command.card);
    const expiresAt = command.lifeMs === null ? null : world.now + command.lifeMs;
    const args = { time_card_id: card?.id ?? nowhere, expires_at: timestamp(expiresAt) };
    return asAdmin('admin_extend_card', args, () =>
      card ? extend(world, card, expiresAt) : refuse('not_found'),
    );
  },

  issueCodes(world, command) {
    const packageId = world.packages[command.pack]?.id ?? 'none';
    const args = { package_id: packageId, quantity: command.quantity };
    return asAdmin('admin_issue_codes', args, (rows) =>
      issueCodes(world, packageId, rows as { time_card_id: string; activation_code: string }[]),
    );
  },

  adminEnd(world, command) {
    const session = picked(world.sessions, command.session);
    return asAdmin('admin_request_session_end', { session_id: session?.id ?? nowhere }, () =>
      session ? adminEnd(world, session) : refuse('not_found'),
    );
  },

  setActive(world, command) {
    const user = personOf(world, command.person);
    const args = { user_id: user, is_active: command.isActive };
    return asAdmin('admin_set_user_active', args, () => setActive(world, user, command.isActive));
  },

  settings(world, command) {
    return asAdmin('admin_update_settings', { changes: command.changes }, () => {
      world.settings = { ...world.settings, ...(command.changes as Partial<Settings>) };
      return answer({ ...command.changes });
    });
  },
};
