/** \`deno task bench NAME [--json]\`: measures, and prints tables for BENCHMARKS.md. */
import { kill } from "./kill.ts";
import { measure, type Report } from "./noop.ts";

const [name, ...rest] = Deno.args;
const json = rest.includes("--json");
const say = (line: string) => console.error(line);
const number = (option: string) => {
  const at = rest.indexOf(option);
  return at < 0 ? undefined : rest[at + 1];
};

switch (name) {
  case "train": {
    const { bench } = await import("./train.ts");
    await bench(rest);
    break;
  }
  case "noop": {
    const sizes = number("--sizes")?.split(",").map(Number);
    const report = await measure({
      say,
      ...(sizes && { sizes }),
      ...(number("--rounds") && { rounds: Number(number("--rounds")) }),
    });
    console.log(json ? JSON.stringify(report) : table(report));
    break;
  }
  case "kill": {
    const kills = await kill(Number(number("--times") ?? 100), say);
    console.log(
      json
        ? JSON.stringify(kills)
        : `${kills.kills} kills: ${kills.wrong} wrong, ${kills.failed} failed, ${kills.broken} broken objects`,
    );
    break;
  }
  case "slurm": {
    const { measure, table } = await import("./slurm.ts");
    const chunks = (number("--chunks") ?? "auto,1").split(",")
      .map((one) => one === "auto" ? one : Number(one));
    const many = Number(number("--instances") ?? 1000);
    const rounds = Number(number("--rounds") ?? 3);
    const measured = await measure(many, chunks, rounds, say);
    if (measured) {
      console.log(json ? JSON.stringify(measured) : table(measured));
    }
    break;
  }
  case "cache": {
    const { measure, table } = await import("./cache.ts");
    const profile = number("--profile");
    const measured = await measure(
      profile === undefined ? [] : ["--profile", profile],
      Number(number("--instances") ?? 1000),
      say,
    );
    if (measured) {
      console.log(json ? JSON.stringify(measured) : table(measured));
    }
    break;
  }
  case "whole": {
    const { measure, table } = await import("./whole.ts");
    const profile = number("--profile");
    const measured = await measure(
      profile === undefined ? [] : ["--profile", profile],
      Number(number("--rounds") ?? 5),
      number("--against"),
      say,
    );
    console.log(json ? JSON.stringify(measured) : table(measured));
    break;
  }
  default:
    console.error(
      "usage: deno task bench train|noop|kill|slurm|cache|whole [--json]",
    );
    Deno.exit(2);
}

function table({ ours, peers, overhead }: Report): string {
  const rows = [
    ...ours.map((row) => ({ name: "facsimile", ...row })),
    ...peers,
  ];
  return [
    "| tool | instances | no-op, ms | one edit, ms |",
    "|---|---:|---:|---:|",
    ...rows.map(({ name, instances, median_ms, one_edit_ms }) =>
      `| ${name} | ${instances} | ${median_ms} | ${one_edit_ms} |`
    ),
    "",
    "| tool | ms per trivial stage, 200 from clean |",
    "|---|---:|",
    ...overhead.map(({ name, ms_per_stage }) =>
      `| ${name} | ${ms_per_stage} |`
    ),
  ].join("\n");
}
