import type { AgentState } from '@livekit/components-react';
import { ConnectionState } from 'livekit-client';

interface Props {
  connection: ConnectionState;
  agentState: AgentState;
}

const AGENT_TEXTS: Readonly<Partial<Record<AgentState, string>>> = {
  initializing: 'The agent is getting ready…',
  listening: 'The agent is listening',
  thinking: 'The agent is thinking…',
  speaking: 'The agent is speaking',
};

const textOf = ({ connection, agentState }: Props): string => {
  switch (connection) {
    case ConnectionState.Reconnecting:
    case ConnectionState.SignalReconnecting:
      return 'The connection broke off. Trying to get it back…';
    case ConnectionState.Connected:
      return AGENT_TEXTS[agentState] ?? 'Calling the agent…';
    default:
      return 'Connecting…';
  }
};

export const CallState = (props: Props) => (
  <p className="call-state" data-state={props.agentState}>
    <span className="dot" aria-hidden="true" />
    {textOf(props)}
  </p>
);
