import { useChat, useLocalParticipant } from '@livekit/components-react';
import { useEffect, useRef, useState } from 'react';
import { conversation } from '../conversation.ts';
import type { Line } from '../conversation.ts';
import { useSpokenLines } from '../hooks/use-spoken-lines.ts';

/** What was said and typed, live. Not a live region: the words are heard already, as they are spoken. */
export const Transcript = ({ isConnected }: { isConnected: boolean }) => {
  const { localParticipant } = useLocalParticipant();
  const spoken = useSpokenLines();
  const { chatMessages, send, isSending } = useChat();
  const list = useRef<HTMLOListElement>(null);
  const mine = localParticipant.identity;

  const lines = conversation(
    spoken,
    chatMessages.map(({ id, message, timestamp, from }) => ({
      id,
      isMine: from?.identity === mine,
      isTyped: true,
      text: message,
      at: timestamp,
    })),
  );

  // After every render: that is when a word has come.
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  });

  return (
    <section className="transcript card" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      {lines.length === 0 && <p className="help">What is said appears here.</p>}
      <ol ref={list} tabIndex={0} aria-labelledby="transcript-title">
        {lines.map((line) => (
          <Said key={line.id} line={line} />
        ))}
      </ol>
      <TypeInstead isDisabled={!isConnected || isSending} onSend={send} />
    </section>
  );
};

const Said = ({ line: { isMine, isTyped, text } }: { line: Line }) => (
  <li className={isMine ? 'mine' : 'theirs'}>
    <span className="who">
      {isMine ? 'You' : 'Agent'}
      {isTyped && ', typed'}
    </span>
    {text}
  </li>
);

const MESSAGE_AT_MOST = 1000;

interface TypeProps {
  isDisabled: boolean;
  onSend: (text: string) => Promise<unknown>;
}

const TypeInstead = ({ isDisabled, onSend }: TypeProps) => {
  const [text, setText] = useState('');
  const [hasFailed, setHasFailed] = useState(false);
  const send = async (): Promise<void> => {
    const message = text.trim();
    if (message === '' || isDisabled) return;
    setHasFailed(false);
    setText('');
    try {
      await onSend(message);
    } catch {
      setText(message);
      setHasFailed(true);
    }
  };
  return (
    <form
      className="type"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <input
        aria-label="Type instead of speaking"
        placeholder="Type instead of speaking"
        autoComplete="off"
        maxLength={MESSAGE_AT_MOST}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <button disabled={isDisabled}>Send</button>
      <span role="alert" className="errors">
        {hasFailed && 'Not sent. Please try again.'}
      </span>
    </form>
  );
};
