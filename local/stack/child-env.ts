/**
 * Variables that programs need from the machine they run on: where things are, which language, which
 * proxy and package registry. Everything else, and above all a secret, is given to each part by name.
 */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_\w+|TZ|TMPDIR|TERM|CI|NODE_\w+|DENO_\w+|XDG_\w+|GO\w*|DOCKER_\w+|SSL_CERT_\w+|npm_config_\w+|NPM_CONFIG_\w+|(https?|all|no)_proxy|(HTTPS?|ALL|NO)_PROXY)$/;

export function inheritedEnv(
  source: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Object.entries(source).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && PASSED_ON.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
