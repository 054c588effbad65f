/**
 * Of the page that a table is shown in, right after it, which is why it is text: a click on a heading, or Enter on it, sorts the rows by
 * that column, first ascending; a second one turns the order round. Arrows in the headings say so. Cells carry what they are sorted by in
 * data-value; missing values come last either way.
 */
const makeSortable = `(function (table) {
  if (!table) return;
  const headings = Array.from(table.tHead.rows[0].cells);
  const body = table.tBodies[0];
  const arrows = { none: ' ↕', ascending: ' ↑', descending: ' ↓' };
  const mark = (heading, order) => {
    heading.setAttribute('aria-sort', order);
    heading.lastChild.textContent = arrows[order];
    heading.lastChild.style.opacity = order === 'none' ? 0.4 : 1;
  };
  const sortBy = (column) => {
    const descending = headings[column].getAttribute('aria-sort') === 'ascending';
    const rows = Array.from(body.rows).map((row) => ({ row, key: row.cells[column].dataset.value }));
    rows.sort((a, b) => {
      if (a.key === '' || b.key === '') return Number(a.key === '') - Number(b.key === '');
      const difference = Number(a.key) - Number(b.key);
      const order = Number.isNaN(difference) ? a.key.localeCompare(b.key) : difference;
      return descending ? -order : order;
    });
    headings.forEach((heading, at) => mark(heading, at !== column ? 'none' : descending ? 'descending' : 'ascending'));
    rows.forEach(({ row }) => body.appendChild(row));
  };
  headings.forEach((heading, column) => {
    heading.tabIndex = 0;
    heading.style.cursor = 'pointer';
    heading.title = 'sort';
    heading.appendChild(document.createElement('span')).ariaHidden = 'true';
    mark(heading, 'none');
    heading.onclick = () => sortBy(column);
    heading.onkeydown = (event) => { if (event.key === 'Enter') sortBy(column); };
  });
})((function () {
  // VS Code runs a copy of the script at the end of the output.
  let element = document.currentScript;
  while (element && !(element.tagName === 'TABLE' && element.querySelector('[data-value]') && !element.querySelector('[aria-sort]'))) {
    element = element.previousElementSibling;
  }
  return element;
})());`;

/** The element that makes the table right before it sortable, where the page lets scripts run. */
export const sortScript = `<script>${makeSortable}</script>`;
