/** CORS as Supabase's gateway has it: any origin, no cookies; a key and a token are what counts. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'content-range, content-location, preference-applied, sb-error-code, x-supabase-api-version, x-request-id',
};

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const USUAL_HEADERS =
  'authorization, apikey, content-type, x-client-info, prefer, range, accept-profile, content-profile, idempotency-key';

/** The answer to a browser's preflight question. */
export function preflightAnswer(requestedHeaders: string | null): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS_HEADERS,
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': requestedHeaders ?? USUAL_HEADERS,
      'access-control-max-age': '86400',
      vary: 'access-control-request-headers',
    },
  });
}

/** An error in the shape that PostgREST and our functions use. */
export function errorAnswer(status: number, message: string, hint: string): Response {
  return Response.json(
    { code: `PT${status}`, message, details: null, hint },
    { status, headers: CORS_HEADERS },
  );
}
