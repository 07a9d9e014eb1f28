/** What every fault is: something that goes wrong under a real service, and what must hold meanwhile. */
export interface Fault {
  readonly name: string;
  /** What must hold. Each time it doesn't is a violation. */
  readonly promise: string;
  /** So many trials unless told otherwise. */
  readonly trials: number;
  /** Throws `Impossible` where the machine can't make the fault. */
  run(trials: number): Promise<Outcome>;
}

export interface Outcome {
  readonly violations: readonly string[];
  /** What was measured, for people. */
  readonly figure: string;
}

/** The fault can't be made here: it is said, and counts as nothing shown. */
export class Impossible extends Error {}

/** What was seen in all trials, and what should not have been. */
export class Findings {
  readonly violations: string[] = [];
  readonly #times = new Map<string, number[]>();

  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.violations.push(otherwise);
  }

  /** Milliseconds, or any other number whose range is worth telling. */
  note(what: string, value: number): void {
    this.#times.set(what, [...(this.#times.get(what) ?? []), value]);
  }

  /** `what: median (lowest–highest)` of all that was noted. */
  outcome(unit = 'ms'): Outcome {
    const figures = [...this.#times].map(([what, values]) => {
      const sorted = values.toSorted((a, b) => a - b);
      const at = (index: number): string => (sorted[index] ?? Number.NaN).toFixed(0);
      return `${what}: ${at(sorted.length >> 1)} (${at(0)}–${at(sorted.length - 1)}) ${unit}`;
    });
    return { violations: this.violations, figure: figures.join('; ') };
  }
}
