/** Files that the reader opens or drops: which kind they are, and who takes them. */

/**
 * @typedef {{kind: "run" | "curve" | "metrics", name: string, content: any}} Opened
 */

/** What a file of JSON is, by what it has. */
function kindOf(content) {
  if (content?.instances && content.run) return "run";
  if (Array.isArray(content?.instances) && content.artifacts) return "record";
  if (Array.isArray(content?.steps) && Array.isArray(content.epochs)) {
    return "curve";
  }
  if (content?.models && content.dataset) return "metrics";
  return undefined;
}

/** A published record, as an archive has it, told as the run that it is of. */
function fromRecord({ machine, instances }) {
  return {
    run: {},
    machine,
    instances: Object.fromEntries(
      instances.map(({ id, ...one }) => [id, { ...one, outcome: "built" }]),
    ),
  };
}

/**
 * Listens to pickers of files and to drops anywhere on the page.
 * @param {{[kind: string]: (opened: Opened) => void}} takers
 * @param {(message: string) => void} complain
 */
export function startOpening(takers, complain) {
  const open = async (files) => {
    for (const file of files) {
      try {
        const content = JSON.parse(await file.text());
        const kind = kindOf(content);
        if (kind === undefined) {
          complain(
            `${file.name} is neither a run.json, nor a curve, nor a metrics.json.`,
          );
        } else if (kind === "record") {
          const run = fromRecord(content);
          takers.run({ kind: "run", name: file.name, content: run });
        } else takers[kind]({ kind, name: file.name, content });
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        complain(`${file.name} is not JSON.`);
      }
    }
  };
  for (const id of ["compare", "open-run"]) {
    const picker = document.getElementById(id);
    picker.addEventListener("change", async () => {
      await open(picker.files);
      picker.value = ""; // the same file can be opened again
    });
  }
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer) open(event.dataTransfer.files);
  });
}
