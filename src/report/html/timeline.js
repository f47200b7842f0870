"use strict";
(() => {
  const timeline = document.getElementById("timeline");
  if (!timeline) return;
  const scroll = timeline.querySelector(".scroll");
  const drawing = timeline.querySelector(".drawing");
  const details = document.getElementById("details");
  const knots = JSON.parse(timeline.dataset.knots);
  const width = Number(timeline.dataset.width);
  const end = knots[knots.length - 1][0] || 1;
  const margin = knots[0][1];
  let zoom = 1;
  let toScale = false;

  // Where a moment stands, before the zoom: between two knots in proportion, or all to scale.
  const place = (t) => {
    if (toScale) return margin + (t / end) * (knots[knots.length - 1][1] - margin);
    let low = 0;
    let high = knots.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (knots[middle][0] < t) low = middle + 1;
      else high = middle;
    }
    const [t1, x1] = knots[low];
    if (low === 0 || t1 <= t) return x1;
    const [t0, x0] = knots[low - 1];
    return x0 + ((t - t0) / (t1 - t0)) * (x1 - x0);
  };
  const spans = [...drawing.querySelectorAll("svg[data-f]")].map((node) => ({
    node,
    from: Number(node.dataset.f),
    to: Number(node.dataset.u),
    pad: Number(node.dataset.pad || 0),
    shift: Number(node.dataset.s || 0),
    least: node.classList.contains("stuck") ? 14 : 3,
    label: node.classList.contains("label"),
    open: node.classList.contains("label") && Number(node.dataset.u) === end,
  }));
  const points = [...drawing.querySelectorAll("[data-t]")].map((node) => ({
    node,
    at: Number(node.dataset.t),
    y: Number(node.dataset.y || 0),
    shift: Number(node.dataset.s || 0),
    label: node.classList.contains("major") ? node.querySelector("text") : null,
  }));
  const layOut = () => {
    drawing.setAttribute("width", Math.round(width * zoom));
    for (const { node, from, to, pad, shift, least, label, open } of spans) {
      const left = place(from) * zoom - pad;
      const room = Math.max(least, (open ? width : place(to) + shift) * zoom + pad - left);
      node.setAttribute("x", left);
      node.setAttribute("width", room);
      // Of a text without room only noise would be left.
      if (label) node.classList.toggle("off", room < 24);
    }
    let last = -1e9;
    for (const { node, at, y, shift, label } of points) {
      const x = (place(at) + shift) * zoom;
      node.setAttribute("transform", `translate(${x} ${y})`);
      if (label) {
        // Labels of the axis come in order; one that would stand on another is left out.
        label.classList.toggle("off", x - last < 70);
        if (x - last >= 70) last = x;
      }
    }
  };
  // Keeps what is under `at` (pixels from the left edge of the window on the drawing) where it is.
  const zoomTo = (wanted, at = scroll.clientWidth / 2) => {
    const before = zoom;
    zoom = Math.min(60, Math.max(0.05, wanted));
    layOut();
    scroll.scrollLeft = ((scroll.scrollLeft + at) * zoom) / before - at;
  };
  const fit = () => {
    zoom = 1;
    zoomTo(scroll.clientWidth / width);
    scroll.scrollLeft = 0;
  };
  const actions = {
    in: () => zoomTo(zoom * 1.5),
    out: () => zoomTo(zoom / 1.5),
    fit,
    true: (button) => {
      toScale = !toScale;
      button.setAttribute("aria-pressed", String(toScale));
      layOut();
    },
  };
  timeline.querySelector(".tools").addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) actions[button.dataset.do](button);
  });
  scroll.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomTo(zoom * Math.exp(-event.deltaY / 300), event.clientX - scroll.getBoundingClientRect().left);
    },
    { passive: false },
  );

  // Dragging moves the drawing.
  let held = null;
  scroll.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType === "mouse") held = { x: event.clientX, left: scroll.scrollLeft };
  });
  addEventListener("pointermove", (event) => {
    if (!held) return;
    scroll.classList.add("held");
    scroll.scrollLeft = held.left - (event.clientX - held.x);
  });
  addEventListener("pointerup", () => {
    held = null;
    scroll.classList.remove("held");
  });

  // Details of what is pointed at, in the words of its title; and its row of the table.
  let shown = [];
  const show = (node, scrollTable) => {
    const title = node.querySelector("title");
    if (!title) return;
    for (const old of shown) old.classList.remove("now");
    shown = [node];
    details.replaceChildren(Object.assign(document.createElement("b"), { textContent: title.textContent }));
    const row = node.dataset.e && document.querySelector(`#events tr[data-e="${node.dataset.e}"]`);
    if (row) {
      shown.push(row);
      if (scrollTable) {
        document.getElementById("events").open = true;
        row.scrollIntoView({ block: "nearest" });
      }
    }
    for (const now of shown) now.classList.add("now");
  };
  const under = (event) => event.target.closest(".mark, svg.span:not(.label):not(.fold)");
  drawing.addEventListener("pointerover", (event) => {
    const node = under(event);
    if (node && node !== drawing) show(node, false);
  });
  drawing.addEventListener("click", (event) => {
    const node = under(event);
    if (node && node !== drawing && node.dataset.e) show(node, true);
  });
  document.getElementById("events").addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-e]");
    const node = row && drawing.querySelector(`.mark[data-e="${row.dataset.e}"]`);
    if (node) step(marks.indexOf(node));
  });

  // From event to event by the keyboard.
  const marks = [...drawing.querySelectorAll(".mark")].sort((a, b) => Number(a.dataset.e) - Number(b.dataset.e));
  let current = -1;
  const step = (to) => {
    current = Math.min(marks.length - 1, Math.max(0, to));
    const node = marks[current];
    if (!node) return;
    show(node, false);
    const x = place(Number(node.dataset.t)) * zoom;
    if (x < scroll.scrollLeft + 40 || x > scroll.scrollLeft + scroll.clientWidth - 40) {
      scroll.scrollLeft = x - scroll.clientWidth / 2;
    }
  };
  scroll.addEventListener("keydown", (event) => {
    const keys = {
      ArrowRight: () => step(current + 1),
      ArrowLeft: () => step(current - 1),
      Home: () => step(0),
      End: () => step(marks.length - 1),
      "+": actions.in,
      "=": actions.in,
      "-": actions.out,
      0: fit,
    };
    const action = keys[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  });

  // One failed check at a time.
  const centre = (violation) => {
    const band = drawing.querySelector(`.band[data-v="${violation}"]`);
    if (!band) return;
    const middle = (place(Number(band.dataset.f)) + place(Number(band.dataset.u))) / 2;
    scroll.scrollLeft = middle * zoom - scroll.clientWidth / 2;
  };
  for (const button of timeline.querySelectorAll("[data-violation]")) {
    button.addEventListener("click", () => {
      const chosen = button.dataset.violation;
      for (const other of timeline.querySelectorAll("[data-violation]")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      for (const node of drawing.querySelectorAll("[data-v]")) {
        node.classList.toggle("off", node.dataset.v !== chosen);
      }
      centre(chosen);
    });
  }
  // The whole run at a glance, unless too much would have to be left out of its labels.
  if (scroll.clientWidth / width > 0.6) fit();
  else centre(timeline.querySelector('[data-violation][aria-pressed="true"]')?.dataset.violation);
})();
