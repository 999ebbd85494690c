import { seed } from '../../seed/seed.ts';
import type { StackEnv } from './env.ts';
import type { SeedTarget } from './seed-target.ts';
import type { Values } from './values.ts';

/** Plants the seed into the local stack; may be done any number of times. */
export async function seedStack(
  env: StackEnv,
  values: Values,
  log: (line: string) => void,
): Promise<void> {
  const target = {
    apiUrl: values['API_URL'] ?? '',
    publishableKey: values['PUBLISHABLE_KEY'] ?? '',
    secretKey: values['SECRET_KEY'] ?? '',
    allowRemote: false,
  };
  await seedProject(env, target, log);
}

/**
 * Plants the price list, the agent types and, on this machine, the demo accounts.
 * @throws when the project is not local and that was not allowed
 */
export async function seedProject(
  env: StackEnv,
  target: SeedTarget,
  log: (line: string) => void,
): Promise<void> {
  await seed({
    ...target,
    settings: { ...env.firstSettings },
    adminEmails: [...env.adminUsers],
    log,
  });
}
