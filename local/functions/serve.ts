/**
 * Serves the Edge Functions of supabase/functions on this machine, as the hosted runtime would. From the
 * repository's root:
 *
 *     FUNCTIONS_PORT=54326 node_modules/.bin/deno run --no-remote --no-prompt --quiet \
 *       --allow-net --allow-env --allow-read=supabase,node_modules local/functions/serve.ts
 *
 * Every function is loaded before the port is opened, so the first call is as fast as the others and a bad
 * environment ends the start with a message that names every problem. Prints one JSON line when ready,
 * `{"message": "functions ready", "url", "functions"}`; ends on SIGTERM or SIGINT when the requests in
 * flight are answered.
 */

interface EdgeFunction {
  fetch: (request: Request) => Promise<Response>;
}

const DRAIN_MS = 5000;

const root = new URL('../../supabase/functions/', import.meta.url);

function print(level: 'info' | 'error', message: string, attributes: Record<string, unknown> = {}) {
  const line = JSON.stringify({ time: new Date().toISOString(), level, message, ...attributes });
  (level === 'error' ? console.error : console.log)(line);
}

/** An answer in the shape of DESIGN.md §9 for what no function answers. */
function errorResponse(status: number, message: string, hint: string): Response {
  return Response.json(
    { code: `PT${status}`, message, details: null, hint },
    { status, headers: { 'access-control-allow-origin': '*' } },
  );
}

function readPort(): number {
  const text = Deno.env.get('FUNCTIONS_PORT') ?? '54326';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65535) {
    throw new Error('FUNCTIONS_PORT must be a port number, 0 for any free one.');
  }
  return port;
}

async function loadFunctions(): Promise<Map<string, EdgeFunction>> {
  const functions = new Map<string, EdgeFunction>();
  for await (const entry of Deno.readDir(root)) {
    if (!entry.isDirectory || entry.name.startsWith('_')) continue;
    const module = await import(new URL(`${entry.name}/index.ts`, root).href);
    functions.set(entry.name, module.default);
  }
  return functions;
}

async function route(functions: Map<string, EdgeFunction>, request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^\/functions\/v1(?=\/)/, '');
  const name = path.split('/')[1] ?? '';
  const edgeFunction = functions.get(name);
  if (edgeFunction === undefined) {
    return errorResponse(404, 'not_found', 'There is no such function.');
  }
  try {
    return await edgeFunction.fetch(request);
  } catch (error) {
    print('error', 'function threw', { function: name, error: String(error) });
    return errorResponse(500, 'internal_error', 'Something went wrong on our side.');
  }
}

function startProblem(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) {
    return `Port ${readPort()} is taken; set FUNCTIONS_PORT to another.`;
  }
  return error instanceof Error ? error.message : String(error);
}

async function main(): Promise<void> {
  const port = readPort();
  const functions = await loadFunctions();
  const server = Deno.serve(
    {
      port,
      hostname: '127.0.0.1',
      onListen: (address) =>
        print('info', 'functions ready', {
          url: `http://127.0.0.1:${address.port}`,
          functions: [...functions.keys()].toSorted(),
        }),
    },
    (request) => route(functions, request),
  );
  // What a function forgot to wait for must not take the other functions down.
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    print('error', 'unhandled rejection', { error: String(event.reason) });
  });
  addEventListener('error', (event) => {
    event.preventDefault();
    print('error', 'uncaught error', { error: String(event.error) });
  });
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => Deno.exit(0), DRAIN_MS);
    await server.shutdown();
    Deno.exit(0);
  };
  Deno.addSignalListener('SIGTERM', stop);
  Deno.addSignalListener('SIGINT', stop);
  await server.finished;
}

try {
  await main();
} catch (error) {
  console.error(startProblem(error));
  Deno.exit(1);
}
