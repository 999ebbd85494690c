import type { Fault } from './fault.ts';

/** Who may see, write and call what; and that the books cannot be rewritten. */
export const accessFaults: readonly Fault[] = [
  {
    name: 'everybody who is signed in sees all cards (a wrong using)',
    migration: '0600_time_cards',
    find: '    owner_id = (select auth.uid())\n    or purchaser_id',
    replace: '    owner_id is not null\n    or purchaser_id',
    likely: ['access'],
  },
  {
    name: 'everybody who is signed in sees all payments (no using to speak of)',
    migration: '0800_payments',
    find: 'using (user_id = (select auth.uid()) or (select private.is_admin()));',
    replace: 'using (true);',
    likely: ['access'],
  },
  {
    name: 'the holds have no row-level security',
    migration: '0700_voice_sessions',
    find: 'alter table public.card_holds enable row level security;\n',
    replace: '',
    likely: ['house-rules', 'access'],
  },
  {
    name: 'people can change rows of other people (a policy without with check)',
    migration: '0400_profiles',
    find: '  using (id = (select auth.uid()))\n  with check (id = (select auth.uid()));',
    replace: '  using (true);',
    likely: ['access', 'profiles'],
  },
  {
    name: 'people can reactivate themselves (a grant too wide)',
    migration: '0400_profiles',
    find: 'grant update (full_name, preferences) on',
    replace: 'grant update (full_name, preferences, is_active) on',
    likely: ['access'],
  },
  {
    name: 'users can settle sessions (a grant to the wrong role)',
    migration: '1400_charging_end',
    find: 'grant execute on function public.end_session to service_role;',
    replace: 'grant execute on function public.end_session to service_role, authenticated;',
    likely: ['access'],
  },
  {
    name: 'everybody may execute new functions (a missing revoke)',
    migration: '0100_foundation',
    find: 'alter default privileges revoke execute on functions from public;\n',
    replace: '',
    likely: ['access'],
  },
  {
    name: 'the pepper can be read through the API',
    migration: '1550_activation_codes',
    find: 'alter table private.secrets enable row level security;\n',
    replace:
      'grant usage on schema private to authenticated;\ngrant select on private.secrets to authenticated;\n',
    likely: ['access', 'activation-codes', 'house-rules'],
  },
  {
    name: 'a security definer function without a search_path',
    migration: '1500_evidence_and_sweep',
    find: "create function public.mark_room_closed(session_id uuid) returns void\nlanguage sql security definer\nset search_path = ''\n",
    replace:
      'create function public.mark_room_closed(session_id uuid) returns void\nlanguage sql security definer\n',
    likely: ['house-rules'],
  },
  {
    name: 'entries of the ledger can be rewritten',
    migration: '0900_audit_and_ledger',
    find: 'create trigger append_only before update or delete on public.ledger_entries',
    replace: 'create trigger append_only before delete on public.ledger_entries',
    likely: ['append-only'],
  },
  {
    name: 'the ledger can be emptied',
    migration: '0900_audit_and_ledger',
    find: 'create trigger append_only_truncate before truncate on public.ledger_entries\n  for each statement execute function private.forbid_change();\n',
    replace: '',
    likely: ['append-only'],
  },
  {
    name: 'a card may change its status in any way',
    migration: '0600_time_cards',
    find: 'for each row when (old.status is distinct from new.status)',
    replace: "for each row when (old.status = 'none' and new.status = 'none')",
    likely: ['append-only'],
  },
  {
    name: 'a bucket may fall below zero',
    migration: '0600_time_cards',
    find: 'constraint remaining_is_not_negative check (remaining_seconds >= 0)',
    replace: 'constraint remaining_is_not_negative check (remaining_seconds >= -100)',
    likely: ['append-only'],
  },
  {
    name: 'somebody is given their trial twice (a missing unique key)',
    migration: '2050_trial',
    find: 'create unique index one_trial_per_person',
    replace: 'create index one_trial_per_person',
    likely: ['trial'],
  },
  {
    name: "somebody can rate another person's call",
    migration: '1450_rating',
    find: 'where v.id = rate_session.session_id and v.user_id = caller',
    replace: 'where v.id = rate_session.session_id',
    likely: ['rating'],
  },
  {
    name: 'the proof does not look at what sessions hold',
    migration: '1800_verify_ledger',
    find: '  where c.held_seconds <> h.seconds\n',
    replace: '  where c.held_seconds < h.seconds\n',
    likely: ['verify-ledger'],
  },
];
