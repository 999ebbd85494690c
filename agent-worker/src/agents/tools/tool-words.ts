import { log, llm } from '@livekit/agents';

/** What a model is told when a tool could not do its work: it says so, and the call goes on. */
const couldNot =
  'That did not work just now. Tell the customer so, and that they can try again in a moment.';

/**
 * Runs the work of a tool. A failure becomes words for the model, so that the customer hears that it
 * did not work; the details stay in the log.
 */
export async function inWords(name: string, work: () => Promise<string>): Promise<string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof llm.ToolError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    log().warn({ tool: name, code }, 'tool failed');
    return couldNot;
  }
}
