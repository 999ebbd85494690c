import { useDataChannel } from '@livekit/components-react';
import { useCallback, useState } from 'react';
import { NOTICE_TOPIC, parseNotice, textOfNotice } from '../notices.ts';
import type { Notice } from '../notices.ts';
import { routes } from '../routes.ts';

/** The agent's latest notice; a top-up opens beside the call, which goes on. */
export const CallNotices = () => {
  const [notice, setNotice] = useState<Notice>();
  useDataChannel(
    NOTICE_TOPIC,
    useCallback(({ payload }: { payload: Uint8Array }) => {
      const next = parseNotice(payload);
      if (next) setNotice(next);
    }, []),
  );
  return (
    <div role="status">
      {notice && (
        <div className={notice.type === 'topped_up' ? 'note good' : 'note warn'}>
          <p>{textOfNotice(notice)}</p>
          {notice.type !== 'topped_up' && (
            <a href={routes.prices} target="_blank" rel="noopener">
              Buy time in a new tab
            </a>
          )}
        </div>
      )}
    </div>
  );
};
