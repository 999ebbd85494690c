import type { AgentTypeRow } from '../database.ts';
import { duration } from '../format.ts';

interface Props {
  agents: readonly AgentTypeRow[];
  value: string | undefined;
  onChoose: (id: string) => void;
}

export const AgentChoice = ({ agents, value, onChoose }: Props) => (
  <fieldset className="agents">
    <legend>Who do you want to talk to?</legend>
    {agents.map((agent) => (
      <label key={agent.id} className="agent">
        <input
          type="radio"
          name="agent"
          checked={agent.id === value}
          onChange={() => onChoose(agent.id)}
        />
        <span>
          <strong>{agent.name}</strong>
          {agent.description && <span className="help">{agent.description}</span>}
          {price(agent) && <span className="help">{price(agent)}</span>}
        </span>
      </label>
    ))}
  </fieldset>
);

/** Said only where it is not simply one second for one second. */
const price = ({ rate_permille: rate, minimum_charge_seconds: least }: AgentTypeRow): string => {
  const perMinute = rate === 1000 ? '' : `A minute costs ${duration((60 * rate) / 1000)}`;
  const minimum = least === 0 ? '' : `A call costs at least ${duration(least)}`;
  return [perMinute, minimum].filter(Boolean).join('. ');
};
