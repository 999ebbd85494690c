import { createStripeDouble } from './server.ts';
import type { Log, StripeDouble } from './server.ts';
import { readSettings } from './settings.ts';

const log: Log = (level, msg, extra = {}) => {
  console.log(
    JSON.stringify({ level, time: new Date().toISOString(), part: 'stripe-double', msg, ...extra }),
  );
};

const settings = readSettings(process.env);
if ('problems' in settings) {
  log('error', 'environment not usable', { problems: settings.problems });
  process.exit(1);
}

let double: StripeDouble;
try {
  double = await createStripeDouble({ ...settings.options, log });
} catch (error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  log('error', code === 'EADDRINUSE' ? 'port in use' : 'cannot start', {
    port: settings.options.port,
    reason: error instanceof Error ? error.message : 'unknown',
  });
  process.exit(1);
}
log('info', 'ready', { url: double.url });

let isStopping = false;
function stop(signal: string): void {
  if (isStopping) return;
  isStopping = true;
  double.close().then(
    () => {
      log('info', 'stopped', { signal });
      process.exit(0);
    },
    (error: unknown) => {
      log('error', 'state not written', {
        reason: error instanceof Error ? error.message : 'unknown',
      });
      process.exit(1);
    },
  );
}
process.once('SIGTERM', () => stop('SIGTERM'));
process.once('SIGINT', () => stop('SIGINT'));
