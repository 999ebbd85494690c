import { useLocalParticipant, useTranscriptions } from '@livekit/components-react';
import { useEffect, useRef } from 'react';

/** What was said, live. Not a live region: the words are heard already, as they are spoken. */
export const Transcript = () => {
  const { localParticipant } = useLocalParticipant();
  const lines = useTranscriptions();
  const list = useRef<HTMLOListElement>(null);

  // After every render: that is when a word has come.
  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  });

  return (
    <section className="transcript card" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      {lines.length === 0 && <p className="help">What is said appears here.</p>}
      <ol ref={list} tabIndex={0} aria-labelledby="transcript-title">
        {lines.map((line) => {
          const isMine = line.participantInfo.identity === localParticipant.identity;
          return (
            <li key={line.streamInfo.id} className={isMine ? 'mine' : 'theirs'}>
              <span className="who">{isMine ? 'You' : 'Agent'}</span>
              {line.text}
            </li>
          );
        })}
      </ol>
    </section>
  );
};
