"use strict";
(function () {
  function meta(name, from) { return (from || document).querySelector("meta[name=hostlock-" + name + "]").content; }
  function by(id) { return document.getElementById(id); }
  function nameOf(part) { return part.id || part.tagName; }
  function partsOf(from) { return Array.from(from.querySelectorAll("body>header,body>nav,main>section")); }
  var key = meta("key"), state = +meta("state"), made = new Map(), run = { id: 0, text: "" }, loading = false;
  partsOf(document).forEach(function (part) { made.set(nameOf(part), part.outerHTML); });

  function say(text, isBad) { by("live").textContent = text; by("live").className = isBad ? "bad" : ""; }

  // What a person has opened, focused, typed and scrolled in a part, and how to bring it back into the part that takes its place.
  function keep(part) {
    var folds = Array.from(part.querySelectorAll("details"));
    function title(fold) { return fold.querySelector("summary").textContent; }
    var focus = part.contains(document.activeElement) ? document.activeElement : null;
    function called(each) { return each.id || each.getAttribute("aria-label") || each.textContent; }
    function same(from) {
      return Array.from(from.querySelectorAll(focus.tagName)).filter(function (other) { return called(other) === called(focus); });
    }
    var at = focus ? same(part).indexOf(focus) : 0, box = part.querySelector("#filter");
    var scrolled = Array.from(part.querySelectorAll(".scroll")).map(function (each) { return [each.scrollLeft, each.scrollTop]; });
    var picked = Array.from(part.querySelectorAll("#act select,#act input")).map(function (field) {
      return [field.id, field.value, field.checked, Array.from(field.selectedOptions || []).map(function (option) { return option.value; })];
    });
    return function (now) {
      var again = Array.from(now.querySelectorAll("details")), titles = again.map(title);
      folds.forEach(function (fold, i) {
        var found = titles.indexOf(title(fold));
        if (fold.open && (found >= 0 || again.length === folds.length)) again[found >= 0 ? found : i].open = true;
      });
      now.querySelectorAll(".scroll").forEach(function (each, i) { if (scrolled[i]) each.scrollTo(scrolled[i][0], scrolled[i][1]); });
      picked.forEach(function (field) {
        var to = by(field[0]);
        if (!to) return;
        if (to.options) Array.from(to.options).forEach(function (option) { option.selected = field[3].includes(option.value); });
        else { to.value = field[1]; to.checked = field[2]; }
      });
      if (box && box.value && by("filter")) { by("filter").value = box.value; by("filter").dispatchEvent(new Event("input")); }
      var focused = focus && same(now)[at];
      if (focused) focused.focus({ preventScroll: true });
    };
  }

  function put(fresh) {
    var main = document.querySelector("main"), wanted = new Set(), at = 0;
    // What has its place is not moved: it would lose the focus and where it was scrolled to.
    function place(part) {
      if (!part.id) return;
      if (main.children[at] !== part) main.insertBefore(part, main.children[at] || null);
      at++;
    }
    partsOf(fresh).forEach(function (part) {
      var name = nameOf(part), html = part.outerHTML, old = part.id ? by(part.id) : document.querySelector("body>" + name);
      wanted.add(name);
      if (old && made.get(name) === html) return place(old);
      var bring = old ? keep(old) : function () { }, now = document.importNode(part, true);
      made.set(name, html);
      if (old) old.replaceWith(now);
      place(now);
      dress(now);
      now.dispatchEvent(new Event("hostlock-part", { bubbles: true }));
      bring(now);
      fields();
    });
    partsOf(document).forEach(function (part) { if (!wanted.has(nameOf(part))) { made.delete(nameOf(part)); part.remove(); } });
    document.title = fresh.title;
    state = +meta("state", fresh);
  }

  function load(wanted) {
    if (loading || wanted <= state) return;
    loading = true;
    fetch("./", { cache: "no-store" }).then(function (answer) {
      return answer.ok ? answer.text() : Promise.reject(answer.status);
    }).then(function (text) {
      var focus = document.activeElement, y = scrollY;
      put(new DOMParser().parseFromString(text, "text/html"));
      if (focus && focus.isConnected && document.activeElement !== focus) focus.focus({ preventScroll: true });
      scrollTo(scrollX, y);
      loading = false;
      say("Changed just now.");
      if (newest > state) load(newest);
    }).catch(function () {
      loading = false;
      say("The page cannot be read anew; what follows may be old.", true);
      setTimeout(function () { load(newest); }, 1000);
    });
  }

  function ask(path, body) {
    return fetch(path, { method: "POST", headers: { "Content-Type": "application/json", "Hostlock-Key": key }, body: JSON.stringify(body) })
      .then(function (answer) {
        return answer.ok ? "" : answer.text();
      }, function () { return "hostlock does not answer"; })
      .then(function (why) { by("act-why").textContent = why; if (why) by("run").hidden = true; });
  }

  function values(id) { return Array.from(by(id).selectedOptions).map(function (option) { return option.value; }); }

  function asked() {
    var action = by("act-action").value, body = { action: action };
    document.querySelectorAll("#act [data-for]").forEach(function (field) {
      var input = field.querySelector("select,input"), name = input.id.slice(4);
      if (!field.dataset.for.split(" ").includes(action)) return;
      if (input.multiple) body[name] = values(input.id);
      else if (input.type === "checkbox") body[name] = input.checked;
      else if (input.value) body[name] = input.value;
    });
    return body;
  }

  function fields() {
    if (!by("act")) return;
    document.querySelectorAll("#act [data-for]").forEach(function (field) {
      field.hidden = !field.dataset.for.split(" ").includes(by("act-action").value);
    });
    by("act").querySelector("button").textContent = /^(outdated|diff)$/.test(by("act-action").value) ? "Show" : "Show the plan";
  }

  // A command of the list of what is to do, as fields of the form; null if the form cannot hold it.
  function told(line) {
    var words = line.split(" "), action = words[1], from = null, hosts = [], inputs = [], all = false;
    if (words[0] !== "hostlock" || /["'\\]/.test(line) || !/^(update|promote|unfreeze|unhold)$/.test(action)) return null;
    for (var i = 2; i < words.length; i++) {
      if (words[i] === "-i") inputs.push(words[++i]);
      else if (words[i] === "--all") all = true;
      else if (words[i][0] === "-") return null;
      else if (action === "promote" && from === null) from = words[i];
      else hosts.push(words[i]);
    }
    return { action: action, from: from, hosts: hosts, inputs: inputs, all: all };
  }

  function fill(values) {
    Object.keys(values).forEach(function (name) {
      var input = by("act-" + name);
      if (!input || values[name] === null) return;
      if (input.multiple) Array.from(input.options).forEach(function (option) { option.selected = values[name].includes(option.value); });
      else if (input.type === "checkbox") input.checked = values[name];
      else input.value = values[name];
    });
    fields();
  }

  function plan(event) {
    if (event) event.preventDefault();
    by("run").hidden = false;
    by("run").scrollIntoView({ block: "nearest" });
    by("run").focus({ preventScroll: true });
    ask("plan", asked());
  }

  function dress(part) {
    var form = part.querySelector("#act");
    if (form) {
      form.hidden = false;
      form.addEventListener("submit", plan);
      by("act-action").addEventListener("change", fields);
      by("run-do").addEventListener("click", function () { by("run").focus(); ask("do", { plan: run.id }); });
      by("run-stop").addEventListener("click", function () { by("run").focus(); ask("stop", { run: run.id }); });
      show();
    }
    if (!by("act")) return;
    part.querySelectorAll("code.command").forEach(function (code) {
      var values = told(code.textContent);
      if (!values) return;
      var button = document.createElement("button");
      button.type = "button"; button.textContent = "plan"; button.setAttribute("aria-label", "Show the plan of: " + code.textContent);
      button.addEventListener("click", function () { by("act").reset(); fill(values); plan(); });
      code.after(button);
    });
  }

  function show() {
    if (!by("run") || !run.id) return;
    by("run").hidden = false;
    by("run-line").textContent = run.line;
    by("run-state").textContent = run.told;
    by("run-state").className = run.isBad ? "bad" : "";
    var text = by("run-text"), isAtEnd = text.scrollHeight - text.scrollTop - text.clientHeight < 20;
    text.textContent = run.text;
    if (isAtEnd && run.isRunning) text.scrollTop = text.scrollHeight;
    by("run-do").hidden = !run.canDo;
    by("run-stop").hidden = !run.isRunning;
  }

  var newest = state, source = new EventSource("events");
  source.addEventListener("open", function () { say("This page is kept up to date."); });
  source.addEventListener("error", function () { say("hostlock has ended or cannot be reached; what follows may be old.", true); });
  source.addEventListener("state", function (event) { newest = +event.data; load(newest); });
  source.addEventListener("run", function (event) {
    var told = JSON.parse(event.data), text = told.from > 0 && told.id === run.id ? run.text.slice(0, told.from) + told.text : told.text;
    run = told;
    run.text = text;
    show();
  });
  dress(document);
  fields();
})();
