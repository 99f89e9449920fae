/* The search page: finds sections by words, numbers, designations and other spellings. It reads
   search-index.js, which holds the text of the sections, and builds the index of words itself. */
(() => {
  "use strict";
  const WORD = /\p{N}{1,3}(?:[,\u00a0\u2009\u202f]\p{N}{3})+(?![\p{N}\p{L}])|[\p{L}\p{M}\p{N}\u200c]+(?:[-\u2010-\u2015\u2212'’.,:/_+&][\p{L}\p{M}\p{N}\u200c]+)*/gu;
  const LETTERS = { ي: "ی", ى: "ی", ك: "ک", ة: "ه", ı: "i", ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae" };
  const known = new Map();

  /* Without capitals, accents, vowel signs and other digits, with one kind of dash and quote. */
  function plain(word) {
    return word.normalize("NFKD").replace(/[\p{M}\u0640\u200c]/gu, "").toLowerCase()
      .replace(/[يىكةıøłđßæ]/g, (letter) => LETTERS[letter])
      .replace(/[٠-٩۰-۹]/g, (digit) => digit.charCodeAt(0) & 15)
      .replace(/[\u2010-\u2015\u2212]/g, "-").replace(/’/g, "'");
  }

  /* A number without what separates thousands and without zeros at its end; else undefined. */
  function number(word) {
    if (/^\d{1,3}([,\s]\d{3})+(\.\d+)?$/.test(word)) word = word.replace(/[,\s]/g, "");
    if (/^\d+\.\d+$/.test(word)) return word.replace(/\.?0+$/, "");
    return /^\d+$/.test(word) ? word : undefined;
  }

  /* All forms of a word as it stands, the whole first: "S-400" is s-400, s, 400 and s400. */
  function forms(word) {
    if (!known.has(word)) known.set(word, [...new Set(taken(plain(word)))]);
    return known.get(word);
  }

  function taken(word) {
    const whole = number(word);
    if (whole !== undefined) return [whole];
    const pieces = word.split(/[^\p{L}\p{N}.,]/u);
    const parts = pieces.flatMap((piece) => number(piece) ?? piece.split(/[.,]/));
    if (parts.length === 1) return [word];
    const joined = parts.join("");
    const initials = parts.every((part) => part.length === 1);
    const designation = /\d/.test(joined) && /\p{L}/u.test(joined) && joined.length <= 16;
    return [word, ...parts, ...(initials || designation ? [joined] : [])];
  }

  const words = (text) => text.match(WORD) ?? [];
  /* Words of a question that say nothing of its subject: asked for only where no others are. */
  const IDLE = new Set(("a an and any are as at be been by can did do does for from had has have how i in " +
    "into is it its many much of on or so than that the their them there they this to was were what " +
    "when where which who whom whose why will with").split(" "));
  const telling = (query) => {
    const all = words(query);
    const rest = all.filter((word) => !IDLE.has(plain(word)));
    return rest.length ? rest : all;
  };
  const flat = (text) => ` ${words(text).flatMap((word) => {
    const [whole, ...rest] = forms(word);
    return rest.length ? whole.split(/[^\p{L}\p{N}]+/u) : whole;
  }).join(" ")} `;

  /* The index: a word → the numbers of the blocks that hold it, in order. */
  function take(pages, groups) {
    const book = { blocks: [], sections: [], places: new Map(), groups: groups.map((g) => g.map(flat)) };
    pages.forEach(([href, share, sections], page) => {
      const title = sections[0][1];
      for (const [anchor, heading, blocks] of sections) {
        const section = book.sections.length;
        const first = book.blocks.length;
        book.blocks.push({ section, anchor, text: heading, heading: true });
        for (const block of blocks) {
          const [at, text] = typeof block === "string" ? [anchor, block] : block;
          book.blocks.push({ section, anchor: at, text, heading: false });
        }
        const size = book.blocks.length - first;
        book.sections.push({ page, href, share, title, anchor, heading, size, top: heading === title });
      }
    });
    const put = (form, block) => {
      const places = book.places.get(form);
      if (!places) book.places.set(form, [block]);
      else if (places[places.length - 1] !== block) places.push(block);
    };
    book.blocks.forEach(({ text, anchor, section }, block) => {
      for (const word of words(text)) forms(word).forEach((form) => put(form, block));
      // The name of a row or figure, which its text may leave out.
      if (anchor !== book.sections[section].anchor) put(plain(anchor), block);
    });
    book.usual = book.blocks.length / book.sections.length;
    book.terms = [...book.places.keys()].sort();
    return book;
  }

  /* Words of the index that a word of a query means → how well: itself, its plural or singular,
     and words that have up to three letters more. */
  function meant(book, form) {
    const found = new Map();
    const add = (term, worth) => book.places.has(term) && !found.has(term) && found.set(term, worth);
    add(form, 1);
    if (!/\p{L}/u.test(form) || form.length < 3) return found;
    for (const end of ["s", "es"]) {
      add(form + end, 0.8);
      if (form.endsWith(end) && form.length > 3 + end.length) add(form.slice(0, -end.length), 0.8);
    }
    if (form.endsWith("ies")) add(`${form.slice(0, -3)}y`, 0.8);
    if (form.endsWith("y")) add(`${form.slice(0, -1)}ies`, 0.8);
    let [low, high] = [0, book.terms.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (book.terms[middle] < form) low = middle + 1; else high = middle;
    }
    for (; book.terms[low]?.startsWith(form); low += 1) {
      if (/^\p{L}{1,3}$/u.test(book.terms[low].slice(form.length))) add(book.terms[low], 0.4);
    }
    return found;
  }

  /* A query and what it is with other spellings of the names in it → how much each counts. */
  function variants(book, query) {
    const own = flat(query);
    const all = new Map([[query, 1]]);
    for (const group of book.groups) {
      for (const name of group.filter((one) => own.includes(one))) {
        for (const other of group) {
          if (other !== name && all.size < 24) all.set(own.replace(name, other).trim(), 0.9);
        }
      }
    }
    return all;
  }

  /* What a query asks for: for each of its words the words of the index that answer it. A
     designation that stands nowhere in one piece is asked for by its parts. */
  function asked(book, query) {
    return telling(query).flatMap((word) => {
      const all = forms(word);
      const joined = all[0].replace(/[^\p{L}\p{N}]/gu, "");
      const found = meant(book, all[0]);
      if (all.includes(joined)) meant(book, joined).forEach((well, term) => found.set(term, well));
      if (found.size || all.length === 1) return [found];
      return all.slice(1).filter((part) => part !== joined).map((part) => meant(book, part));
    });
  }

  /* Sections that answer → score and best block. Heading before phrase before count; a count
     weighs less in a long section, a row of a table less than a sentence. */
  function weigh(book, query, worth, need) {
    const terms = asked(book, query);
    const phrase = flat(query);
    const sections = new Map();
    const entitled = new Map();  // a page → the words of the query that stand in its title
    terms.forEach((term, nth) => {
      const blocks = new Map();
      for (const [form, well] of term) {
        for (const block of book.places.get(form)) {
          blocks.set(block, Math.max(well, blocks.get(block) ?? 0));
        }
      }
      const rare = Math.log(1 + book.blocks.length / (1 + blocks.size));
      for (const [block, well] of blocks) {
        const { section, heading, text } = book.blocks[block];
        if (!sections.has(section)) sections.set(section, { hits: new Map(), counts: [], headed: new Set(), rare: [] });
        const of = sections.get(section);
        of.counts[nth] = (of.counts[nth] ?? 0) + well * (text.includes(" | ") ? 0.4 : 1);
        of.rare[nth] = rare;
        if (heading) of.headed.add(nth);
        if (heading && book.sections[section].top) {
          const { page } = book.sections[section];
          entitled.set(page, (entitled.get(page) ?? new Set()).add(nth));
        }
        if (!of.hits.has(block)) of.hits.set(block, new Set());
        of.hits.get(block).add(nth);
      }
    });
    const found = [];
    for (const [section, { hits, counts, headed, rare }] of sections) {
      const has = Object.keys(counts).length;
      if (has < (need === "all" ? terms.length : 1)) continue;
      const { page, size, top, title, share } = book.sections[section];
      const long = 0.4 + 0.6 * size / book.usual;
      let score = 0;
      for (const nth of Object.keys(counts)) score += rare[nth] * 2.2 * counts[nth] / (counts[nth] + 1.2 * long);
      let [best, most] = [-1, -1];
      let [together, named] = [false, false];
      for (const [block, here] of hits) {
        const { anchor, heading, text } = book.blocks[block];
        const said = query.includes("_") ? text : text.replace(/\S+_\S+/g, " ");  // a code says no phrase
        const exact = terms.length > 1 && here.size === terms.length && flat(said).includes(phrase);
        together ||= exact;
        named ||= terms.length === 1 && anchor !== book.sections[section].anchor &&
          flat(anchor).endsWith(phrase);
        const value = here.size + (exact ? 2 : 0) - (heading ? 0.9 : 0) - (text.includes(" | ") ? 0.5 : 0);
        if (value > most) [best, most] = [block, value];
      }
      if (together) score *= 1.6;
      // Of a heading count the words that tell most; that of the page counts for all its sections.
      const whole = rare.reduce((sum, one) => sum + one, 0);
      const told = (nths) => [...nths].reduce((sum, nth) => sum + (rare[nth] ?? 0), 0) / whole;
      score += (top ? 12 : 6) * told(headed);
      if (!top) score += 12 * told(entitled.get(page) ?? []);
      if (top && flat(title) === phrase) score += 80;
      if (named) score += 10;
      found.push({ section, score: worth * (named ? 1 : share) * score * has / terms.length, block: best,
        forms: new Set(terms.flatMap((term) => [...term.keys()])) });
    }
    return found;
  }

  /* Pages that answer a query, best first, each with its sections, best first. */
  function find(book, query) {
    for (const need of ["all", "some"]) {
      const best = new Map();
      for (const [variant, worth] of variants(book, query)) {
        if (!words(variant).length) continue;
        for (const one of weigh(book, variant, worth, need)) {
          const before = best.get(one.section);
          if (!before) best.set(one.section, one);
          else {
            const forms = new Set([...before.forms, ...one.forms]);
            best.set(one.section, { ...(one.score > before.score ? one : before), forms });
          }
        }
      }
      if (!best.size) continue;
      const pages = new Map();
      for (const one of [...best.values()].sort((a, b) => b.score - a.score)) {
        const { page, href, title } = book.sections[one.section];
        if (!pages.has(page)) pages.set(page, { href, title, score: one.score, sections: [] });
        pages.get(page).sections.push(one);
      }
      // A page that says it in several sections is more likely meant than one that says it once.
      for (const page of pages.values()) {
        page.score = page.sections.reduce((sum, one, nth) => sum + one.score * 0.5 ** nth, 0);
      }
      return { all: need === "all", pages: [...pages.values()].sort((a, b) => b.score - a.score) };
    }
    return { all: true, pages: [] };
  }

  /* The sentence that holds most of the words, cut to what a reader takes in. */
  function excerpt(text, forms_, room = 260) {
    const hits = (part) => [...part.matchAll(WORD)].filter((m) => forms(m[0]).some((f) => forms_.has(f)));
    let best = "", most = -1;
    for (const part of text.split(/(?<=[.!?;])\s+(?=[\p{Lu}\p{N}“"(])/u)) {
      const count = new Set(hits(part).map((m) => plain(m[0]))).size;
      if (count > most) [best, most] = [part, count];
    }
    const first = hits(best)[0]?.index ?? 0;
    let start = best.length > room ? Math.max(0, Math.min(first - 90, best.length - room)) : 0;
    if (start) start = best.indexOf(" ", start) + 1;
    let end = Math.min(best.length, start + room);
    if (end < best.length) end = Math.max(best.lastIndexOf(" ", end), first + 1);
    const cut = best.slice(start, end);
    const nodes = start ? ["… "] : [];
    let done = 0;
    for (const hit of hits(cut)) {
      const mark = document.createElement("mark");
      mark.textContent = hit[0];
      nodes.push(cut.slice(done, hit.index), mark);
      done = hit.index + hit[0].length;
    }
    nodes.push(cut.slice(done), ...(end < best.length ? [" …"] : []));
    return nodes;
  }

  const make = (tag, options, ...children) => {
    const node = Object.assign(document.createElement(tag), options);
    node.append(...children);
    return node;
  };

  function item(book, { section, block, forms: sought }) {
    const { href, heading } = book.sections[section];
    const { anchor, text, heading: only } = book.blocks[block];
    const link = make("a", { href: `${href}#${encodeURIComponent(anchor)}` }, heading);
    return make("li", {}, link, ...(only ? [] : [make("p", {}, ...excerpt(text, sought))]));
  }

  const SHOWN = 4;  // sections of a page; the others are folded
  function show(book, query, { all, pages }) {
    const sections = pages.reduce((sum, page) => sum + page.sections.length, 0);
    const count = (n, word) => `${n.toLocaleString("en")} ${word}${n === 1 ? "" : "s"}`;
    const said = !pages.length ? `Nothing in the book holds “${query}”.`
      : `${all ? "" : "No section holds all of these words; some of them: "}${
        count(sections, "section")} on ${count(pages.length, "page")} for “${query}”.`;
    status.textContent = said;
    document.getElementById("search-results").replaceChildren(...pages.map((page) => {
      const items = page.sections.map((one) => () => item(book, one));
      const list = make("ul", {}, ...items.slice(0, SHOWN).map((one) => one()));
      const parts = [make("h2", {}, page.title), list];
      if (items.length > SHOWN) {
        const more = make("details", {}, make("summary", {}, count(items.length - SHOWN, "more section")));
        more.addEventListener("toggle", () => more.append(
          make("ul", {}, ...items.slice(SHOWN).map((one) => one()))), { once: true });
        parts.push(more);
      }
      return make("section", {}, ...parts);
    }));
  }

  async function unpack(packed) {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  let book;
  window.bookSearch = async (query) => {
    book ??= unpack(window.BOOK_INDEX).then((pages) => take(pages, window.BOOK_ALIASES));
    return find(await book, query);
  };

  const status = document.getElementById("search-status");
  status.textContent = "";
  const query = new URLSearchParams(location.search).get("q")?.trim();
  if (!query) return;
  document.querySelectorAll("form.bd-search input").forEach((field) => { field.value = query; });
  document.title = `${query} – ${document.title}`;
  status.textContent = "Searching …";
  window.bookSearch(query).then(async (found) => show(await book, query, found)).catch((error) => {
    status.textContent = "The search needs a newer browser.";
    console.error(error);
  });
})();
