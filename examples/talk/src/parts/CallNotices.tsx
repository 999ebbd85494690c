import { useDataChannel } from '@livekit/components-react';
import { useCallback, useState } from 'react';
import { NOTICE_TOPIC, parseNotice, textOfNotice } from '../notices.ts';
import type { Source, TimeNotice } from '../notices.ts';

interface Props {
  onTopUp: () => void;
  /** The new time is there. */
  onToppedUp: () => void;
}

/** What the agent has to say beside its words: about time, and what its answer rests on. */
export const CallNotices = ({ onTopUp, onToppedUp }: Props) => {
  const [notice, setNotice] = useState<TimeNotice>();
  const [sources, setSources] = useState<readonly Source[]>([]);
  useDataChannel(
    NOTICE_TOPIC,
    useCallback(
      ({ payload }: { payload: Uint8Array }) => {
        const next = parseNotice(payload);
        if (next?.type === 'sources') setSources(next.sources);
        else if (next?.type === 'top_up_link') onTopUp();
        else if (next) setNotice(next);
        if (next?.type === 'topped_up') onToppedUp();
      },
      [onTopUp, onToppedUp],
    ),
  );
  return (
    <>
      <div role="status">
        {notice && (
          <div className={notice.type === 'topped_up' ? 'note good' : 'note warn'}>
            <p>{textOfNotice(notice)}</p>
            {notice.type !== 'topped_up' && notice.type !== 'goodbye' && (
              <button type="button" className="small" onClick={onTopUp}>
                Add time now
              </button>
            )}
          </div>
        )}
      </div>
      {sources.length > 0 && (
        <aside className="sources" aria-label="Sources">
          <span className="help">From:</span>
          <ul>
            {sources.map(({ title, url }) => (
              <li key={`${title} ${url ?? ''}`}>
                {url === undefined ? (
                  title
                ) : (
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    {title}
                  </a>
                )}
              </li>
            ))}
          </ul>
        </aside>
      )}
    </>
  );
};
