"use strict";
(() => {
  const table = document.getElementById("class");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const chips = [...document.querySelectorAll("[data-filter]")];
  let filter = "";

  const narrow = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.dataset.search;
      const fits = words.every((word) => text.includes(word)) && (!filter || row.dataset.fate.split(" ").includes(filter));
      row.hidden = !fits;
      count += Number(fits);
    }
    found.textContent = `${count} of ${rows.length} students`;
  };
  search.addEventListener("input", narrow);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      filter = filter === chip.dataset.filter ? "" : chip.dataset.filter;
      for (const other of chips) other.setAttribute("aria-pressed", String(other.dataset.filter === filter));
      narrow();
    });
  }

  const heads = [...table.tHead.rows[0].cells];
  const sort = (column) => {
    const head = heads[column];
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => row.cells[column].dataset.value;
    const compare = (a, b) => {
      const [left, right] = [value(a), value(b)];
      // What has no number stands at the end, however it is sorted.
      if (left === "" || right === "") return Number(left === "") - Number(right === "");
      const order = head.dataset.sort === "number" ? Number(left) - Number(right) : left.localeCompare(right);
      return up ? order : -order;
    };
    body.append(...rows.sort(compare));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => sort(column));
  });
  narrow();
})();
