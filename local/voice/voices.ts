/** How eSpeak NG speaks as one of OpenAI's voices. */
export interface VoiceSettings {
  /** eSpeak NG language with an optional variant, e.g. `en-us+f3`. */
  espeak: string;
  /** 0–100. */
  pitch: number;
  wordsPerMinute: number;
}

const VOICES: Readonly<Record<string, VoiceSettings>> = {
  alloy: { espeak: 'en-us+f2', pitch: 45, wordsPerMinute: 165 },
  ash: { espeak: 'en-us+m3', pitch: 45, wordsPerMinute: 165 },
  ballad: { espeak: 'en-gb+m1', pitch: 50, wordsPerMinute: 155 },
  cedar: { espeak: 'en-us+m7', pitch: 40, wordsPerMinute: 160 },
  coral: { espeak: 'en-us+f4', pitch: 55, wordsPerMinute: 170 },
  echo: { espeak: 'en-us', pitch: 40, wordsPerMinute: 165 },
  fable: { espeak: 'en-gb', pitch: 50, wordsPerMinute: 160 },
  marin: { espeak: 'en-us+f3', pitch: 50, wordsPerMinute: 170 },
  nova: { espeak: 'en-us+f3', pitch: 60, wordsPerMinute: 170 },
  onyx: { espeak: 'en-us', pitch: 20, wordsPerMinute: 155 },
  sage: { espeak: 'en-us+f1', pitch: 45, wordsPerMinute: 160 },
  shimmer: { espeak: 'en-us+f5', pitch: 55, wordsPerMinute: 165 },
  verse: { espeak: 'en-us+m2', pitch: 55, wordsPerMinute: 170 },
};

/** Names that `POST /v1/audio/speech` takes (platform.openai.com/docs/guides/text-to-speech). */
export const VOICE_NAMES: readonly string[] = Object.keys(VOICES);

export const DEFAULT_VOICE = 'alloy';

/** Undefined when OpenAI has no such voice. */
export function findVoice(name: string): VoiceSettings | undefined {
  return Object.hasOwn(VOICES, name) ? VOICES[name] : undefined;
}
