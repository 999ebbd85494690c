import { readFileSync } from 'node:fs';
import { readConfigToml } from './config-toml.ts';
import { createDataApi } from './data-api.ts';
import { readGatewayEnv } from './env.ts';
import { createMailBox } from './mails.ts';
import { createGateway } from './server.ts';

const env = readGatewayEnv(process.env);
const apiUrl = `http://127.0.0.1:${env.PORT}`;
const mails = createMailBox({ siteUrl: env.APP_URL, apiUrl, now: () => new Date() });
const api = createDataApi({
  databaseUrl: env.DATABASE_URL,
  poolSize: env.POOL_SIZE,
  keys: {
    jwtSecret: env.JWT_SECRET,
    publishableKey: env.PUBLISHABLE_KEY,
    secretKey: env.SECRET_KEY,
  },
  config: readConfigToml(readFileSync(env.CONFIG_TOML, 'utf8'), env.APP_URL),
  mails,
});
const server = createGateway({
  api,
  mails,
  functionsUrl: env.FUNCTIONS_URL,
  apiUrl,
  appUrl: env.APP_URL,
});

await api.listenForSchemaChanges();
server.listen(env.PORT, '127.0.0.1', () => console.log(`gateway: ${apiUrl}`));

let closing = false;
function close(): void {
  if (closing) return;
  closing = true;
  server.close(() => {
    void api.close().finally(() => process.exit(0));
  });
  server.closeIdleConnections();
  // Requests under way get a moment; after that nothing may keep the port.
  setTimeout(() => process.exit(0), 3_000).unref();
}
process.on('SIGTERM', close);
process.on('SIGINT', close);
