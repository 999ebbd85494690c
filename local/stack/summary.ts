import type { Values } from './values.ts';

const row = (label: string, value: string): string => `  ${label.padEnd(18)} ${value}`;

/** What is shown when everything is up: where things are, who can sign in, what to try next. */
export function summary(
  values: Values,
  options: { elapsedSeconds: number; notes: string[] },
): string {
  const lines: string[] = ['', `Ready in ${options.elapsedSeconds.toFixed(1)} s.`, ''];
  const addresses: [string, string | undefined][] = [
    ['App', values['APP_URL']],
    ['Admin panel', values['ADMIN_URL']],
    ['API', values['API_URL']],
    ['Edge Functions', values['FUNCTIONS_URL']],
    ['Mails', values['MAILS_URL']],
    ['Database', values['DB_URL']?.replace(/:[^:@/]+@/, ':…@')],
    ['LiveKit', values['LIVEKIT_URL'] ?? 'not there, the voice part is off'],
    [
      'Stripe',
      values['STRIPE_API_BASE'] ? `${values['STRIPE_API_BASE']} (double)` : 'your account',
    ],
    ['Voice doubles', values['VOICE_DOUBLE_URL']],
    ['Worker', values['WORKER_URL']],
    ['Data and logs', values['MINDBOT_HOME']],
  ];
  for (const [label, value] of addresses) if (value) lines.push(row(label, value));
  lines.push(
    '',
    row('Demo customer', 'demo@mindbot.local  / Demo1234'),
    row('Demo admin', 'admin@mindbot.local / Admin1234'),
    '',
    'Try next:',
    row('npm run demo', 'sign up, buy an hour, talk to the agent, see it settled'),
    ...(values['APP_URL'] ? [row('in a browser', values['APP_URL'])] : []),
    row('npm run status', 'every address and key (-- -o json for JSON)'),
    row('Ctrl-C', 'stops everything; the data stay'),
    ...options.notes.map((note) => `\n! ${note}`),
  );
  return lines.join('\n');
}
