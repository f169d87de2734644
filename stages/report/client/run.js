/** A run that the reader opens: its times and outcomes on the graph of the stages. */

const WORDS = { built: "ran", reused: "reused", restored: "restored" };

/**
 * Shows what the file tells; what it leaves out is left out here, for it may come
 * from an older or a newer engine.
 * @param {import("./opened.js").Opened} opened a page of the engine's history
 */
export function showRun({ name, content: { run, machine, instances } }) {
  const stages = Map.groupBy(
    Object.entries(instances)
      .filter(([, instance]) => instance !== null)
      .map(([id, instance]) => ({ stage: id.split("[")[0], ...instance })),
    (instance) => instance.stage,
  );
  const seconds = (list) =>
    list.reduce((sum, instance) => sum + (instance.seconds ?? 0), 0);
  const longest = Math.max(...Array.from(stages.values(), seconds), 1e-9);
  for (const box of document.querySelectorAll(".dag [data-stage]")) {
    const list = stages.get(box.dataset.stage) ?? [];
    const whole = box.querySelector("rect").width.baseVal.value;
    box.querySelector(".share")
      .setAttribute("width", String(whole * seconds(list) / longest));
    box.classList.toggle(
      "reused",
      list.length > 0 && list.every((one) => one.outcome !== "built"),
    );
    const [note, ...others] = box.querySelectorAll(".note");
    others.forEach((line) => line.textContent = "");
    note.textContent = list.length === 0
      ? "not in this run"
      : `${time(seconds(list))} · ${outcomes(list, true)}`;
  }
  for (const row of document.querySelectorAll("#stages [data-stage]")) {
    const list = stages.get(row.dataset.stage) ?? [];
    row.querySelector("[data-seconds]").textContent = list.length === 0
      ? "–"
      : seconds(list).toFixed(1);
    row.querySelector("[data-outcome]").textContent = list.length === 0
      ? "not in this run"
      : outcomes(list, false);
  }
  document.body.classList.add("has-run");
  document.getElementById("run-status").textContent = `${name}: ${
    account(run ?? {}, machine ?? {})
  } Seconds of reused stages are those of the run that made them.`;
}

/** Shows the run that was put into the page when it was opened, if one was. */
export function showOwnRun() {
  const text = document.getElementById("run").textContent.trim();
  if (text === "") return;
  showRun({ kind: "run", name: "This run", content: JSON.parse(text) });
}

/** When, how long and where, as far as it is known. */
function account(
  { started, success, seconds },
  { cpu, cores, os, arch, deno },
) {
  const words = [];
  if (typeof started === "string") {
    words.push(`${started.slice(0, 16).replace("T", " ")} UTC`);
  }
  if (typeof seconds === "number") {
    words.push(
      `${success ? "complete" : "not complete"} after ${time(seconds)}`,
    );
  }
  if (cpu) words.push(`on ${cpu}`);
  if (cores) words.push(cores === 1 ? "1 core" : `${cores} cores`);
  if (os) words.push([os, arch].filter(Boolean).join(" "));
  if (deno) words.push(`Deno ${deno}`);
  return words.length === 0 ? "" : `${words.join(", ")}.`;
}

/** `2 ran, 1 reused`; in short the word alone where all did the same. */
function outcomes(list, short) {
  const counts = Map.groupBy(list, (instance) => instance.outcome);
  if (short && counts.size > 1) return "mixed";
  return Array.from(counts, ([kind, { length }]) => {
    const word = WORDS[kind] ?? kind;
    return short || list.length === 1 ? word : `${length} ${word}`;
  }).join(", ");
}

function time(seconds) {
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
