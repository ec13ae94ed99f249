// Draws the figures of a page, in its light or dark theme, and filters and sorts its tables.
"use strict";
(() => {
  const LIGHT = {
    1: "#0072B2", 2: "#D55E00", 3: "#009E73", 4: "#CC79A7", 5: "#E69F00", 6: "#56B4E9", 7: "#6B7280",
    up: "#0072B2", down: "#D55E00", total: "#6B7280", good: "#009E73", fair: "#E69F00", bad: "#D55E00",
    ink: "#1B1F24", muted: "#5C6670", grid: "#E8EBEF", axis: "#C3C9D0", paper: "#FFFFFF",
  };
  const DARK = {
    ...LIGHT, 1: "#56B4E9", 2: "#E5793F", 3: "#2FBF94", 4: "#DD9BC2", 5: "#F0C04A", 6: "#8FA8FF", 7: "#9AA4AF",
    up: "#56B4E9", down: "#E5793F", total: "#8A949F", good: "#2FBF94", fair: "#F0C04A", bad: "#E5793F",
    ink: "#E8EBEE", muted: "#A2ACB6", grid: "#2A313A", axis: "#4A545F", paper: "#1B2027",
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("screen and (max-width: 760px)");

  function color(name, theme) {
    const [key, alpha] = name.slice(1).split(":");
    const hex = theme[key];
    if (!alpha) return hex;
    const part = (at) => parseInt(hex.slice(at, at + 2), 16);
    return `rgba(${part(1)},${part(3)},${part(5)},${alpha})`;
  }

  // Only what plotly takes for a colour: a client may be called @1.
  function paint(value, theme, isColor) {
    if (Array.isArray(value)) return value.map((each) => paint(each, theme, isColor));
    if (value && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => [key, paint(each, theme, /color$/.test(key))]),
      );
    }
    return isColor && typeof value === "string" && value[0] === "@" ? color(value, theme) : value;
  }

  function layoutOf(layout, theme) {
    const font = { family: getComputedStyle(document.body).fontFamily, size: 12, color: theme.ink };
    // A bridge has too many steps for a phone.
    const xaxis = narrow.matches && layout.xaxis.tickangle === 0 ? { ...layout.xaxis, tickangle: -55 } : layout.xaxis;
    return {
      ...layout, xaxis, font, separators: ".,", hovermode: layout.hovermode || "closest",
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 8, r: 12, t: layout.showlegend ? 8 : 12, b: 8 },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", font: { size: 12 } },
      hoverlabel: { bgcolor: theme.ink, font: { ...font, color: theme.paper }, bordercolor: theme.ink },
      dragmode: false,
    };
  }

  const plots = [...document.querySelectorAll(".plot")].map((element) => [
    element, JSON.parse(element.nextElementSibling.textContent),
  ]);

  function draw(theme) {
    for (const [element, figure] of plots) {
      const { data, layout } = paint(figure, theme, false);
      const config = { displayModeBar: false, responsive: true, scrollZoom: false, showTips: false };
      const traces = data.map((each) =>
        each.type === "waterfall" && narrow.matches ? { ...each, text: each.meta } : each);
      Plotly.react(element, traces, layoutOf(layout, theme), config);
    }
  }
  const show = () => draw(dark.matches ? DARK : LIGHT);
  show();
  dark.addEventListener("change", show);
  narrow.addEventListener("change", show);
  addEventListener("beforeprint", () => draw(LIGHT));
  addEventListener("afterprint", show);

  // On a phone the boards do not fit side by side.
  document.querySelector("[aria-current]").scrollIntoView({ inline: "center", block: "nearest" });

  // Escape closes a definition that is shown.
  for (const button of document.querySelectorAll(".info")) {
    const open = () => button.classList.remove("closed");
    button.addEventListener("focus", open);
    button.addEventListener("mouseenter", open);
  }
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const button of document.querySelectorAll(".info")) button.classList.add("closed");
  });

  function sort(table, column) {
    const heading = table.tHead.rows[0].cells[column];
    const before = heading.getAttribute("aria-sort");
    const isNumber = heading.classList.contains("number");
    const sign = (before ? before === "descending" : !isNumber) ? 1 : -1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const key = (row) => row.cells[column].dataset.key;
    const order = (a, b) => {
      if (key(a) === "" || key(b) === "") return (key(a) === "") - (key(b) === "");
      return sign * (isNumber ? key(a) - key(b) : key(a).localeCompare(key(b), "en"));
    };
    table.tBodies[0].append(...[...table.tBodies[0].rows].sort(order));
  }

  for (const table of document.querySelectorAll(".sortable")) {
    [...table.tHead.rows[0].cells].forEach((cell, column) => {
      cell.firstElementChild.addEventListener("click", () => sort(table, column));
    });
  }

  for (const form of document.querySelectorAll(".filters")) {
    const rows = [...form.parentElement.querySelectorAll("tbody tr")];
    const selects = [...form.querySelectorAll("select")];
    const search = form.querySelector("input");
    const apply = () => {
      const text = search ? search.value.trim().toLowerCase() : "";
      let count = 0;
      for (const row of rows) {
        const isWanted = selects.every((s) => !s.value || row.cells[s.dataset.column].textContent === s.value);
        row.hidden = !(isWanted && row.textContent.toLowerCase().includes(text));
        count += !row.hidden;
      }
      form.querySelector("output").textContent = `${count} of ${rows.length}`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }
  document.documentElement.dataset.drawn = plots.length;
})();
