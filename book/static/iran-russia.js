/* Charts are drawn in the page as SVG; they come alive when the reader turns to one.
   Registers become searchable and sortable when they come near. Nothing is loaded before. */
(() => {
  "use strict";
  const base = document.currentScript.src.replace(/[^/]*$/, "");
  const loading = new Map();

  /* Classic scripts, not modules: they also load from file://. */
  function script(src) {
    if (!loading.has(src)) {
      loading.set(src, new Promise((resolve, reject) => {
        const tag = document.createElement("script");
        tag.src = src;
        tag.onload = resolve;
        tag.onerror = () => reject(new Error(`cannot load ${src}`));
        document.head.append(tag);
      }));
    }
    return loading.get(src);
  }

  /* Bootstrap serves menus, tooltips and "Back to top"; it comes at the reader's first move, and
     with it the buttons that copy code. */
  const moves = ["pointermove", "pointerdown", "keydown", "scroll"];
  const bootstrap = () => {
    moves.forEach((move) => window.removeEventListener(move, bootstrap));
    if (document.querySelector(".highlight")) {
      script(`${base}clipboard.min.js`).then(() => script(`${base}copybutton.js`)).catch(console.warn);
    }
    return script(`${base}scripts/bootstrap.js`).catch(console.warn);
  };
  moves.forEach((move) => window.addEventListener(move, bootstrap, { passive: true }));
  for (const menu of document.querySelectorAll("[data-bs-toggle=dropdown]")) {
    /* A click that came before Bootstrap did is made again. */
    menu.addEventListener("click", () => {
      if (!window.bootstrap) bootstrap().then(() => menu.click());
    }, { once: true });
  }

  /* Code that is unfolded and too wide can be scrolled by keyboard; the theme looks only once. */
  document.addEventListener("toggle", ({ target }) => {
    for (const code of target.querySelectorAll("pre")) {
      if (code.scrollWidth > code.clientWidth) code.tabIndex = 0;
    }
  }, true);

  /* One switch shows or hides the code of all pages; the browser remembers it where it may. */
  const folded = document.querySelectorAll("details.hide, details.ir-code");
  const header = document.querySelector(".article-header-buttons");
  if (folded.length && header) {
    const button = Object.assign(document.createElement("button"),
      { type: "button", className: "ir-code-switch", textContent: "Code" });
    button.title = "Show or hide the code of all pages";
    const show = (shown) => {
      document.documentElement.dataset.code = shown ? "shown" : "hidden";
      button.setAttribute("aria-pressed", shown);
      folded.forEach((one) => { one.open = shown; });
    };
    let kept = "";
    try { kept = localStorage.getItem("ir-code") ?? ""; } catch { /* some browsers keep nothing */ }
    show(kept === "shown");
    button.addEventListener("click", () => {
      show(document.documentElement.dataset.code !== "shown");
      try { localStorage.setItem("ir-code", document.documentElement.dataset.code); } catch { /* as above */ }
    });
    header.prepend(button);
  }

  let arrived;
  window.iranRussia = { live: (specs) => { arrived = specs; } };
  let queue = Promise.resolve();

  /* The tooltip of all charts is there before its first words, so that they are read out. */
  function announce() {
    if (document.getElementById("vg-tooltip-element")) return;
    const tooltip = Object.assign(document.createElement("div"),
      { id: "vg-tooltip-element", className: "vg-tooltip", role: "status" });
    document.body.append(tooltip);
  }

  /* One chart after the other, so that `arrived` belongs to the chart that asked for it. */
  function awaken(exhibit) {
    if (exhibit.dataset.state) return;
    exhibit.dataset.state = "loading";
    queue = queue.then(async () => {
      announce();
      await script(`${base}vega.js`);
      await script(exhibit.dataset.live);
      const specs = arrived;
      for (const size of ["wide", "narrow"]) {
        const drawn = exhibit.querySelector(`.ir-${size}`);
        if (!drawn.getClientRects().length) continue;
        const spec = specs[size];
        for (const data of spec.data) {
          if (data.name in specs.values) data.values = specs.values[data.name];
        }
        const stage = document.createElement("div");
        await window.vegaEmbed(stage, spec, { renderer: "svg", actions: false, ast: true });
        const svg = stage.querySelector("svg");
        svg.setAttribute("aria-hidden", "true");
        svg.querySelectorAll("a").forEach((link) => link.setAttribute("tabindex", "-1"));
        drawn.replaceChildren(...stage.childNodes);
      }
      walkable(exhibit.querySelector(".ir-plot"));
      exhibit.dataset.state = "live";
    }).catch((error) => {
      /* The drawn chart stays; say why it does not answer. */
      exhibit.dataset.state = "still";
      console.warn(error);
    });
  }

  /* By keyboard: arrows go from mark to mark as a pointer does, with tooltips that are read out;
     Enter clicks the mark. */
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  function walkable(plot) {
    let at = null;
    const tell = (kind, place) => at?.dispatchEvent(new MouseEvent(kind, { bubbles: true, ...place }));
    plot.setAttribute("role", "application");
    plot.setAttribute("aria-roledescription", "chart; arrow keys read its marks");
    const leave = () => {
      tell("mouseout");
      at = null;
    };
    plot.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      if (event.key === "Enter") tell("click");
      if (!(event.key in STEPS) || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const answers = ({ __data__: item }) => item?.tooltip || item?.href;
      const marks = [...plot.querySelectorAll("svg.marks *")].filter(
        (mark) => mark.ownerSVGElement && answers(mark) && mark.getClientRects().length);
      const next = at ? marks.indexOf(at) + STEPS[event.key] : 0;
      leave();
      at = marks[(next + marks.length) % marks.length];
      if (!at) return;
      at.scrollIntoView({ block: "nearest" });
      const { x, y, width, height } = at.getBoundingClientRect();
      tell("pointermove", { clientX: x + width / 2, clientY: y + height / 2 });
    });
    plot.addEventListener("blur", leave);
  }

  for (const exhibit of document.querySelectorAll("[data-live]")) {
    const plot = exhibit.querySelector(".ir-plot");
    for (const event of ["pointerenter", "focusin", "touchstart"]) {
      plot.addEventListener(event, () => awaken(exhibit), { once: true, passive: true });
    }
  }

  async function searchable(table) {
    await script(`${base}datatables.js`);
    if (!document.querySelector("link[data-datatables]")) {
      const style = Object.assign(document.createElement("link"),
        { rel: "stylesheet", href: `${base}datatables.css` });
      style.dataset.datatables = "";
      document.head.append(style);
    }
    table.closest(".ir-scroll").classList.add("ir-searchable");
    const register = new window.DataTable(table, {
      order: [], pageLength: 10, lengthMenu: [10, 25, 100, { label: "all", value: -1 }],
      autoWidth: false,
      layout: { topStart: "search", topEnd: "pageLength", bottomStart: "info", bottomEnd: "paging" },
      language: { search: "Search:", lengthMenu: "_MENU_ rows a page" },
    });
    const name = table.caption.textContent;
    table.closest(".dt-container").querySelector("nav")?.setAttribute("aria-label", `Pages of: ${name}`);
    offerFilters(register, table);
    registers.push(register);
    const turn = () => turnTo(register, decodeURIComponent(location.hash.slice(1)));
    turn();
    window.addEventListener("hashchange", turn);
  }

  /* A menu for each kind in data-choose: only rows whose part of that kind is the one chosen. */
  function offerFilters(register, table) {
    if (!table.dataset.choose) return;
    const menus = Object.assign(document.createElement("div"), { className: "ir-filters" });
    for (const kind of table.dataset.choose.split(" ")) {
      const chosen = register.rows({ order: "index" }).nodes().toArray().map(
        (row) => row.querySelector(`[data-choice=${kind}]`)?.textContent);
      const menu = document.createElement("select");
      menu.append(new Option("all", ""));
      for (const value of [...new Set(chosen)].sort()) menu.append(new Option(value, value));
      register.search.fixed(kind, (_, __, row) => printing || !menu.value || chosen[row] === menu.value);
      menu.addEventListener("change", () => register.draw());
      const label = document.createElement("label");
      label.append(`${kind[0].toUpperCase()}${kind.slice(1)}: `, menu);
      menus.append(label);
    }
    table.closest(".dt-container").prepend(menus);
  }

  /* A link can name a row that stands on another page of its register. */
  function turnTo(register, id) {
    const row = register.row((_, __, node) => id && node.id === id);
    if (!row.any()) return;
    register.search("");
    const place = register.rows({ order: "applied" }).indexes().indexOf(row.index());
    register.page(Math.floor(place / register.page.len())).draw(false);
    unfold(row.node());
    row.node().scrollIntoView({ block: "center" });
  }

  /* What is folded in a row that a link leads to stands open. */
  function unfold(row) {
    row?.querySelectorAll(".ir-more").forEach((more) => { more.open = true; });
  }
  const arrive = () => unfold(document.getElementById(decodeURIComponent(location.hash.slice(1))));
  window.addEventListener("hashchange", arrive);
  arrive();

  /* On paper a register that was paged, searched or filtered is whole; after it, as it was. */
  const registers = [];
  let printing = false;
  let kept = [];
  window.addEventListener("beforeprint", () => {
    printing = true;
    kept = registers.map((register) => {
      const state = { page: register.page(), length: register.page.len(), search: register.search() };
      register.search("").page.len(-1).draw();
      return state;
    });
  });
  window.addEventListener("afterprint", () => {
    printing = false;
    registers.forEach((register, nth) => {
      const { page, length, search } = kept[nth] ?? {};
      if (length) register.search(search).page.len(length).draw().page(page).draw(false);
    });
  });

  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      searchable(target).catch(console.warn);
    }
  }, { rootMargin: "300px" });
  document.querySelectorAll("table.ir-register").forEach((table) => near.observe(table));
})();
