"use strict";
(function () {
  function filter() {
    var table = document.querySelector("#locks table"), box = document.getElementById("filter");
    if (!table || !box) return;
    var told = document.getElementById("filtered"), bodies = Array.from(table.tBodies);
    box.closest("p").hidden = false;
    box.addEventListener("input", function () {
      var words = box.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0, all = 0;
      bodies.forEach(function (body) {
        var any = false, ring = body.rows[0].textContent.toLowerCase();
        Array.from(body.rows).slice(1).forEach(function (row) {
          var text = ring + " " + row.textContent.toLowerCase();
          row.hidden = !words.every(function (word) { return text.includes(word); });
          any = any || !row.hidden; all++; shown += row.hidden ? 0 : 1;
        });
        body.rows[0].hidden = !any;
      });
      told.textContent = words.length ? shown + " of " + all + " rows" : "";
    });
  }
  function copies(part) {
    part.querySelectorAll("code.command").forEach(function (code) {
      var button = document.createElement("button");
      button.type = "button"; button.textContent = "copy"; button.setAttribute("aria-label", "Copy: " + code.textContent);
      button.addEventListener("click", function () {
        var range = document.createRange(), selection = getSelection();
        range.selectNodeContents(code); selection.removeAllRanges(); selection.addRange(range);
        var done = function () { button.textContent = "copied"; setTimeout(function () { button.textContent = "copy"; }, 1500); };
        if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, function () { });
        else if (document.execCommand("copy")) done();
      });
      code.after(button);
    });
  }
  filter();
  copies(document);
  document.addEventListener("hostlock-part", function (event) {
    if (event.target.id === "locks") filter();
    copies(event.target);
  });
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = Array.from(document.querySelectorAll("details:not([open]):not(.tree)"));
    folded.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () { folded.forEach(function (fold) { fold.open = false; }); });
})();
