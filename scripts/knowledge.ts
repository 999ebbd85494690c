/** The knowledge base from the command line: `npm run knowledge -- add <files…>`; docs/knowledge.md explains it. */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { createEmbedder } from '../agent-worker/src/knowledge-embeddings.ts';
import { addFile } from './knowledge/add.ts';
import { FileProblem } from './knowledge/limits.ts';
import {
  CommandProblem,
  type KnowledgeEnv,
  readKnowledgeEnv,
  signInAsAdmin,
} from './knowledge/project.ts';
import { type Client, refusalWords } from './knowledge/refusal.ts';

const usage = `Usage: npm run knowledge -- <command>

  add <files…>      adds Markdown, text and PDF files, or replaces those that changed
  list              lists the documents
  remove <id…>      takes documents out
  search <words…>   shows what the agent would find

  --language <code>  the language of the files: en (default), de, fr …
  --reason <words>   why, for the audit log

It signs in as an admin: MINDBOT_ADMIN_EMAIL and MINDBOT_ADMIN_PASSWORD, or it asks; on the local stack
the demo admin will do. SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY name another project than the local stack.`;

interface Context {
  client: Client;
  env: KnowledgeEnv;
  language: string;
  reason: string | undefined;
}

/** The refusal of the database, in its words for people. */
function refusal(error: Parameters<typeof refusalWords>[0]): CommandProblem {
  return new CommandProblem(refusalWords(error));
}

/** What makes vectors of texts, if the database keeps any (or, for a search, has any) and there is a key. */
async function embedder({ client, env }: Context, purpose: 'add' | 'search') {
  const { data, error } = await client.rpc('admin_knowledge_vectors');
  if (error) throw refusal(error);
  if (!(purpose === 'add' ? data.is_available : data.is_used)) return null;
  if (env.openai) return createEmbedder(env.openai);
  console.error('Without OPENAI_API_KEY there are no vectors: words only.');
  return null;
}

/** One line per file. A terminal sees the steps on it, too. */
function progressOf(prefix: string) {
  const isLive = process.stdout.isTTY;
  return {
    step: (words: string) => isLive && process.stdout.write(`\r\u001b[K${prefix} ${words}`),
    done: (words: string) =>
      process.stdout.write(`${isLive ? '\r\u001b[K' : ''}${prefix} ${words}\n`),
  };
}

async function add(context: Context, files: readonly string[]): Promise<boolean> {
  const names = files.map((file) => basename(file));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice) {
    throw new CommandProblem(
      `Two of the files are called ${twice}. A document is known by the name of its file: rename one.`,
    );
  }
  const embed = await embedder(context, 'add');
  let failures = 0;
  for (const [index, file] of files.entries()) {
    const progress = progressOf(`[${index + 1}/${files.length}] ${basename(file)}`);
    try {
      const { outcome, chunkCount } = await addFile(file, {
        client: context.client,
        embed,
        language: context.language,
        reason: context.reason ?? 'added from the command line',
        onProgress: progress.step,
      });
      progress.done(`${outcome}, ${chunkCount} ${chunkCount === 1 ? 'chunk' : 'chunks'}`);
    } catch (error) {
      const isExpected =
        error instanceof FileProblem || (error as Error)?.name === 'EmbeddingError';
      if (!isExpected) throw error;
      failures += 1;
      progress.done((error as Error).message);
    }
  }
  if (failures > 0) console.error(`${failures} of ${files.length} files were not added.`);
  return failures === 0;
}

async function list({ client }: Context): Promise<boolean> {
  const { data, error } = await client
    .from('knowledge_documents')
    .select('id, title, file_name, language, chunk_count, updated_at')
    .eq('is_active', true)
    .order('title');
  if (error) throw refusal(error);
  if (data.length === 0)
    console.log('There are no documents. Add some with: npm run knowledge -- add <files…>');
  for (const row of data) {
    const day = row.updated_at.slice(0, 10);
    console.log(
      `${row.id}  ${row.file_name}  "${row.title}"  ${row.language}  ${row.chunk_count} chunks  ${day}`,
    );
  }
  return true;
}

async function remove({ client, reason }: Context, ids: readonly string[]): Promise<boolean> {
  let failures = 0;
  for (const id of ids) {
    const { data, error } = await client.rpc('admin_remove_document', {
      document_id: id,
      reason: reason ?? 'removed from the command line',
    });
    if (error) failures += 1;
    console.log(`${id} ${error ? refusal(error).message : data.outcome}`);
  }
  return failures === 0;
}

async function search(context: Context, words: readonly string[]): Promise<boolean> {
  const query = words.join(' ');
  const embed = await embedder(context, 'search');
  const [embedding] = embed ? await embed([query], AbortSignal.timeout(10_000)) : [];
  const { data, error } = await context.client.rpc('admin_search_knowledge', {
    query,
    ...(embedding ? { embedding } : {}),
  });
  if (error) throw refusal(error);
  if (data.length === 0) console.log('Nothing was found.');
  for (const [index, { score, heading, source, content }] of data.entries()) {
    const start = (content ?? '').replaceAll(/\s+/g, ' ').slice(0, 200);
    console.log(`${index + 1}. ${heading}  (${source}, ${Number(score).toFixed(4)})\n   ${start}`);
  }
  return true;
}

const commands: Readonly<
  Record<string, { run: (context: Context, rest: string[]) => Promise<boolean>; needs: boolean }>
> = {
  add: { run: add, needs: true },
  list: { run: list, needs: false },
  remove: { run: remove, needs: true },
  search: { run: search, needs: true },
};

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      language: { type: 'string', default: 'en' },
      reason: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [name = '', ...rest] = positionals;
  const command = commands[name];
  if (values.help) {
    console.log(usage);
    return true;
  }
  if (!command || (command.needs && rest.length === 0)) throw new CommandProblem(usage);
  const env = readKnowledgeEnv(process.env);
  const { client } = await signInAsAdmin(env);
  try {
    const { language, reason } = values;
    return await command.run({ client, env, language, reason }, rest);
  } finally {
    await client.auth.signOut({ scope: 'local' }).catch(() => {});
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  const isExpected =
    error instanceof CommandProblem ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
  console.error(isExpected ? (error as Error).message : error);
  process.exitCode = 1;
}
