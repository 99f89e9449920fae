// Chapters in JupyterLab read as the pages of the book do.
//
// JupyterLab shows {glue:text}`turnover` as it is written. Here numbers, figures, sources and events
// that the text names stand in it in words. Whenever a cell has run, the numbers are asked of the
// kernel anew, so a number that a student changes changes wherever it is named. Nothing is written
// into the notebook.
//
// JupyterLab loads this file as it is (a "prebuilt extension"): no step of building stands between.
(() => {
  const NAME = "iran-russia";
  // As iran_russia/exhibits.py names them.
  const FIGURE = "application/vnd.iran-russia.figure+json";
  const LIVE = "application/vnd.vegalite.v5+json";
  const ROLE = /\{(glue:text|numref|cite|event)\}$/;
  const TARGET = /^\(([\w-]+)\)=$/;
  // A kernel whose chapter has not imported the package yet is not made to.
  const WORDS =
    "__import__('sys').modules.get('iran_russia.facts') and __import__('iran_russia.lab').lab.words()";
  const STYLE = `
    .ir-waits { color: var(--jp-ui-font-color2); cursor: help; }
    .ir-missing { background: var(--jp-error-color3, #fdd); color: var(--jp-error-color1, #a00);
      font-family: var(--jp-code-font-family); padding: 0 0.3em; }
    .ir-figure { margin: 0.5em 0; max-width: 50em; }
    .ir-figure figcaption { font-size: 1.05em; }
    .ir-figure p { margin: 0.3em 0; }
    .ir-figure .ir-unit, .ir-figure .ir-source { color: var(--jp-ui-font-color2); font-size: 0.9em; }
    .ir-figure .ir-plot svg { max-width: 100%; height: auto; }
    .ir-turned { color: var(--jp-error-color1, #a00); }
    .ir-scroll { overflow: auto; max-height: 32em; }
    .jp-RenderedHTMLCommon .ir-scroll :is(th, td) { text-align: left; vertical-align: top; }
    .jp-RenderedHTMLCommon .ir-scroll .ir-number { text-align: right; }
    /* Folded cells that show nothing stand side by side, so that the text is not torn apart. */
    .ir-chapter .jp-CodeCell:has(.jp-InputPlaceholder):not(:has(.jp-OutputArea-output)) {
      display: inline-block; padding: 0 0.2em; vertical-align: top; }
    .ir-chapter .jp-CodeCell:has(.jp-InputPlaceholder):not(:has(.jp-OutputArea-output))
      :is(.jp-InputCollapser, .jp-InputPrompt, .jp-CellHeader, .jp-Cell-outputWrapper) { display: none; }
    .ir-chapter .jp-CodeCell:has(.jp-InputPlaceholder):not(:has(.jp-OutputArea-output)) .jp-PlaceholderText {
      max-width: 11em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .ir-key-value { margin: 0 0.4em; }
    .ir-spark { height: 1.2em; width: 5em; fill: none; stroke: currentColor; }`;

  let scope;
  const shared = async (name) => (await Object.values(scope[name])[0].get())();
  const states = new Map(); // path of a chapter -> its panel, and the words that its kernel gave

  /** Put places for words where the rendered Markdown of a cell names them. */
  function prepare(node, path) {
    for (const code of node.querySelectorAll("code")) {
      const before = code.previousSibling;
      const role = before?.nodeType === Node.TEXT_NODE && before.data.match(ROLE);
      if (!role) continue;
      before.data = before.data.slice(0, role.index);
      const place = document.createElement("span");
      Object.assign(place.dataset, { irRole: role[1], irName: code.textContent });
      code.replaceWith(place);
      fill(place, states.get(path));
    }
    for (const link of node.querySelectorAll("a[href]:empty")) {
      const page = link.href.match(/(\w+)\.md\b/);
      if (!page) continue;
      const place = link.appendChild(document.createElement("span"));
      Object.assign(place.dataset, { irRole: "title", irName: page[1] });
      fill(place, states.get(path));
    }
    node.querySelector("code[class='language-{pages}']")?.parentNode.remove(); // the list of pages
    for (const target of node.querySelectorAll("p")) {
      const name = target.textContent.match(TARGET);
      if (!name) continue;
      if (target.nextElementSibling) target.nextElementSibling.id = name[1];
      target.remove();
    }
  }

  const write = (place, words, state = "", title = "") =>
    Object.assign(place, { textContent: words, className: state, title });

  /** Write the words of one place. */
  function fill(place, state) {
    const { irRole: role, irName: name } = place.dataset;
    const words = state?.words;
    if (role === "event") {
      const [, text, id] = name.match(/^(.*?)\s*<(.*)>$/s) ?? [null, name, name];
      write(place, text, "", `Event ${id} of the chronology`);
    } else if (role === "title") {
      write(place, words?.titles[name] ?? name);
    } else if (role === "cite") {
      // As the page has them, by author.
      const named = name.split(",").map((key) => words?.cited[key.trim()] ?? key.trim()).sort();
      write(place, `[${named.join(", ")}]`);
    } else if (role === "numref") {
      const number = state ? figures(state.panel).findIndex((f) => figureOf(f).name === name) + 1 : 0;
      if (number) {
        write(place, "");
        const link = Object.assign(document.createElement("a"), { textContent: `Fig. ${number}` });
        link.href = `#${name}`;
        place.append(link);
      } else write(place, words?.figures[name] ?? "…", words ? "" : "ir-waits");
    } else if (words && name in words.facts) {
      write(place, words.facts[name]);
    } else if (state && ran(state.panel)) {
      write(place, `no fact ${name}`, "ir-missing", "No cell of this chapter states it.");
    } else {
      write(place, "…", "ir-waits", `The cell that gives ${name} has not run yet.`);
    }
  }

  const codeCells = (panel) =>
    panel.content.widgets.filter((cell) => cell.model.type === "code" && cell.model.sharedModel.source.trim());
  const ran = (panel) => codeCells(panel).every((cell) => cell.model.executionCount !== null);
  const figureOf = (cell) => cell.model.getMetadata("mystnb")?.figure;
  const figures = (panel) => codeCells(panel).filter(figureOf);

  /** Follow a link to a figure or a section of the same chapter, or to another page of the book. */
  function follow(event, panel, commands) {
    const target = event.target.closest?.("a[href]")?.getAttribute("href") ?? "";
    const page = target.match(/^site:(.*)\.html/);
    if (page) {
      event.preventDefault();
      commands.execute("docmanager:open", { path: `${page[1]}.md` });
    }
    const name = target.startsWith("#") && target.slice(1);
    const cells = panel.content.widgets;
    const place = cells.findIndex(
      (cell) => name && (figureOf(cell)?.name === name || cell.model.sharedModel.source.includes(`(${name})=`)),
    );
    if (place < 0) return;
    event.preventDefault();
    event.stopPropagation();
    panel.content.scrollToItem(place, "start");
  }

  /** Mark the headings that the data do not bear out, since a choice is another. */
  function mark({ panel, words }) {
    for (const heading of panel.node.querySelectorAll(".jp-RenderedMarkdown :is(h2, h3)")) {
      heading.querySelector(".ir-turned")?.remove();
      // JupyterLab puts the place of a number before the words, and a link after them.
      const said = [...heading.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      if (!words?.turned.includes(said.map((node) => node.data).join(""))) continue;
      said[0].before(Object.assign(document.createElement("span"), { className: "ir-turned", textContent: words.mark }));
    }
  }

  /** Write all that the text of a chapter names, and the numbers of its figures. */
  function refresh(state) {
    mark(state);
    for (const place of state.panel.node.querySelectorAll("[data-ir-role]")) fill(place, state);
    figures(state.panel).forEach((cell, index) => {
      const { caption } = figureOf(cell);
      for (const place of cell.node.querySelectorAll(".ir-figure .ir-numbered"))
        place.textContent = `Fig. ${index + 1}`;
      for (const title of cell.node.querySelectorAll(".ir-figure .ir-title:empty"))
        title.textContent = caption ?? "";
    });
  }

  /** Write into whatever comes to the page with places: a busy browser brings cells late. */
  function watch(state) {
    const places = "[data-ir-role], .ir-numbered, h2, h3";
    const holds = (node) => node.matches?.(places) || node.querySelector?.(places);
    new MutationObserver((changes) => {
      if (changes.some(({ addedNodes }) => [...addedNodes].some(holds))) refresh(state);
    }).observe(state.panel.node, { childList: true, subtree: true });
  }

  /** Ask the kernel for its words; while an answer is awaited, ask once more after it at most. */
  async function ask(state) {
    if (state.asking) {
      state.again = true;
      return;
    }
    const kernel = state.panel.sessionContext.session?.kernel;
    if (!kernel) return;
    state.asking = true;
    try {
      do {
        state.again = false;
        const reply = await kernel.requestExecute({
          code: "", silent: true, store_history: false, user_expressions: { words: WORDS },
        }).done;
        const told = reply.content.user_expressions?.words;
        if (told?.data?.["application/json"]) state.words = told.data["application/json"];
        // A cell that fails makes the kernel drop what is waiting, this question included.
        else if (reply.content.status !== "ok") state.again = !state.dropped;
        else if (told?.status === "error") console.error(NAME, told.ename, told.evalue);
        state.dropped = reply.content.status !== "ok";
        refresh(state);
      } while (state.again);
    } catch (error) {
      console.warn(NAME, error); // the kernel was restarted meanwhile
    } finally {
      state.asking = false;
    }
  }

  /** Fold the code that the page folds, in the view alone; choices stay open. */
  function fold(panel) {
    panel.content.addClass("ir-chapter");
    for (const cell of codeCells(panel)) {
      const tags = cell.model.getMetadata("tags") ?? [];
      if (!tags.includes("hide-input") || tags.includes("choices")) continue;
      cell.syncCollapse = false;
      cell.inputHidden = true;
    }
  }

  /** Bring the cell that failed into view: after "Run All" the last one stands there. */
  function showFailed(notebook) {
    const failed = notebook.widgets.findIndex(
      ({ model }) => model.type === "code" && model.outputs.toJSON().some((output) => output.output_type === "error"),
    );
    if (failed >= 0) notebook.scrollToItem(failed, "center");
  }

  async function extension() {
    const { INotebookTracker, NotebookActions } = await shared("@jupyterlab/notebook");
    const { IRenderMimeRegistry } = await shared("@jupyterlab/rendermime");
    const { Widget } = await shared("@lumino/widgets");

    function textRenderer(original) {
      return (options) => {
        const renderer = original.createRenderer(options);
        const render = renderer.renderModel.bind(renderer);
        renderer.renderModel = async (model) => {
          await render(model);
          prepare(renderer.node, options.resolver?.path);
        };
        return renderer;
      };
    }

    function figureRenderer(registry) {
      return (options) => {
        const widget = new Widget();
        widget.renderModel = async (model) => {
          widget.node.innerHTML = model.data["text/html"];
          const slot = widget.node.querySelector(".ir-plot");
          const live = registry.createRenderer(LIVE, options);
          await live.renderModel(
            registry.createModel({ data: { [LIVE]: model.data[FIGURE] }, trusted: true }),
          );
          slot.replaceChildren(live.node);
        };
        return widget;
      };
    }

    return {
      id: `${NAME}:chapters`,
      autoStart: true,
      requires: [INotebookTracker, IRenderMimeRegistry],
      activate: (app, tracker, registry) => {
        document.head.append(Object.assign(document.createElement("style"), { textContent: STYLE }));
        const markdown = registry.getFactory("text/markdown");
        registry.addFactory({ ...markdown, createRenderer: textRenderer(markdown) }, markdown.defaultRank ?? 60);
        registry.addFactory(
          { safe: false, mimeTypes: [FIGURE], createRenderer: figureRenderer(registry) }, 0,
        );
        tracker.widgetAdded.connect(async (_, panel) => {
          const state = { panel };
          states.set(panel.context.path, state);
          panel.content.node.addEventListener("click", (event) => follow(event, panel, app.commands), true);
          panel.disposed.connect(() => states.delete(panel.context.path));
          watch(state);
          await panel.revealed;
          fold(panel);
          refresh(state);
          await panel.sessionContext.ready;
          ask(state);
        });
        NotebookActions.executed.connect((_, { notebook, cell, success }) => {
          const state = [...states.values()].find(({ panel }) => panel.content === notebook);
          if (!state) return;
          if (cell.model.type === "code") ask(state);
          if (!success) showFailed(notebook);
        });
      },
    };
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB[NAME] = {
    init: (scopes) => { scope = scopes; },
    get: async () => {
      const plugin = await extension();
      return () => ({ __esModule: true, default: plugin });
    },
  };
})();
