/** The part of eSpeak NG's Emscripten build that the double uses; the package ships no types. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface ESpeakNGWorker {
    /** Hertz of the samples that `synthesize` hands out (22050). */
    readonly samplerate: number;
    set_voice(name: string): void;
    /** Words per minute, 80–450. */
    set_rate(wordsPerMinute: number): void;
    /** 0–100, 50 is the voice's own pitch. Reset by `set_voice`. */
    set_pitch(pitch: number): void;
    /** Synchronous. The callback gets about 100 ms of samples at a time; returning true stops. */
    synthesize(text: string, onAudio: (samples: Int16Array | null) => boolean): void;
  }
  export interface ESpeakNGModule {
    readonly eSpeakNGWorker: new () => ESpeakNGWorker;
  }
  export default function createESpeakNG(): Promise<ESpeakNGModule>;
}
