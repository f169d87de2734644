/** `status` and `reproduce --dry-run`: what would run and why; runs nothing. */
import { overlays, type Parsed } from "../arguments.ts";
import { folderOf } from "../../history/conclusion.ts";
import { configurationOf } from "../../artifacts/configuration.ts";
import type { Console } from "../console.ts";
import { unwrap } from "../../failure.ts";
import type { Event } from "../../run/event.ts";
import { narrow } from "../../graph/select.ts";
import type { Plan } from "../../plan/plan.ts";
import { consult } from "../../history/consult.ts";
import { open, type Opened } from "../../plan/open.ts";
import type { Overlays, Project } from "../../project/project.ts";
import type { Facts } from "../../store/fingerprint.ts";
import { findingLines } from "../../render/findings.ts";
import { folderLines } from "../../render/folder.ts";
import { planLines } from "../../render/plan.ts";
import { capacityOf } from "../../executor/machine.ts";
import { announce } from "../../run/run.ts";
import { jsonLine } from "../../text/visible.ts";

/** The command `status`: exit code 0 if everything is up to date, 3 if not. */
export default async function statusCommand<Config>(
  project: Project<Config>,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  const request = {
    ...overlays(parsed, project.shorthands),
    targets: [],
    force: [],
    jobs: undefined,
  };
  const plan = await show(project, request, parsed, console);
  return plan.current ? 0 : 3;
}

/** `reproduce --dry-run`: the plan that `reproduce` would obey. */
export async function dryRun<Config>(
  project: Project<Config>,
  request: Wanted,
  parsed: Parsed,
  console: Console,
): Promise<number> {
  await show(project, request, parsed, console);
  return 0;
}

/** The facts of every instance but those of its inputs: what an archive's code is asked for. */
function factsOf({ graph, world }: Opened): FactsEvent {
  const instances = Object.fromEntries(
    graph.instances.map((instance) => [instance.id, world.own(instance)]),
  );
  return { kind: "facts", instances };
}

interface FactsEvent {
  readonly kind: "facts";
  readonly instances: { readonly [id: string]: Facts };
}

interface Wanted extends Overlays {
  readonly targets: readonly string[];
  readonly force: readonly string[];
  readonly jobs: number | undefined;
}

async function show<Config>(
  project: Project<Config>,
  request: Wanted,
  parsed: Parsed,
  { out, err, style, outStyle, columns }: Console,
): Promise<Plan> {
  const opened = unwrap(await open(project, request, request.force));
  const graph = unwrap(narrow(opened.graph, request.targets));
  const { plan, world } = await consult(project, request, graph, opened);
  opened.save();
  const found = folderOf(
    opened.artifacts.report(),
    configurationOf(opened.experiment, request),
  );
  const folder = found && {
    ...found,
    ...(found.wanted && { cost: plan.cost }),
  };
  if (world.cache) {
    world.cache.health.listener = (message) =>
      err(`${style.yellow("warning:")} cache ${message}\n`);
  }
  announce(
    plan,
    capacityOf(request.jobs),
    (event: Event) => {
      if (event.kind !== "planned") return;
      if (parsed.has("json")) {
        out(jsonLine({ ...event, ...(folder && { folder }) }));
        if (parsed.has("verbose")) out(jsonLine(factsOf(opened)));
      } else {
        const wall = (instance: string) => {
          const { stage } = plan.graph.byId.get(instance)!; // of this plan
          const { nearest, fingerprint } = plan.decided.get(instance)!; // as above
          const compared = nearest ?? fingerprint;
          return compared && opened.store.record(stage, compared)?.wall;
        };
        const lines = planLines(event, outStyle, {
          all: parsed.has("verbose"),
          width: columns(),
          ...(parsed.has("verbose") && { wall }),
        });
        const said = folderLines(folder, columns(), outStyle);
        out([...said, ...lines].join("\n") + "\n");
      }
    },
  );
  if (parsed.has("verbose") && !parsed.has("json")) {
    for await (const finding of project.standing?.(request) ?? []) {
      out(findingLines(finding, columns(), outStyle).join("\n") + "\n");
    }
  }
  return plan;
}
