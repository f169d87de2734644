/** Long tables: sorted by the head that is pressed, and shortened to what is looked for. */
import { element } from "./picture.js";

/** Makes the tables that ask for it sortable, each with a field that filters its rows. */
export function startTables() {
  for (const table of document.querySelectorAll("table.sortable")) {
    const body = table.tBodies[0];
    // Before the heads become buttons, for it quotes them.
    table.closest(".scroll").before(filter(table));
    [...table.tHead.rows[0].cells].forEach((head, column) =>
      addSorter(head, () => sort(body, head, column))
    );
  }
}

function addSorter(head, onPress) {
  const button = element("button", "sorter", ...head.childNodes);
  button.type = "button";
  button.addEventListener("click", onPress);
  head.append(button);
}

/** Sorts by a column: first upwards, pressed again downwards. */
function sort(body, head, column) {
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of head.parentElement.cells) {
    other.removeAttribute("aria-sort");
  }
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const text = (row) => row.cells[column].dataset.value;
  const numbers = [...body.rows].every((row) => !isNaN(text(row)));
  const value = (row) => numbers ? Number(text(row)) : text(row);
  const sorted = [...body.rows].sort((a, b) =>
    (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (up ? 1 : -1)
  );
  body.append(...sorted);
}

/** A field for words: rows are left in which each begins a key. */
function filter(table) {
  const rows = [...table.tBodies[0].rows];
  const keys = (row) => [...row.querySelectorAll("th, .key")];
  const names = keys(rows[0]).map(({ cellIndex }) =>
    table.tHead.rows[0].cells[cellIndex].textContent.toLowerCase()
  );
  const field = element("input", "");
  field.type = "search";
  const count = element("output", "");
  const tell = () => {
    const words = field.value.split(/[\s,]+/).filter(Boolean);
    for (const row of rows) {
      const texts = keys(row).map((cell) => cell.textContent);
      row.hidden = !words.every((word) =>
        texts.some((text) => text.startsWith(word))
      );
    }
    const left = rows.filter((row) => !row.hidden).length;
    count.textContent = left === rows.length
      ? `${rows.length} rows`
      : `${left} of ${rows.length} rows`;
  };
  field.addEventListener("input", tell);
  tell();
  const label = element("label", "filter", `Filter by ${names.join(", ")} `);
  label.append(field);
  return element("div", "tools", label, count);
}
