/** A run that the reader opens: its times and outcomes on the graph of the stages. */

const WORDS = { built: "ran", reused: "reused" };

/** @param {import("./opened.js").Opened} opened a page of the engine's history */
export function showRun({ name, content: { run, machine, instances } }) {
  const stages = Map.groupBy(
    Object.values(instances),
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
      list.length > 0 && list.every((one) => one.outcome === "reused"),
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
    run.started.slice(0, 16).replace("T", " ")
  } UTC, ${run.success ? "complete" : "not complete"} after ${
    time(run.seconds)
  }, on ${machine.cpu}, ${machine.cores} cores, ${machine.os} ${machine.arch}, Deno ${machine.deno}. Seconds of reused stages are those of the run that made them.`;
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
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
