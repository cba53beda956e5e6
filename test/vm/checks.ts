/**
 * What a check is: a sentence that is true or not, found out inside the guest. Checks that need the
 * same network share a scene, since starting daemons is what takes time in a guest.
 */
export interface Check<Scene> {
  readonly name: string;
  /** Throws when the sentence is not true. What it returns is worth knowing. */
  run(scene: Scene): Promise<string | undefined>;
  /** Its limit, when it is more than usual. */
  readonly limitMs?: number;
}

export interface Act {
  /** The names of its checks, in the order they are played. */
  readonly names: readonly string[];
  /** Plays the checks named in `wanted`, one after the other, and tells how each went. */
  play(
    wanted: ReadonlySet<string>,
    report: (name: string, run: Performance) => Promise<void>,
  ): Promise<void>;
}

export interface Performance {
  readonly limitMs: number;
  run(): Promise<string | undefined>;
  /** What the scene looks like, for a check that failed. */
  story(): string;
}

const DEFAULT_LIMIT_MS = 120_000;

/** Checks that are played on one scene; it is opened for the first and closed after the last. */
export function act<Scene extends AsyncDisposable & { story(): string }>(
  open: () => Promise<Scene>,
  checks: readonly Check<Scene>[],
): Act {
  return {
    names: checks.map(({ name }) => name),
    async play(wanted, report) {
      let opening: Promise<Scene> | undefined;
      let scene: Scene | undefined;
      for (const check of checks.filter(({ name }) => wanted.has(name))) {
        await report(check.name, {
          limitMs: check.limitMs ?? DEFAULT_LIMIT_MS,
          run: async () => {
            opening ??= open();
            scene = await opening;
            return check.run(scene);
          },
          story: () => scene?.story() ?? "",
        });
      }
      await scene?.[Symbol.asyncDispose]();
    },
  };
}
