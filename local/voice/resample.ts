/** Zero crossings of the sinc on each side; 16 keeps images about 70 dB down. */
const ZERO_CROSSINGS = 16;
/** The pass band ends a little below the lower Nyquist frequency, which leaves room for the slope. */
const ROLLOFF = 0.92;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function blackman(x: number): number {
  return 0.42 + 0.5 * Math.cos(Math.PI * x) + 0.08 * Math.cos(2 * Math.PI * x);
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** One row of filter taps per position between two input samples. Every row sums to `gain`. */
function buildFilterBank(
  phases: number,
  half: number,
  cutoff: number,
  gain: number,
): Float64Array[] {
  return Array.from({ length: phases }, (_, phase) => {
    const taps = new Float64Array(2 * half);
    let sum = 0;
    for (let k = 0; k < taps.length; k++) {
      const distance = k - half + 1 - phase / phases;
      const tap = sinc(distance * cutoff) * blackman(Math.min(1, Math.abs(distance) / half));
      taps[k] = tap;
      sum += tap;
    }
    return taps.map((tap) => (tap * gain) / sum);
  });
}

/**
 * Changes the sample rate of mono 16-bit audio piece by piece (windowed sinc, polyphase).
 * Pitch and length in seconds are kept; `gain` (default 1) scales the amplitude.
 */
export class Resampler {
  readonly #step: number;
  readonly #phases: number;
  readonly #half: number;
  readonly #bank: Float64Array[];
  #pending: Float64Array;
  #centre: number;
  #phase = 0;

  constructor(fromHertz: number, toHertz: number, gain = 1) {
    const divisor = greatestCommonDivisor(fromHertz, toHertz);
    this.#phases = toHertz / divisor;
    this.#step = fromHertz / divisor;
    const cutoff = Math.min(1, toHertz / fromHertz) * ROLLOFF;
    this.#half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.#bank = buildFilterBank(this.#phases, this.#half, cutoff, gain);
    this.#pending = new Float64Array(this.#half);
    this.#centre = this.#half;
  }

  push(samples: ArrayLike<number>): Int16Array {
    const input = new Float64Array(this.#pending.length + samples.length);
    input.set(this.#pending);
    input.set(samples, this.#pending.length);
    const output = new Int16Array(Math.ceil((samples.length * this.#phases) / this.#step) + 1);
    let length = 0;
    while (this.#centre + this.#half < input.length && length < output.length) {
      output[length++] = this.#filter(input);
      this.#phase += this.#step;
      this.#centre += Math.floor(this.#phase / this.#phases);
      this.#phase %= this.#phases;
    }
    const consumed = Math.max(0, Math.min(this.#centre - this.#half, input.length));
    this.#pending = input.slice(consumed);
    this.#centre -= consumed;
    return output.slice(0, length);
  }

  /** The rest that still waited for samples to come. */
  flush(): Int16Array {
    return this.push(new Float64Array(this.#half));
  }

  #filter(input: Float64Array): number {
    const taps = this.#bank[this.#phase] ?? new Float64Array(0);
    const first = this.#centre - this.#half + 1;
    let sum = 0;
    for (let k = 0; k < taps.length; k++) sum += (input[first + k] ?? 0) * (taps[k] ?? 0);
    return Math.max(-32768, Math.min(32767, Math.round(sum)));
  }
}
