import { usePermissions } from 'ra-core';
import type { Role } from './rows.ts';

/** What somebody of the support is told where only an admin may act. */
export const SUPPORT_MAY_NOT =
  'Your role is “support”: it may look at everything, but only an admin may do this.';

/**
 * Why the signed-in person may not act, or undefined when they may. It only spares them the refusal; the
 * database decides.
 */
export const useWhyNot = (): string | undefined => {
  const { permissions, isPending } = usePermissions<Role>();
  if (isPending) return 'Your role is being asked for.';
  return permissions === 'admin' ? undefined : SUPPORT_MAY_NOT;
};
