import { useMaybeRoomContext } from '@livekit/components-react';
import type { TextStreamReader } from 'livekit-client';
import { useEffect, useState } from 'react';
import type { Line } from '../conversation.ts';

const TOPIC = 'lk.transcription';
const SEGMENT = 'lk.segment_id';

/** Puts a line in the place of its earlier version, or at the end. */
const withLine = (lines: readonly Line[], line: Line): readonly Line[] => {
  const index = lines.findIndex(({ id }) => id === line.id);
  return index === -1 ? [...lines, line] : lines.with(index, line);
};

/**
 * What is said in the room, from LiveKit's text streams: what the agent says comes word by word in one
 * stream, what it understands comes again and again, as a stream of its own under the same segment.
 * (`useTranscriptions` does the same, but a sentence that is cut off by hanging up is an error in it that
 * nobody can catch.)
 */
export const useSpokenLines = (): readonly Line[] => {
  const room = useMaybeRoomContext();
  const [lines, setLines] = useState<readonly Line[]>([]);
  useEffect(() => {
    if (room === undefined) return;
    const follow = async (reader: TextStreamReader, identity: string): Promise<void> => {
      const { id, timestamp, attributes } = reader.info;
      let text = '';
      for await (const words of reader) {
        text += words;
        const line: Line = {
          id: attributes?.[SEGMENT] ?? id,
          isMine: identity === room.localParticipant.identity,
          isTyped: false,
          text,
          at: timestamp,
        };
        setLines((before) => withLine(before, line));
      }
    };
    room.registerTextStreamHandler(TOPIC, (reader, { identity }) => {
      // What was shown of a sentence that is cut off stays.
      follow(reader, identity).catch(() => undefined);
    });
    return () => room.unregisterTextStreamHandler(TOPIC);
  }, [room]);
  return lines;
};
