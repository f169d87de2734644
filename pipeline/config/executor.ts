/** What a configuration says of a cluster: `[executor.slurm]`. */
import * as v from "valibot";

const count = (least: number, most: number) => {
  const message = `a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(message),
    v.integer(message),
    v.minValue(least, message),
    v.maxValue(most, message),
  );
};

const NAME = /^[\w][\w.,@+-]*$/;
const WORD = "a name of letters, digits and .,@+-";
const name = v.pipe(v.string(WORD), v.regex(NAME, WORD));

/**
 * Options of sbatch that the engine sets itself, or that would take a job away from
 * it: who submits, where it writes, how it is called, what runs it again.
 */
const OURS = [
  ...["array", "bb", "bbf", "chdir", "cluster-constraint", "clusters"],
  ...["cpus-per-task", "dependency", "error", "export", "export-file"],
  ...[
    "get-user-env",
    "gid",
    "help",
    "hold",
    "input",
    "job-name",
    "kill-on-inv",
  ],
  ...["kill-on-invalid-dep", "mem", "no-requeue", "ntasks", "output"],
  ...["open-mode", "parsable", "quiet", "requeue", "signal", "test-only"],
  ...["time", "uid", "usage", "version", "wait", "wrap"],
];
const SHORT = "aDJoeidHhMnQtVWc";

/** Why an argument cannot be given to sbatch; undefined if it can. */
function refusal(argument: string): string | undefined {
  const [, long] = /^--([a-z][a-z-]*)(?:=[\s\S]*)?$/.exec(argument) ?? [];
  if (long !== undefined) {
    // sbatch takes the beginning of a name for the whole.
    const ours = OURS.find((one) => one === long) ??
      OURS.find((one) => one.startsWith(long) && long.length > 1);
    return ours && `--${ours} is the engine's`;
  }
  const [, letter] = /^-([a-zA-Z])/.exec(argument) ?? [];
  if (letter === undefined) return "each begins with - or --, as --qos=long";
  return SHORT.includes(letter) ? `-${letter} is the engine's` : undefined;
}

const ARGUMENTS =
  'a list of arguments for sbatch, as ["--constraint=a100"], without those of the engine';

const argument = v.pipe(
  v.string(ARGUMENTS),
  v.check((text) => !/[\0\n]/.test(text), ARGUMENTS),
  v.check(
    (text) => refusal(text) === undefined,
    ({ input }) => `${ARGUMENTS}: ${refusal(input)}`,
  ),
);

/** The table `[executor]`, every key of which may be missing. */
export const executorSchema = v.optional(
  v.strictObject({
    slurm: v.optional(
      v.strictObject({
        /** Partition, account and quality of service; the cluster's defaults unless said. */
        partition: v.optional(name),
        account: v.optional(name),
        qos: v.optional(name),
        /** More arguments of sbatch, each a word. */
        extra: v.optional(v.array(argument, ARGUMENTS), []),
        /** Minutes, for stages that declare none. */
        time: v.optional(count(1, 525_600)),
        /** MiB, for stages that declare none. */
        memory: v.optional(count(1, 100_000_000), 2000),
        /** Jobs of this run that may be in the queue at once. */
        jobs: v.optional(count(1, 100_000), 1000),
        /** Instances that one job runs, one after the other; else as long ones as pay. */
        chunk: v.optional(count(1, 10_000)),
        /** Seconds before its time limit in which a job may keep a last state. */
        lead: v.optional(count(5, 3600), 60),
        /** How often an instance may begin anew that a machine was taken from. */
        retries: v.optional(count(0, 100), 2),
      }, "a table"),
      {},
    ),
  }, "a table"),
  {},
);

/** The checked `[executor]`. */
export type ExecutorSettings = v.InferOutput<typeof executorSchema>;
/** The checked `[executor.slurm]`. */
export type SlurmSettings = ExecutorSettings["slurm"];
