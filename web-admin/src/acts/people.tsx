import type { Role, UserRow } from '../core/rows.ts';
import type { ActSpec } from './act.ts';
import { callAct } from './call.ts';
import { ChoiceInput } from './fields.tsx';

type Person = Pick<UserRow, 'id' | 'email' | 'is_active'>;

interface ActiveAnswer {
  user_id: string | null;
  is_active: boolean | null;
}

export const setUserActive = (person: Person): ActSpec<object, ActiveAnswer> => ({
  button: person.is_active ? 'Deactivate' : 'Reactivate',
  title: `${person.is_active ? 'Deactivate' : 'Reactivate'} ${person.email}`,
  initial: {},
  consequence: () =>
    person.is_active ? (
      <>
        <strong>{person.email}</strong> can still sign in and read, but can neither buy, redeem nor
        talk. A call that is going on is told to end. Their time is kept.
      </>
    ) : (
      <>
        <strong>{person.email}</strong> can buy, redeem and talk again.
      </>
    ),
  confirm: person.is_active ? 'Deactivate' : 'Reactivate',
  isDangerous: person.is_active,
  run: (_, reason) =>
    callAct('admin_set_user_active', { user_id: person.id, is_active: !person.is_active, reason }),
  answer: ({ is_active }) => `${person.email} is ${is_active ? 'active' : 'inactive'} now.`,
  audit: {
    action: 'admin_set_user_active',
    table: 'profiles',
    subject: ({ user_id }) => user_id ?? '',
  },
});

const NONE = 'none';

const MEANING: Readonly<Record<string, string>> = {
  admin: 'may see everything and act: grant time, refund money, change settings, make other admins',
  support: 'may see everything, and change nothing',
  [NONE]: 'loses access to this panel, and is a customer like any other',
};

interface RoleAnswer {
  user_id: string | null;
  role: string | null;
}

export const setRole = (
  person: Pick<UserRow, 'id' | 'email'> & { role: string | null },
): ActSpec<{ role: string }, RoleAnswer> => ({
  button: person.role === null ? 'Make an admin' : 'Change role',
  buttonLabel: person.role === null ? 'Make an admin' : `Change role of ${person.email}`,
  title: `Role of ${person.email}`,
  initial: { role: person.role ?? NONE },
  fields: ({ values, set, problem }) => (
    <ChoiceInput
      label="Role"
      value={values.role}
      onChange={(role) => set({ role })}
      problem={problem('role')}
      choices={[
        [NONE, 'No admin'],
        ['support', 'Support: looks'],
        ['admin', 'Admin: acts'],
      ]}
    />
  ),
  consequence: ({ role }) =>
    role === (person.role ?? NONE) ? undefined : (
      <>
        <strong>{person.email}</strong> {MEANING[role]}.
      </>
    ),
  confirm: 'Change the role',
  isDangerous: true,
  run: ({ role }, reason) =>
    callAct('admin_set_role', {
      user_id: person.id,
      role: role === NONE ? null : (role satisfies string as Role),
      reason,
    }),
  answer: ({ role }) => `${person.email} is ${role ?? 'no admin'} now.`,
  audit: { action: 'admin_set_role', table: 'admins', subject: ({ user_id }) => user_id ?? '' },
});
